"""The least a Bolt app can be, with its defaults: one command that is acknowledged.

``python -m tests.bench.bare_bolt PORT SLACK_API_URL``
"""

from __future__ import annotations

import sys

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from tests.bench.signed import PATH, SECRET


def main(port: int, api_url: str) -> None:
    """Serve until stopped."""
    client = AsyncWebClient(token="xoxb-made-up", base_url=api_url)
    app = AsyncApp(client=client, signing_secret=SECRET)

    @app.command("/duplicates")
    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.start(port=port, path=PATH, host="127.0.0.1")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
