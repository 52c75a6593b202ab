"""What every bench prints: the machine once, then one row a figure. In: figures and their budgets. Out: lines of a Markdown table."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path


def heading(title: str) -> None:
    """Say what is measured, where and when, and open the table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"\n## {title}\n")
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}; {load()}\n")
    print("| what | median | all | budget | of budget |\n|---|---|---|---|---|", flush=True)


def _processor() -> str:
    """The processor by name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def load() -> str:
    """How busy the machine is: what else runs makes every figure worse, by about as much as it takes from a busy loop."""
    begun, mine = time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < 0.5:
        pass
    share = (time.process_time() - mine) / (time.perf_counter() - begun)
    return f"load {os.getloadavg()[0]:.1f}, a busy loop gets {share:.0%} of a core"


def row(what: str, figures: Sequence[float], unit: str, budget: float | None = None, *, at_least: bool = False) -> None:
    """One line; ``at_least`` turns the budget round. A ratio above 1 is over budget either way."""
    median = statistics.median(figures)
    digits = 0 if median >= 100 else 1 if median >= 10 else 2 if median >= 0.1 else 3
    every = ", ".join(f"{figure:.{digits}f}" for figure in figures) if len(figures) > 1 else ""
    share = ""
    if budget is not None:
        ratio = budget / median if at_least and median else median / budget
        share = f"{ratio:.2f}{' **over**' if ratio > 1 else ''}"
    bound = "" if budget is None else f"{'>=' if at_least else '<='} {budget:g} {unit}"
    print(f"| {what} | {median:.{digits}f} {unit} | {every} | {bound} | {share} |", flush=True)


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak_mb(process: int) -> float:
    """The most memory a process has had in use at once, in MB (resident, as the kernel counts it)."""
    return _status_mb(process, "VmHWM:")


def held_mb(process: int) -> float:
    """The memory that a process has in use now, in MB (resident)."""
    return _status_mb(process, "VmRSS:")


def _status_mb(process: int, name: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) * 1024 / 1e6


def sizes(*usual: int) -> list[int]:
    """Photos in the libraries to measure: ``VITRINE_BENCH_SIZES`` (numbers with commas), else the usual ones."""
    return [int(size) for size in os.environ["VITRINE_BENCH_SIZES"].split(",")] if os.environ.get("VITRINE_BENCH_SIZES") else list(usual)


def workshop() -> Path:
    """Where benches keep what they generate, for the next time too: ``VITRINE_BENCH_FOLDER``, else ``build/bench`` in the checkout."""
    folder = Path(os.environ.get("VITRINE_BENCH_FOLDER") or Path(__file__).resolve().parent.parent.parent / "build" / "bench")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
