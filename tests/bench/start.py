"""A browser that opens a large library: the first visit, the next ones with and without the server, typing, scrolling, memory.

``python -m tests.bench.start`` (sizes: VITRINE_BENCH_SIZES; browser: VITRINE_CHROMIUM or on the path). Chromium without a head, 1280 x 800, loopback;
the page's own clock, from the start of its navigation. Every first visit has a profile of its own.
"""

import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, sync_playwright

from tests.bench.library import make
from tests.bench.serving import Served, serving
from tests.bench.table import heading, load, row, sizes, workshop
from vitrine.config.paths import DataFolder

RUNS = 3
WAIT_S = 180
SCROLL_S = 8
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
QUERIES = ("person dog", "happy woman 20s", "summer outdoors -car", "camera:nikon iso:>400", "2019 beach", "city:tokyo", "bottle or chair", "img_00012")

WATCH = """
(count) => {
  const bench = (globalThis.bench = { marks: {}, shows: [], tasks: [], phase: "" });
  const mark = (name) => (bench.marks[name] ??= performance.now());
  const Real = Worker;
  globalThis.Worker = class extends Real {
    constructor(...given) {
      super(...given);
      this.asked = new Map();
      this.addEventListener("message", ({ data }) => {
        if (data.kind === "rows") mark("rows");
        if (data.kind === "status") {
          bench.phase = data.status.phase;
          if (bench.phase === "live") mark("live");
        }
        const asked = data.kind === "answer" ? this.asked.get(data.number) : undefined;
        if (asked !== undefined) bench.shows.push({ ms: performance.now() - asked, worker: data.value.ms, found: data.value.order.length });
        const shown = asked !== undefined ? data.value : data.kind === "selection" ? data.selection : null;
        if (shown?.order.length === count) mark("everything");
      });
    }
    postMessage(call, ...rest) {
      if (call.name === "show") this.asked.set(call.number, performance.now());
      super.postMessage(call, ...rest);
    }
  };
  new PerformanceObserver((list) => bench.tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask", buffered: true });
  bench.filled = () => {
    const tiles = [...document.querySelectorAll(".tile")].filter((tile) => {
      const { top, bottom } = tile.getBoundingClientRect();
      return bottom > 60 && top < innerHeight;
    });
    return { tiles: tiles.length, pictures: tiles.filter((tile) => tile.querySelector("img")?.complete).length };
  };
  const look = () => {
    const { tiles, pictures } = bench.filled();
    if (pictures) mark("thumbnail");
    if (tiles > 8 && pictures === tiles) mark("screen");
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


def browser(driver: Playwright, profile: Path, count: int) -> BrowserContext:
    """Chromium with that profile, every page of it watched from its first moment."""
    found = os.environ.get("VITRINE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise SystemExit("There is no Chromium: install the package chromium, or name one with VITRINE_CHROMIUM.")
    context = driver.chromium.launch_persistent_context(str(profile), executable_path=found, args=FLAGS, headless=True, viewport={"width": 1280, "height": 800})
    context.add_init_script(f"({WATCH})({count})")
    return context


def until(page: Page, expression: str) -> None:
    """Wait for it to hold; asked from outside, for the page's policy forbids Playwright's own way of waiting."""
    end = time.monotonic() + WAIT_S
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise SystemExit(f"The page never came to: {expression}; its marks: {page.evaluate('bench.marks')}")
        page.wait_for_timeout(100)


def opened(context: BrowserContext, address: str) -> tuple[Page, dict[str, float]]:
    """A new page once it holds and shows everything, and when it came to what, in milliseconds."""
    page = context.new_page()
    page.goto(address, wait_until="commit")
    until(page, "Boolean(globalThis.bench?.marks.everything && bench.marks.screen)")
    marks: dict[str, float] = page.evaluate("bench.marks")
    return page, marks


def first_visit(driver: Playwright, profile: Path, served: Served, count: int) -> tuple[BrowserContext, Page, dict[str, float]]:
    """A fresh browser that is signed in opens its first page; returns once the page follows the server."""
    context = browser(driver, profile, count)
    context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": served.address} for cookie in served.cookies])
    page, marks = opened(context, served.address)
    until(page, "bench.phase === 'live'")
    return context, page, marks


def typing(page: Page) -> list[dict[str, float]]:
    """Type each query as a person does; what each change of the selection took, page to worker and back."""
    page.evaluate("bench.shows.length = 0")
    for query in QUERIES:
        page.keyboard.press("/")
        page.keyboard.press("Control+A")
        page.keyboard.type(query, delay=110)
        page.wait_for_timeout(150)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_timeout(150)
    found: list[dict[str, float]] = page.evaluate("bench.shows")
    return found


def scrolling(page: Page) -> list[float]:
    """Turn the wheel through the library; the tasks that took longer than 50 ms, in milliseconds."""
    page.wait_for_timeout(500)
    page.mouse.move(600, 400)
    page.evaluate("bench.tasks.length = 0")
    end = time.monotonic() + SCROLL_S
    step = 300
    while time.monotonic() < end:
        page.mouse.wheel(0, step)
        step = min(20_000, round(step * 1.02))
        page.wait_for_timeout(16)
    page.wait_for_timeout(300)
    tasks: list[float] = page.evaluate("bench.tasks")
    return tasks


def jumps(page: Page) -> list[float]:
    """Drag the grid to nine far places; milliseconds until every tile in view has its picture."""
    return [
        float(
            page.evaluate(
                """async (part) => {
          const grid = document.querySelector(".grid");
          const begun = performance.now();
          grid.scrollTop = part * (grid.scrollHeight - grid.clientHeight);
          for (;;) {
            await new Promise(requestAnimationFrame);
            const { tiles, pictures } = bench.filled();
            if (tiles > 8 && tiles === pictures) return performance.now() - begun;
            if (performance.now() - begun > 20000) return NaN;
          }
        }""",
                part / 10,
            )
        )
        for part in (5, 1, 8, 3, 9, 2, 7, 4, 6)
    ]


def heap_mb(context: BrowserContext, page: Page) -> tuple[float, float]:
    """What page and worker hold after a collection, each in MB: objects, and the buffers of typed arrays."""
    session = context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage: dict[str, float] = session.send("Runtime.getHeapUsage")
    return _held(usage), sum(_held(each) for each in _workers(page, session))


def _held(usage: dict[str, float]) -> float:
    return (usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6


def _workers(page: Page, session: CDPSession) -> list[dict[str, float]]:
    """The heap of each worker of the page; Playwright has no session of its own for them, so messages are wrapped."""
    found: list[dict[str, float]] = []
    seen: list[str] = []

    def attached(event: dict[str, Any]) -> None:
        if event["targetInfo"]["type"] == "worker":
            seen.append(event["sessionId"])

    def told(event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if message.get("id") == 2:
            found.append(message["result"])

    session.on("Target.attachedToTarget", attached)
    session.on("Target.receivedMessageFromTarget", told)
    session.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False})
    page.wait_for_timeout(200)
    for worker in seen:
        for number, method in enumerate(("HeapProfiler.collectGarbage", "Runtime.getHeapUsage"), 1):
            session.send("Target.sendMessageToTarget", {"sessionId": worker, "message": json.dumps({"id": number, "method": method})})
    end = time.monotonic() + 20
    while len(found) < len(seen) and time.monotonic() < end:
        page.wait_for_timeout(100)
    return found


def measure(driver: Playwright, count: int, data: DataFolder) -> None:
    firsts: list[dict[str, float]] = []
    again: list[dict[str, float]] = []
    offline: list[dict[str, float]] = []
    large = count >= 100_000
    budgets = {100_000: (0.6, 4.0, 0.4, 1.2, 150.0), 10_000: (0.6, 1.0, 0.4, 1.2, 150.0), 1_000_000: (None, 90.0, None, 5.0, 1500.0)}
    thumb, whole, screen, cached, heap = budgets.get(count, (None, None, None, None, None))
    name = f"{count:,}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with serving(data) as served:
            for run in range(RUNS - 1):
                context, _, marks = first_visit(driver, Path(folder) / str(run), served, count)
                context.close()
                firsts.append(marks)
            context, page, marks = first_visit(driver, Path(folder) / "last", served, count)
            firsts.append(marks)
            row(f"{name}, first visit: first thumbnail", [each["thumbnail"] / 1000 for each in firsts], "s", thumb)
            row(f"{name}, first visit: first screen", [each["screen"] / 1000 for each in firsts], "s")
            row(f"{name}, first visit: whole catalogue searchable", [each["everything"] / 1000 for each in firsts], "s", whole)
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            # The shell is being kept, and the copy's last writes are under way.
            page.wait_for_timeout(4000 if large else 1500)
            page.close()
            page, marks = opened(context, served.address)
            again.append(marks)
            for _ in range(RUNS - 1):
                page.close()
                page, marks = opened(context, served.address)
                again.append(marks)
            row(f"{name}, next visit: first screen", [each["screen"] / 1000 for each in again], "s", screen)
            row(f"{name}, next visit: everything, searchable", [each["everything"] / 1000 for each in again], "s", cached)
            until(page, "bench.phase === 'live'")
            shows = typing(page)
            row(f"{name}, typing: change of the selection, 95th percentile of {len(shows)}", [_p95([show["ms"] for show in shows])], "ms", 16)
            row(f"{name}, typing: of that in the worker, 95th percentile", [_p95([show["worker"] for show in shows])], "ms")
            tasks = scrolling(page)
            row(f"{name}, scrolling {SCROLL_S} s: longest task over 50 ms (of {len(tasks)})", [max(tasks, default=0.0)], "ms", 50)
            row(f"{name}, jumping: all tiles in view filled", jumps(page), "ms", 150)
            page_mb, worker_mb = heap_mb(context, page)
            row(f"{name}, heap after collection (page {page_mb:.0f}, worker {worker_mb:.0f})", [page_mb + worker_mb], "MB", heap)
            page.close()
        for _ in range(RUNS):
            page, marks = opened(context, served.address)
            offline.append(marks)
            page.close()
        row(f"{name}, next visit without the server: first screen", [each["screen"] / 1000 for each in offline], "s", screen)
        row(f"{name}, next visit without the server: everything, searchable", [each["everything"] / 1000 for each in offline], "s", cached)
        context.close()
    print(f"\n{load()}\n", flush=True)


def _p95(figures: list[float]) -> float:
    return statistics.quantiles(figures, n=20)[-1]


def main() -> None:
    # Before Playwright begins, in whose event loop no other may run.
    libraries = {count: make(workshop() / str(count), count) for count in sizes(10_000, 100_000)}
    heading("A browser opens the library")
    with sync_playwright() as driver:
        for count, data in libraries.items():
            measure(driver, count, data)


if __name__ == "__main__":
    main()
