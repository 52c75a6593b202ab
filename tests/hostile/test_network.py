"""Class 38 and promise 2: nothing leaves the machine. The gallery is served in full inside a closed network namespace, and tries no address."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.conftest import VITRINE, paint

# Runs inside the namespace, where only the loopback device exists once it is up: a whole visit to a real server.
VISIT = """
import fcntl, http.cookiejar, json, re, socket, struct, subprocess, sys, time, urllib.request
with socket.socket() as wire:
    name = struct.pack("16sH14s", b"lo", 0x41, b"")
    fcntl.ioctl(wire, 0x8914, name)
server = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
link = address = ""
while not link:
    line = server.stdout.readline()
    assert line, "the server ended"
    address = (re.match(r"Vitrine is at (\\S+)", line) or [address, address])[1]
    link = (re.match(r"Sign in once with (\\S+)", line) or [link, link])[1]
visitor = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
seen = {}
visitor.open(link).read()
until = time.time() + 120
while True:
    lines = [json.loads(line) for line in visitor.open(address + "/api/records?since=0").read().splitlines()]
    work = json.loads(visitor.open(address + "/api/jobs").read())
    understood = sum("state" in line for line in lines)
    if (len(lines) == 5 and not work["scanning"] and (understood == 3 or "analyze=no" in sys.argv)) or time.time() > until: break
    time.sleep(0.2)
seen["photos"] = len(lines) - 2
seen["understood"] = understood
seen["bytes"] = [len(visitor.open(f"{address}/media/{lines[1]['id']}/{size}").read()) for size in ("thumb", "thumb2x", "preview", "original")]
seen["words"] = len(json.loads(visitor.open(address + "/api/words").read())["classes"])
seen["found"] = json.loads(visitor.open(address + "/api/search?q=0001").read())["total"]
seen["shell"] = visitor.open(address + "/").status
server.terminate()
server.wait(20)
print(json.dumps(seen))
"""

INET = re.compile(r"sa_family=AF_INET6?, .*?(?:inet_addr\(\"([^\"]+)\"\)|inet_pton\(AF_INET6, \"([^\"]+)\")")


def strangers(log: str) -> list[str]:
    """Addresses beyond the loopback that some call named."""
    return [address for found in INET.finditer(log) if not (address := found[1] or found[2]).startswith(("127.", "::1", "::ffff:127.", "0.0.0.0"))]


def test_the_gallery_is_served_in_full_with_the_network_closed(tmp_path: Path) -> None:
    closed = ["unshare", "--net", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*closed, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us close the network: unshare --net --map-root-user")
    log = tmp_path / "calls.log"
    watch = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log)] if shutil.which("strace") else []
    paint(tmp_path / "photos", 3)
    command = [*closed, *watch, sys.executable, "-c", VISIT, *VITRINE, "serve", tmp_path / "photos", "--data", tmp_path / "data", "--port", "0"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["photos"] == 3
    assert seen["understood"] == 3
    assert min(seen["bytes"]) > 500
    assert seen["words"] > 900
    assert seen["found"] == 1
    if watch:
        assert "sa_family" in log.read_text(), "the calls were watched"
        assert strangers(log.read_text()) == []


def test_the_watch_would_see_a_stranger() -> None:
    outside = 'connect(5, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16) = -1'
    six = 'connect(5, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28) = -1'
    home = 'connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0'
    assert strangers(f"{outside}\n{six}\n{home}") == ["192.0.2.1", "2001:db8::1"]
