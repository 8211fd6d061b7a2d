"""A process of the bot as a chaos run starts it: its command line, its ledger spoiled where that is asked.

It is forked from a process that has imported everything: a start from nothing takes a second of a core, and
hundreds are made.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bot.app  # what `serve` and `worker` import when they run
from bot.__main__ import main
from bot.store.ledger import Alert, Ledger

SPOILED = ("intent",)
IMPORTED = (bot.app, bot.app.building)


async def _not_committed(_: Ledger, alert: Alert) -> Alert:
    """Posting begins, and nothing says so: the row still stands in ``ready`` when the process dies."""
    return replace(alert, intent_at=datetime.now(UTC), tries=alert.tries + 1)


def live(words: Sequence[str], environment: Mapping[str, str], log: Path, spoiled: str) -> None:
    """The life of a process: ``python -m bot words…``, with nothing around it but ``environment``."""
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(log.parent)
    with log.open("ab") as said:
        os.dup2(said.fileno(), sys.stdout.fileno())
        os.dup2(said.fileno(), sys.stderr.fileno())
    if spoiled == "intent":
        setattr(Ledger, Ledger.intend.__name__, _not_committed)
    sys.exit(main(words))


def _end_with_the_run() -> None:
    """A run that is broken off leaves no processes behind."""
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os._exit(1)
