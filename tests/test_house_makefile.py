"""`make` on a bare machine: which Python it takes, what it installs, what it does about a half-made `.venv`.

The Python on the machine is played by a shell script that notes how it was called.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]

PYTHON = """\
#!/bin/sh
case "$*" in
  --version) echo "Python {version}"; exit 0 ;;
  *version_info*) {new_enough} ;;
  *ensurepip*) {ensurepip} ;;
esac
echo "$@" >>"$CALLS"
case "$*" in
  "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python && rm -rf .venv/installed ;;
  *"$BREAK"*) [ -z "$BREAK" ] || exit 1 ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A folder with the project's Makefile, and a PATH with nothing but what a bare machine has."""

    tree: Path
    bin: Path

    def python(
        self, name: str, version: str, *, new_enough: str = "exit 0", ensurepip: str = "exit 0"
    ) -> None:
        file = self.bin / name
        file.write_text(PYTHON.format(version=version, new_enough=new_enough, ensurepip=ensurepip))
        file.chmod(0o755)

    def make(self, *words: str, broken: str = "") -> subprocess.CompletedProcess[str]:
        calls = self.tree.parent / "calls"
        calls.write_text("")
        environment = {"PATH": str(self.bin), "HOME": "/nowhere", "CALLS": str(calls), "BREAK": broken}
        return subprocess.run(
            ["make", "--no-print-directory", *words],
            cwd=self.tree,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return (self.tree.parent / "calls").read_text().splitlines()

    @property
    def steps(self) -> list[str]:
        """What the last run did: which module each Python was asked for."""
        return [call.split()[1] for call in self.calls]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    tree, tools = tmp_path / "a tree with blanks", tmp_path / "bin"
    tree.mkdir()
    tools.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(TOP / name, tree)
    for tool in ("make", "sh", "cmp", "rm", "mkdir", "cp", "head"):
        found = shutil.which(tool)
        assert found, f"{tool} is needed to try the Makefile"
        (tools / tool).symlink_to(found)
    return Machine(tree, tools)


def test_a_python_that_is_too_old_is_named_and_nothing_is_made_or_downloaded(machine: Machine) -> None:
    machine.python("python3", "3.9.2", new_enough="exit 1")

    run = machine.make("demo")

    assert run.returncode != 0
    assert "Python 3.11 or newer is needed" in run.stderr
    assert "python3 is Python 3.9.2." in run.stderr
    assert "Nothing was downloaded." in run.stderr
    assert machine.calls == []
    assert not (machine.tree / ".venv").exists()


def test_no_python_at_all_is_said(machine: Machine) -> None:
    run = machine.make("demo")

    assert run.returncode != 0
    assert "None was found." in run.stderr


def test_a_newer_python_beside_an_old_python3_is_taken(machine: Machine) -> None:
    machine.python("python3", "3.9.2", new_enough="exit 1")
    machine.python("python3.12", "3.12.4")

    run = machine.make("demo")

    assert run.returncode == 0
    assert "Making .venv with Python 3.12.4" in run.stdout


def test_a_python_without_venv_is_passed_over_and_named_when_it_is_the_only_one(machine: Machine) -> None:
    machine.python("python3.13", "3.13.1", ensurepip="exit 1")

    assert "python3.13 cannot make environments (Debian: apt-get install python3.13-venv)." in (
        machine.make("demo").stderr
    )

    machine.python("python3", "3.11.7")
    assert "Making .venv with Python 3.11.7" in machine.make("demo").stdout


def test_a_named_python_is_the_only_one_tried(machine: Machine) -> None:
    machine.python("python3", "3.13.1")
    machine.python("python3.9", "3.9.2", new_enough="exit 1")

    run = machine.make("demo", "PYTHON=python3.9")

    assert run.returncode != 0
    assert "python3.9 is Python 3.9.2." in run.stderr


def test_the_first_demo_makes_the_environment_and_the_second_only_runs(machine: Machine) -> None:
    machine.python("python3", "3.11.7")

    assert machine.make("demo", "ARGS=--check --port 0").returncode == 0
    assert machine.steps == ["venv", "pip", "bot"]
    assert machine.calls[1].endswith("--require-hashes -r requirements.txt")
    assert machine.calls[2] == "-m bot demo --check --port 0"

    assert machine.make("demo").returncode == 0
    assert machine.steps == ["bot"]


def test_tests_add_their_own_requirements_once(machine: Machine) -> None:
    machine.python("python3", "3.11.7")
    machine.make("demo")

    machine.make("environment-dev")
    assert machine.steps == ["pip"]
    assert machine.calls[0].endswith("--require-hashes -r requirements-dev.txt")

    machine.make("environment-dev")
    assert machine.steps == []


@pytest.mark.parametrize("broken", ["-r requirements.txt", "-r requirements-dev.txt"])
def test_an_environment_left_half_made_is_made_anew(machine: Machine, broken: str) -> None:
    machine.python("python3", "3.11.7")

    assert machine.make("environment-dev", broken=broken).returncode != 0

    assert machine.make("demo").returncode == 0
    assert machine.steps == ["venv", "pip", "bot"]


def test_an_environment_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.python("python3", "3.11.7")
    machine.make("demo")
    (machine.tree / ".venv/bin/python").unlink()

    assert machine.make("demo").returncode == 0
    assert machine.steps == ["venv", "pip", "bot"]


def test_changed_requirements_are_installed_into_the_environment_that_is_there(machine: Machine) -> None:
    machine.python("python3", "3.11.7")
    machine.make("environment-dev")
    with (machine.tree / "requirements.txt").open("a") as file:
        file.write("# one more\n")

    assert machine.make("environment-dev").returncode == 0
    assert machine.steps == ["pip", "pip"]


def test_nothing_but_the_environment_is_left_in_the_tree(machine: Machine) -> None:
    machine.python("python3", "3.11.7")
    before = {path.name for path in machine.tree.iterdir()}

    machine.make("environment-dev")

    assert {path.name for path in machine.tree.iterdir()} - before == {".venv"}


def play_root(machine: Machine, name: str) -> None:
    (machine.bin / "id").write_text("#!/bin/sh\necho 0\n")
    (machine.bin / "apt-get").write_text('#!/bin/sh\necho "$@" >>"$CALLS"\n')
    for tool in ("id", "apt-get", name):
        (machine.bin / tool).touch()
        (machine.bin / tool).chmod(0o755)


@pytest.mark.parametrize("target", ["chromium", "wrk"])
def test_root_gets_what_is_missing_by_apt_get(machine: Machine, target: str) -> None:
    play_root(machine, "something-else")

    assert machine.make(target).returncode == 0
    assert machine.calls == ["-qq update", f"-qq install -y --no-install-recommends {target}"]


@pytest.mark.parametrize(("target", "name"), [("chromium", "google-chrome"), ("wrk", "wrk")])
def test_what_is_there_already_is_not_installed(machine: Machine, target: str, name: str) -> None:
    play_root(machine, name)

    assert machine.make(target).returncode == 0
    assert machine.calls == []
