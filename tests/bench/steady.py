"""A steady stream of requests that waits for no answer before it sends the next one.

``python -m tests.bench.steady URL ANSWERS_TO RATE SECONDS`` sends `/duplicates help` from a process of its
own and prints how long each took, in seconds, one a line.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from tests.bench.signed import Signed, commands

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def from_a_process_of_its_own(url: str, *, answers_to: str, rate: int, seconds: int) -> list[float]:
    """The same, for when this process has other work to do. Raises `BadAnswer`."""
    words = ["-m", "tests.bench.steady", url, answers_to, str(rate), str(seconds)]
    sender = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await asyncio.wait_for(sender.communicate(), seconds + 60)
    finally:
        if sender.returncode is None:
            sender.kill()
    if sender.returncode:
        raise BadAnswer(f"the sender ended with {sender.returncode}")
    return [float(line) for line in said.split()]


class BadAnswer(Exception):
    """The server answered something else than 200."""


async def seconds_each(url: str, requests: Sequence[Signed], *, a_second: int) -> list[float]:
    """Send the requests at that rate; how long each took, in order. Raises `BadAnswer`."""
    sender = _Sender(url)
    gc.disable()  # a pause of this process would be counted as one of the server's
    try:
        start = time.perf_counter()
        tasks = []
        for number, request in enumerate(requests):
            await asyncio.sleep(start + number / a_second - time.perf_counter())
            tasks.append(asyncio.create_task(sender.send(request)))
        return await asyncio.gather(*tasks)
    finally:
        gc.enable()
        sender.close()


class _Sender:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._free: list[Connection] = []

    async def send(self, request: Signed) -> float:
        reader, writer = self._free.pop() if self._free else await self._connect()
        started = time.perf_counter()
        writer.write(request.raw(f"{self._host}:{self._port}"))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        took = time.perf_counter() - started
        self._free.append((reader, writer))
        if not head.startswith(b"HTTP/1.1 200"):
            raise BadAnswer(head.split(b"\r\n", 1)[0].decode())
        return took

    async def _connect(self) -> Connection:
        return await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def main(words: list[str]) -> None:
    """Sign everything first, then send it."""
    url, answers_to, rate, seconds = words
    requests = list(commands(int(rate) * int(seconds), answers_to=answers_to))
    for took in asyncio.run(seconds_each(url, requests, a_second=int(rate))):
        print(took)


if __name__ == "__main__":
    main(sys.argv[1:])
