"""The stand-in alone, as a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]
CODE = """
import sys
from pathlib import Path
from zoho.sandbox import main
main(int(sys.argv[1]), *map(Path, sys.argv[2:]))
"""


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def greeting(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()
        if line.startswith("ZOHO_HOSTS="):
            return


def two_free_ports() -> int:
    for port in range(42_000, 60_000, 7):
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    pytest.fail("no two free ports side by side")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly(sign: signal.Signals) -> None:
    port = two_free_ports()
    with started(str(port)) as process:
        lines = list(greeting(process))
        assert lines[0].startswith("This is a stand-in for Zoho")
        hosts = json.loads(lines[-1].removeprefix("ZOHO_HOSTS="))
        assert hosts["eu"]["desk"] == f"http://127.0.0.1:{port}"
        assert hosts["in"]["accounts"] == f"http://127.0.0.1:{port + 1}"
        assert httpx.get(f"http://127.0.0.1:{port}/oauth/serverinfo").json()["result"] == "success"
        process.send_signal(sign)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_and_wrong_data_are_one_line_each(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started(str(taken.getsockname()[1])) as process:
            _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors.count("\n")) == (2, 1)
    with started("65535") as process:
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors.count("\n")) == (2, 1), "there is no port for the second centre"
    with started("0", str(tmp_path)) as process:
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors.count("\n")) == (2, 1)
    assert "module.txt" in errors
