"""``make chaos``: processes of the bot are killed while alerts fall due, are scanned and posted, and then it
is counted whether every new duplicate was said once.

``python -m tests.bench.chaos [MODE …]``: free (Slack's history can be read), slow (once a minute, 15 messages
a call), none (without the scope). The history is always five seconds late, and posts fail in every way. The
exit code is 1 when something was lost, doubled or left over, or when the kills hit nothing.
``--break intent`` spoils the ledger on purpose: the intent is not committed before the post. The run then has
to fail.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys

from tests.bench.chaos.outcome import Outcome
from tests.bench.chaos.run import LAG, MODES, PROCESSES, Mode, chaos, databases

KILLS = 200


def main(words: list[str]) -> int:
    """Run what is named, all modes of an engine at the same time; 0 when every figure is reached."""
    asked = _parser().parse_args(words)
    modes = asked.modes or list(MODES.values())
    seed = asked.seed or secrets.token_hex(4)
    print(f"seed {seed}; a message is {LAG:.0f} s late in the history", flush=True)
    found = [
        one
        for engine in asked.engine or PROCESSES
        for one in asyncio.run(_engine(engine, modes, asked, seed))
    ]
    is_right = all(one.is_right and one.says_something for one in found)
    print("every figure is reached" if is_right else "NOT every figure is reached")
    return 0 if is_right else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chaos")
    parser.add_argument("modes", nargs="*", type=_mode, metavar="MODE", help=", ".join(MODES))
    parser.add_argument("--engine", action="append", choices=tuple(PROCESSES))
    parser.add_argument("--kills", type=int, default=KILLS, help="of each engine, shared out over the modes")
    parser.add_argument("--seed", help="repeats the moments of another run")
    parser.add_argument("--break", dest="spoiled", choices=("intent",), default="")
    return parser


def _mode(name: str) -> Mode:
    if name not in MODES:
        raise argparse.ArgumentTypeError(f"“{name}” is none of {', '.join(MODES)}")
    return MODES[name]


async def _engine(engine: str, modes: list[Mode], asked: argparse.Namespace, seed: str) -> list[Outcome]:
    """The runs of one engine, side by side."""
    kills = -(-asked.kills // len(modes))
    with databases(engine, len(modes)) as places:
        found = await asyncio.gather(
            *(
                chaos(mode, engine, url, folder, kills=kills, seed=seed, spoiled=asked.spoiled)
                for mode, (url, folder) in zip(modes, places, strict=True)
            )
        )
    for mode, outcome in zip(modes, found, strict=True):
        print(f"\n{engine} ({' + '.join(PROCESSES[engine])}), {mode.said}\n{outcome}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
