"""The whole of it for a test: both stand-ins and the bot over real HTTP, on free ports, with a real file."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import settings as hypothesis_settings

from bot import ids
from bot.app import Bot, build
from bot.migrations import migrate, upgrade
from bot.sandbox.demo.browser import Browser, Page
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.things import Message
from bot.settings import Settings, load
from tests import postgres
from tests.storage import Storage
from zoho.database import Database
from zoho.sandbox import ZohoSandbox

# How long an example takes says more about the machine than about the code.
hypothesis_settings.register_profile("any machine", deadline=None)
hypothesis_settings.load_profile("any machine")

MARA, TOMAS, PRIYA, JONAS, ELIF = "U01MARA", "U02TOMAS", "U03PRIYA", "U04JONAS", "U05ELIF"
LARKFIELD = "T01LARKFIELD"


@dataclass
class Clock:
    """The wall clock, which can be put forward."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, step: timedelta) -> None:
        """Let this much time have passed."""
        self.ahead += step


@dataclass
class World:
    """A Slack, a Zoho and the bot between them."""

    slack: SlackSandbox
    zoho: ZohoSandbox
    bot: Bot
    clock: Clock
    file: Path

    async def ask(self, user: str, text: str = "", *, containing: str = "") -> Message:
        """Type ``/duplicates text`` and wait for the answer, or for the one that holds these words."""
        mark = self.slack.mark
        sent = await self.slack.command(user, text)
        assert sent.status == 200, sent
        return await self.slack.wait_for(user=user, after=mark, predicate=_is_answer, containing=containing)

    async def click(
        self, message: Message, action_id: str, *, value: str | None = None, containing: str = ""
    ) -> Message:
        """Click and wait for what changes, or for the message that holds these words."""
        mark = self.slack.mark
        sent = await self.slack.click(message, action_id, value=value)
        assert sent.status == 200, sent
        return await self.slack.wait_for(after=mark, predicate=_is_answer, containing=containing)

    async def walk(self, offer: Message, zoho_user: str) -> Page:
        """From a message's button over our page and Zoho's consent to the last page."""
        async with Browser.start() as browser:
            consent = await browser.press(await browser.open(link_of(offer)), "Continue to Zoho")
            return await browser.press(consent, f"Accept as {zoho_user}")

    async def connect(self, user: str, zoho_user: str) -> Message:
        """Connect somebody; out comes the message that says so."""
        mark = self.slack.mark
        await self.walk(await self.ask(user, "connect"), zoho_user)
        return await self.slack.wait_for(user=user, containing="Access renews itself", after=mark)

    async def restart(self, **changed: object) -> Bot:
        """Stop the bot and start it again on the same database, with these settings changed."""
        settings = self.bot.settings.model_copy(update=changed)
        await self.bot.stop()
        return await self.start_again(settings)

    async def start_again(self, settings: Settings | None = None) -> Bot:
        """Start a bot that was stopped, on the same database."""
        self.bot = build(settings or self.bot.settings, now=self.clock)
        await self.bot.start()
        return self.bot

    async def settled(self) -> None:
        """Wait until everything handed over has ended."""
        await self.bot.jobs.idle()


def _is_answer(message: Message) -> bool:
    return message.via != "person" and not message.is_interim


def link_of(message: Message) -> str:
    """Where the button that begins a connection leads."""
    (button,) = message.elements(ids.CONNECT_START)
    return str(button.raw["url"])


def free_port() -> int:
    """A port that is free now: the bot has to know its own address before it listens.

    It lies below those that systems hand out by themselves, so that no other process is given it meanwhile.
    """
    while True:
        port = random.randrange(20_000, 32_000)  # nothing secret
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world(tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Makes a world; keyword arguments are settings, by their names in the environment, and socket_mode."""
    async with AsyncExitStack() as stack:

        async def make(*, socket_mode: bool = False, **environment: str) -> World:
            clock = Clock()
            zoho = await stack.enter_async_context(ZohoSandbox.start(ports={"eu": 0, "in": 0}))
            slack = await stack.enter_async_context(SlackSandbox.start(0))
            file = tmp_path / "duplicates.sqlite3"
            port = free_port()
            settings = load(
                {
                    "SLACK_SIGNING_SECRET": "" if socket_mode else slack.signing_secret,
                    "SLACK_APP_TOKEN": slack.app_token if socket_mode else "",
                    "SLACK_BOT_TOKEN": slack.bot_token,
                    "SLACK_API_URL": slack.api_url,
                    "ZOHO_CLIENT_ID": zoho.client_id,
                    "ZOHO_CLIENT_SECRET": zoho.client_secret,
                    "ZOHO_HOME_DC": "eu",
                    "ZOHO_HOSTS": json.dumps(zoho.hosts),
                    "PUBLIC_URL": f"http://127.0.0.1:{port}",
                    "PORT": str(port),
                    "DATABASE_URL": f"sqlite:///{file}",
                    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
                    "METRICS_PORT": "0",
                    **environment,
                },
                env_file=None,
                socket_mode=socket_mode,
            )
            await upgrade(settings)
            bot = build(settings, now=clock, socket_mode=socket_mode)
            await bot.start()
            slack.bot_url = bot.url
            world = World(slack, zoho, bot, clock, file)
            stack.push_async_callback(lambda: world.bot.stop())
            return world

        yield make


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """A world with nobody connected."""
    return await make_world()


@pytest.fixture
async def connected(world: World) -> World:
    """A world in which Mara is connected to Larkfield Support."""
    await world.connect(MARA, "Mara Lindqvist")
    return world


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL for all tests; it starts when the first one asks for it."""
    with postgres.started() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres_server: postgres.Server) -> Iterator[str]:
    """The name of the one database, with every table, that tests on PostgreSQL have in turn."""
    with postgres_server.database("duplicates") as url:
        migrate(url)
        yield "duplicates"


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """An empty database, on each of the engines in turn."""
    if request.param == "sqlite":
        return Storage.sqlite(tmp_path)
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name: str = request.getfixturevalue("postgres_database")
    server.empty(name)
    return Storage(server.url(name), (server.log,))


@pytest.fixture
async def database(storage: Storage) -> AsyncIterator[Database]:
    """The same database, opened, with every table in it."""
    async with storage.opened() as database:
        yield database
