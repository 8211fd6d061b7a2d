"""The command line: ``python -m bot serve``, ``worker``, ``migrate``, ``doctor`` and the others.

Each command imports what it needs when it runs: `serve` has nothing to do with the stand-ins or with Alembic,
and the processes that group a long read begin with this file too.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings

_LAST_PORT = 65_535
_NOT_MIGRATED = "The database is not up to date. Run: python -m bot migrate"
_WORKER_IDLES = "Jobs run inside serve; this process has nothing to do and waits to be stopped."


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 when it failed, 2 when it was asked for in a wrong way."""
    asked = _parser().parse_args(words)
    if asked.command == "sandbox":
        return _sandbox(asked)
    if asked.command == "demo":
        return _demo(asked)
    if asked.command == "manifest":
        return _manifest(asked)
    return _with_settings(asked)


def _with_settings(asked: argparse.Namespace) -> int:
    from bot.app import configure_logging
    from bot.settings import SettingsError

    try:
        settings = _settings(asked)
    except SettingsError as error:
        _complain(*error.problems)
        return 2
    configure_logging(settings.log_level, settings.log_format)
    if asked.command == "migrate":
        return _migrate(settings)
    if asked.command == "doctor":
        from bot import doctor

        return doctor.run(settings, capture=asked.capture)
    if asked.command == "rotate-keys":
        return asyncio.run(_rotate(settings, forgets=asked.forget))
    if asked.command == "worker":
        return asyncio.run(_work(settings))
    return asyncio.run(_serve(settings, socket_mode=asked.socket_mode))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Zoho duplicates in Slack.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="the web server, and the jobs")
    serve.add_argument("--host", help="in place of HOST")
    serve.add_argument("--port", type=_port, help="in place of PORT")
    serve.add_argument(
        "--socket-mode", action="store_true", help="connect to Slack instead of waiting for its requests"
    )
    commands.add_parser("migrate", help="bring the database to the newest revision")
    commands.add_parser("worker", help="searches, long reads and alerts, where serve leaves them to it")
    looking = commands.add_parser("doctor", help="look whether everything is in order, and say what to do")
    looking.add_argument("--capture", action="store_true", help="also the shapes that Zoho answers")
    app = commands.add_parser("manifest", help="print the Slack app's manifest")
    way = app.add_mutually_exclusive_group(required=True)
    way.add_argument("--public-url", help="where Slack reaches the bot")
    way.add_argument("--socket-mode", action="store_true", help="for an app that connects by itself")
    rotating = commands.add_parser("rotate-keys", help="put all that is encrypted under the newest key")
    rotating.add_argument("--forget", action="store_true", help="also give up what no key opens any more")
    sandbox = commands.add_parser("sandbox", help="a stand-in Zoho or Slack, for trying things out")
    sandbox.add_argument("which", choices=("zoho", "slack"))
    sandbox.add_argument("--port", type=_port, default=0)
    sandbox.add_argument("--data", type=Path, help="a folder with records.csv and module.txt (Zoho only)")
    demo = commands.add_parser("demo", help="the whole of it on this machine, with both stand-ins")
    demo.add_argument("--port", type=_port)
    demo.add_argument("--check", action="store_true", help="play one whole story and print it")
    demo.add_argument("--data", type=Path, help="a folder with records.csv and module.txt")
    return parser


def _port(text: str) -> int:
    """A port's number; 0 takes a free one."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {_LAST_PORT}")
    return int(text)


def _settings(asked: argparse.Namespace) -> Settings:
    from bot.settings import load

    given = {"HOST": getattr(asked, "host", None), "PORT": getattr(asked, "port", None)}
    return load(
        overrides={name: str(value) for name, value in given.items() if value is not None},
        socket_mode=asked.socket_mode if asked.command == "serve" else None,
    )


async def _serve(settings: Settings, *, socket_mode: bool = False, is_worker: bool = False) -> int:
    from slack_sdk.errors import SlackApiError

    from bot.app import NotMigrated, Unreachable, build
    from bot.jobs.retries import reason

    stopped = _stop_signal()
    bot = build(settings, socket_mode=socket_mode, is_worker=is_worker)
    try:
        await bot.start()
    except NotMigrated:
        _complain(_NOT_MIGRATED)
        return 2
    except Unreachable as error:
        _complain(f"The database cannot be reached: {error}")
        return 1
    except OSError as error:
        _complain(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}")
        return 1
    except SlackApiError as error:
        _complain(f"Slack refuses SLACK_APP_TOKEN: {reason(error) or 'no reason given'}")
        return 1
    _spare_the_collector()
    await stopped.wait()
    await bot.stop()
    return 0


def _spare_the_collector() -> None:
    """Let the garbage collector leave alone what lives to the end, and come less often: a full round over
    all that was imported takes longer than an acknowledgement may."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _migrate(settings: Settings) -> int:
    from sqlalchemy.exc import OperationalError

    from bot.migrations import migrate

    try:
        migrate(settings.database_url)
    except OperationalError as error:
        _complain(f"The database cannot be opened or written: {error.orig}")
        return 1
    return 0


async def _rotate(settings: Settings, *, forgets: bool) -> int:
    """Put every encrypted value under the newest key, and say how many there were; give up the lost ones."""
    from sqlalchemy.exc import DBAPIError

    from bot.migrations import is_current
    from bot.store.rotation import forget, forgotten, rotate, told
    from zoho.database import Database

    database = Database.open(settings.database_url, keys=settings.keys)
    try:
        if not await asyncio.to_thread(is_current, settings.database_url):
            _complain(_NOT_MIGRATED)
            return 2
        given_up = await forget(database, settings.keys) if forgets else {}
        counts = await rotate(database, settings.keys)
    except DBAPIError as error:
        _complain(f"The database stopped: {error.orig}. What was done stays done; run this again.")
        return 1
    finally:
        await database.close()
    _say(*forgotten(given_up), *told(counts, keys=len(settings.keys)))
    return 1 if any(count.lost for count in counts) else 0


def _manifest(asked: argparse.Namespace) -> int:
    from bot import manifest
    from bot.settings import public_address

    if asked.socket_mode:
        sys.stdout.write(manifest.for_socket_mode())
        return 0
    try:
        address = public_address(asked.public_url)
    except ValueError as error:
        _complain(f"--public-url: {error}")
        return 2
    if not address.startswith("https://"):
        _complain("--public-url: Slack accepts https alone; a bot on this machine is made with --socket-mode")
        return 2
    sys.stdout.write(manifest.for_address(address))
    return 0


async def _work(settings: Settings) -> int:
    from zoho.database import is_shared

    if is_shared(settings.database_url):
        return await _serve(settings, is_worker=True)
    stopped = _stop_signal()
    _complain(_WORKER_IDLES)
    await stopped.wait()
    return 0


def _stop_signal() -> asyncio.Event:
    """Set when the process is asked to end."""
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    return stopped


def _sandbox(asked: argparse.Namespace) -> int:
    if asked.which == "slack":
        from bot.sandbox.serve import main as slack

        return slack(asked.port)
    from zoho.sandbox.command import main as zoho

    zoho(asked.port, asked.data)
    return 0


def _demo(asked: argparse.Namespace) -> int:
    from bot.sandbox.demo import run

    try:
        return asyncio.run(run(port=asked.port, check=asked.check, data=asked.data))
    except (OSError, ValueError) as error:
        _complain(str(error))
        return 2


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _complain(*lines: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    raise SystemExit(main())
