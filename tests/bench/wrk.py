"""Load from a separate C client: wrk, with requests that were signed beforehand."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.signed import PATH, commands

SCRIPT = Path(__file__).with_suffix(".lua")
MOST_A_SECOND = 12_000  # more than either server answers, so that no request is sent twice


class NoWrk(Exception):
    """wrk is not installed; as root ``make bench`` installs it."""


@dataclass(frozen=True)
class Load:
    """What wrk saw: answers with a good status, seconds, and what went wrong."""

    answers: int
    seconds: float
    refused: int
    broken: int

    @property
    def a_second(self) -> float:
        return self.answers / self.seconds


def load(url: str, *, answers_to: str, seconds: int, connections: int) -> Load:
    """Press ``url`` (an origin) for so long over so many open connections; `NoWrk` when there is no wrk."""
    program = shutil.which("wrk")
    if program is None:
        raise NoWrk
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder) / "requests"
        signed = commands(MOST_A_SECOND * seconds, answers_to=answers_to)
        requests.write_text("".join(f"{one.timestamp} {one.signature} {one.body}\n" for one in signed))
        size = ["-t1", f"-c{connections}", f"-d{seconds}s"]
        words = [program, *size, "-s", str(SCRIPT), url, "--", str(requests), PATH]
        output = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return _read(output)


def _read(output: str) -> Load:
    found = re.search(r"answers=(\d+) microseconds=(\d+) refused=(\d+) broken=(\d+)", output)
    if found is None:
        raise ValueError(f"wrk printed something else: {output[-300:]}")
    answers, microseconds, refused, broken = (int(number) for number in found.groups())
    return Load(answers - refused, microseconds / 1e6, refused, broken)
