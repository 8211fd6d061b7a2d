"""A server in a process of its own: started, waited for, its CPU time read, stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """CPU time of the process so far, user and system; https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(words: Sequence[str], *, port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """``python words…`` until the block ends; it has 20 seconds to open ``port``.

    It is killed, so that work which nobody waits for any more does not disturb what is measured next.
    """
    with running(words, environment=environment) as process:
        _wait(process, port)
        yield Server(f"http://127.0.0.1:{port}", process.pid)


@contextmanager
def running(words: Sequence[str], *, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """``python words…``, which opens no port, until the block ends; it is killed."""
    whole = {**os.environ, "PYTHONPATH": str(TOP), **environment}
    process = subprocess.Popen([sys.executable, *words], env=whole, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def sink() -> Iterator[Server]:
    """Where answers go that nobody reads."""
    port = free_port()
    with serving(["-m", "tests.bench.sink", str(port)], port=port, environment={}) as server:
        yield server


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not open port {port} (exit code {process.poll()})")
