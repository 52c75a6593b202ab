"""``python -m vitrine.analyzers``: jobs on standard input, answers on standard output, everything else on standard error."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
from pathlib import Path

from vitrine.analyzers import registry
from vitrine.analyzers.bench import bench
from vitrine.analyzers.runner import Runner
from vitrine.config.errors import UserError
from vitrine.config.wire import Answer


def main() -> int:
    """Exit 0 when the input ended, 2 with one sentence when something is to be put right first."""
    arguments = _arguments()
    # Libraries print to descriptor 1 from C; the answers keep a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")

    def write(answer: Answer) -> None:
        answers.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")) + "\n")
        answers.flush()

    try:
        kinds = registry.chosen(arguments.analyzers.split(","))
        if arguments.list:
            write({"kind": "ready", "analyzers": [kind.facts() for kind in kinds.values()]})
            return 0
        for kind in kinds.values():
            kind.verify()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Ctrl-C in a terminal reaches the whole family; the server ends this process by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    analyzers = {name: kind() for name, kind in kinds.items()}
    if arguments.bench is not None:
        try:
            for line in bench(arguments.bench, analyzers, arguments.batch):
                print(line, file=answers)
        except UserError as error:
            print(error, file=sys.stderr)
            return 2
        return 0
    try:
        Runner(analyzers, arguments.batch, write).run(sys.stdin)
    except BrokenPipeError:
        # The server is gone, so nobody waits for an answer; decoding threads need no farewell.
        os._exit(0)
    return 0


def _cores() -> int:
    """The cores this process may use, which a container or a service unit may have limited; not every system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m vitrine.analyzers", description="Look at pictures: one JSON job a line in, JSON answers out.")
    parser.add_argument("--analyzers", default="", help="which ones, separated by commas; all when left out")
    parser.add_argument("--batch", type=int, default=8, help="most pictures looked at together (default 8)")
    parser.add_argument("--threads", type=int, default=_cores(), help="threads a model may use (default: one a core)")
    parser.add_argument("--bench", type=Path, metavar="DIR", help="measure each model and the whole on photos of a folder, print a table, and leave")
    parser.add_argument("--list", action="store_true", help="say which analyzers there are and leave")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
