"""What `make bench` runs: every benchmark in this folder, and one table at the end.

``python -m tests.bench [NAME …]``; without names all of them. A benchmark is a module with a coroutine
``rows()``. The exit code is 1 when a figure that was asked for is not reached. ``--spoil RULE`` plays the
simulation alone, with a rule of the product spoiled on purpose: the exit code has to be 1.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from importlib import import_module

from tests.bench import simulation
from tests.bench.spoiled import SPOILED
from tests.bench.table import Row, drawn

NAMES = (
    "refresh",
    "first_answer",
    "large_module",
    "schedules",
    "simulation",
    "answers",
    "rest",
    "acks",
    "load",
    "takeover",
)


def main(words: list[str]) -> int:
    """Run the named benchmarks one after the other; 0 when every figure holds."""
    given = asked(words)
    if given.spoil:
        return simulation.main(["--spoil", given.spoil])
    found: list[Row] = []
    for name in given.names:
        found += _run(name)
    print("\n" + drawn(found))
    return 0 if all(row.holds for row in found) else 1


def asked(words: list[str]) -> argparse.Namespace:
    """What the command line says; every name where it has none."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", type=_name, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--spoil", choices=SPOILED)
    return parser.parse_args(words)


def _name(text: str) -> str:
    """argparse up to 3.11 would hold the default against ``choices`` too."""
    if text not in NAMES:
        raise argparse.ArgumentTypeError(f"“{text}” is none of {', '.join(NAMES)}")
    return text


def _run(name: str) -> list[Row]:
    print(f"{name} …", end=" ", flush=True)
    started = time.perf_counter()
    rows: list[Row] = asyncio.run(import_module(f"tests.bench.{name}").rows())
    print(f"{time.perf_counter() - started:.0f} s")
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
