"""`.ci/run`: passes only when tests ran, all of them passed, and the checks are clean."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]

MAKE = """\
#!/bin/sh
echo "make $*" >>"$CALLS"
case "$1" in
  test) printf '%s\\n' "$CLOSING"; exit "$TESTS" ;;
  check) exit "$CHECKS" ;;
esac
"""

PASSED = "========== 41 passed in 12.50s =========="
FAILED = "========== 1 failed, 40 passed in 75.02s (0:01:15) =========="
NONE = "========== no tests ran in 0.01s =========="
BROKEN = "========== 2 errors in 0.31s =========="


def run(folder: Path, *, closing: str, tests: int, checks: int) -> subprocess.CompletedProcess[str]:
    (folder / "tree/.ci").mkdir(parents=True)
    (folder / "bin").mkdir()
    shutil.copy(TOP / ".ci/run", folder / "tree/.ci/run")
    make = folder / "bin/make"
    make.write_text(MAKE)
    make.chmod(0o755)
    return subprocess.run(
        [folder / "tree/.ci/run"],
        env={
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(folder),
            "CALLS": str(folder / "calls"),
            "CLOSING": closing,
            "TESTS": str(tests),
            "CHECKS": str(checks),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("closing", "tests", "checks", "code"),
    [
        (PASSED, 0, 0, 0),
        (FAILED, 2, 0, 1),
        (PASSED, 0, 2, 1),
        (NONE, 2, 0, 5),
        (NONE, 0, 0, 5),
        (BROKEN, 2, 0, 5),
        ("make: *** nothing was run", 0, 0, 5),
    ],
)
def test_only_tests_that_ran_and_clean_checks_pass(
    tmp_path: Path, closing: str, tests: int, checks: int, code: int
) -> None:
    result = run(tmp_path, closing=closing, tests=tests, checks=checks)

    assert result.returncode == code
    assert (tmp_path / "calls").read_text().splitlines() == ["make test", "make check"]


def test_the_closing_line_of_pytest_is_printed_at_the_end(tmp_path: Path) -> None:
    result = run(tmp_path, closing=FAILED, tests=2, checks=0)

    assert result.stdout.splitlines()[-1] == FAILED


def test_a_run_without_tests_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, closing=NONE, tests=2, checks=0)

    assert result.stdout.splitlines()[-2:] == [NONE, "No test ran to a good end."]
