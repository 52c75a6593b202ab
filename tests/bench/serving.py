"""A real server for a bench. In: a data folder. Out: its address, its process, and a signed-in way to ask it."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener

from vitrine.config.paths import DataFolder

READY_S = 300


@dataclass
class Served:
    """A running ``vitrine serve`` that has looked through its root once."""

    process: subprocess.Popen[str]
    address: str
    cookies: CookieJar
    scan_s: float
    """How long that took."""

    def ask(self, path: str) -> Any:
        """The JSON answer of one GET."""
        with build_opener(HTTPCookieProcessor(self.cookies)).open(self.address + path, timeout=60) as answer:
            return json.load(answer)

    def cookie(self) -> str:
        """The header that signs a request in."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)


@contextmanager
def serving(data: DataFolder, port: int = 0) -> Iterator[Served]:
    """Start a server without analyzers, wait until its first scan is done, and stop it at the end."""
    command = [sys.executable, "-c", "from vitrine.server.cli import main; main()", "serve", "--data", str(data.root), "--port", str(port), "--link"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "VITRINE_ANALYZE": "no", "VITRINE_RESCAN_MINUTES": "0"}
    with (data.root.parent / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    assert process.stdout is not None
    try:
        begun = time.perf_counter()
        told = {}
        for line in process.stdout:
            if found := re.match(r"(Vitrine is at|Sign in once with) (\S+)", line):
                told[found[1]] = found[2]
            if len(told) == 2:
                break
        else:
            raise SystemExit(f"The server did not start; see {data.root.parent / 'server.log'}.")
        cookies = CookieJar()
        build_opener(HTTPCookieProcessor(cookies)).open(told["Sign in once with"], timeout=60).close()
        served = Served(process, told["Vitrine is at"], cookies, 0.0)
        while served.ask("/api/jobs")["scanning"]:
            if time.perf_counter() - begun > READY_S:
                raise SystemExit("The server scans for ever.")
            time.sleep(0.05)
        served.scan_s = time.perf_counter() - begun
        yield served
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
