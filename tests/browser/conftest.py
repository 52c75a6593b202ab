"""A real server, a real Chromium, and what every page must satisfy.

``serve`` starts servers, ``tab`` is a page in a browser with a fresh profile, its ``violations`` asks axe-core.
Chromium is looked for as ``$VITRINE_CHROMIUM`` or on the path.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "client" / "node_modules" / "axe-core" / "axe.min.js"
SHARED_PHOTOS = ROOT.parent / "shared" / "photos"
START_S = 60
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _missing(reason: str) -> NoReturn:
    """Skip, or fail where a browser is promised."""
    if os.environ.get("VITRINE_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path."""
    found = os.environ.get("VITRINE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        _missing("there is no Chromium: install the package chromium, or name one with VITRINE_CHROMIUM")
    if not (ROOT / "client" / "dist" / "index.html").is_file():
        _missing("the client is not built: run `make client`")
    return found


@pytest.fixture(scope="session")
def shared_photos() -> Path:
    """A folder of real photos beside the checkout; most machines have none."""
    if not SHARED_PHOTOS.is_dir():
        pytest.skip("there are no photos in ../shared/photos beside the checkout")
    return SHARED_PHOTOS


@dataclass
class Server:
    """A running ``vitrine serve``."""

    process: subprocess.Popen[str]
    data: Path
    address: str
    """``http://127.0.0.1:PORT``"""
    link: str
    """The one-time sign-in link it printed."""

    def stop(self, sign: int = signal.SIGTERM) -> int:
        """End it and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start ``vitrine serve ARGUMENTS --data DATA --port 0``; without ``data`` in a fresh folder. Every server is stopped at the end."""
    with servers(tmp_path) as start:
        yield start


@contextlib.contextmanager
def servers(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """What ``serve`` gives to a test, for whoever keeps a server longer; data and logs lie in ``tmp_path``."""
    running: list[Server] = []

    def start(*arguments: str | Path, data: Path | None = None, environment: dict[str, str] | None = None) -> Server:
        data = data or tmp_path / f"data{len(running)}"
        log = tmp_path / f"server{len(running)}.log"
        command = [
            sys.executable,
            "-c",
            "from vitrine.server.cli import main; main()",
            "serve",
            "--data",
            str(data),
            "--port",
            "0",
            "--link",
            *map(str, arguments),
        ]
        with log.open("w") as told:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=told, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"} | (environment or {})
            )
        server = Server(process, data, "", "")
        running.append(server)
        # The watchdog ends the server, and so the reading, when it never says where it is.
        watchdog = subprocess.Popen([sys.executable, "-c", f"import os, signal, time; time.sleep({START_S}); os.kill({process.pid}, signal.SIGKILL)"])
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.match(r"Vitrine is at (\S+)", line):
                    server.address = found[1]
                if found := re.match(r"Sign in once with (\S+)", line):
                    server.link = found[1]
                    break
        finally:
            watchdog.kill()
            watchdog.wait()
        if not server.link:
            pytest.fail(f"vitrine serve ended without an address:\n{log.read_text()}")
        return server

    try:
        yield start
    finally:
        for server in running:
            server.stop()
            if server.process.stdout:
                server.process.stdout.close()


@dataclass
class Tab:
    """A page, and what went wrong on it."""

    page: Page
    mistakes: list[str] = field(default_factory=list)
    """Errors of scripts, of the console and of the content security policy, and requests to any other host. Must be empty at the end."""
    expected: list[str] = field(default_factory=list)
    """Parts of messages that this test means to provoke."""

    def sign_in(self, server: Server) -> None:
        """Open the server's one-time link."""
        self.page.goto(server.link)

    def violations(self, *, without: tuple[str, ...] = ()) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA: one line for each rule and place. ``without`` names rules to leave out, each with a reason at its call."""
        # Evaluated by the debugger: the page's own policy forbids foreign scripts, and stays in force.
        self.page.evaluate(AXE.read_text("utf-8"))
        options = {
            "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            "rules": {rule: {"enabled": False} for rule in without},
        }
        found: dict[str, Any] = self.page.evaluate("options => axe.run(document, options)", options)
        return [f"{rule['id']}: {rule['help']} - {json.dumps(node['target'])} {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, for one file: as long as it lives, its event loop keeps asynchronous tests of the same process from theirs."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def open_browser(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Callable[..., BrowserContext]]:
    """Start a browser with a profile of its own; options are those of Playwright's ``launch_persistent_context``."""
    with contextlib.ExitStack() as stack:
        count = 0

        def start(**options: Any) -> BrowserContext:
            nonlocal count
            count += 1
            profile = tmp_path / f"profile{count}"
            options.setdefault("viewport", {"width": 1280, "height": 800})
            browser = playwright.chromium.launch_persistent_context(str(profile), executable_path=chromium, args=FLAGS, headless=True, **options)
            stack.callback(browser.close)
            return browser

        yield start


def watched(page: Page) -> Tab:
    """A page whose every mistake is noted."""
    tab = Tab(page)

    def note(message: str) -> None:
        if not any(part in message for part in tab.expected):
            tab.mistakes.append(message)

    def heard(message: ConsoleMessage) -> None:
        # A browser reports each request that fails while the test has taken the network away; that is what offline means.
        if message.type == "error" and "net::ERR_INTERNET_DISCONNECTED" not in message.text:
            note(f"console: {message.text}")

    def asked(request: Request) -> None:
        if not re.match(r"https?://127\.0\.0\.1[:/]|blob:|data:|about:", request.url):
            note(f"request to another host: {request.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: note(f"script: {error}"))
    page.context.on("request", asked)
    return tab


@pytest.fixture
def tab(open_browser: Callable[..., BrowserContext]) -> Iterator[Tab]:
    """One page in a fresh browser; the test fails when anything went wrong on it."""
    browser = open_browser()
    opened = watched(browser.pages[0] if browser.pages else browser.new_page())
    yield opened
    assert opened.mistakes == []
