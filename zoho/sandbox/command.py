"""The stand-in alone, from the command line, until it is told to end."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from zoho.sandbox.pages import NOTICE
from zoho.sandbox.server import ZohoSandbox


async def serve(port: int, data: Path | None = None) -> None:
    """Serve the EU centre on ``port`` and India's on the next one until SIGINT or SIGTERM; 0 takes free ones.

    Raises ValueError when ``data`` does not hold records, OSError when a port is taken.
    """
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    ports = {"eu": port, "in": port + 1 if port else 0}
    async with ZohoSandbox.start(ports=ports, data=data) as zoho:
        sys.stdout.write(greeting(zoho))
        sys.stdout.flush()
        await ended.wait()


def greeting(zoho: ZohoSandbox) -> str:
    """What is printed at the start: where it is, and the settings that make the bot use it."""
    origins = ", ".join(f"{dc} at {hosts['accounts']}" for dc, hosts in zoho.hosts.items())
    return (
        f"{NOTICE}\nStand-in Zoho: {origins}\n"
        f"ZOHO_CLIENT_ID={zoho.client_id}\nZOHO_CLIENT_SECRET={zoho.client_secret}\nZOHO_HOME_DC=eu\n"
        f"ZOHO_HOSTS={json.dumps(zoho.hosts)}\n"
    )


def main(port: int, data: Path | None = None) -> None:
    """Run `serve`; a taken port or wrong data is one line on standard error and exit code 2."""
    try:
        asyncio.run(serve(port, data))
    except (OSError, OverflowError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error
