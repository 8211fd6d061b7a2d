"""What must never be read by the wrong eyes: logs at every level, and stores whose key was lost."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot import ids
from bot.app import configure_logging
from tests.conftest import JONAS, MARA, World, link_of
from tests.scenarios.test_alerts import start
from tests.scenarios.test_home import home_of


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything the process logs at DEBUG, as it would stand in the log; afterwards all is as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logger.level for name, logger in _loggers().items()}
    written = io.StringIO()
    configure_logging("DEBUG", "json", written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)
    for name, logger in _loggers().items():
        logger.setLevel(levels.get(name, logging.NOTSET))


def _loggers() -> dict[str, logging.Logger]:
    known = logging.Logger.manager.loggerDict.items()
    return {name: logger for name, logger in known if isinstance(logger, logging.Logger)}


async def test_the_log_holds_no_token_no_secret_and_no_record(log: io.StringIO, world: World) -> None:
    settings = world.bot.settings
    offer = await world.ask(MARA, "desk contacts lastName=Roe")
    await world.walk(offer, "Mara Lindqvist")
    listed = await world.ask(MARA, "desk contacts", containing="10 possible duplicates")
    await world.click(listed, ids.GROUP_FLAG)
    for fault in ("server_error", "forbidden", "html", "drop", "invalid_oauth"):
        world.zoho.fault(fault, times=None)
        await world.ask(MARA, "accounts")
        world.zoho.clear_faults()
    world.slack.fail("response_url", error="expired_url")
    await world.ask(MARA, "contacts lastName=Brandt")
    world.zoho.revoke("mara")
    world.zoho.expire_tokens("mara")
    await world.ask(MARA, "desk contacts")
    await world.settled()

    logging.getLogger("bot").debug("the log is alive")
    written = log.getvalue()
    assert "the log is alive" in written
    assert "job_stopped" in written
    secrets = [
        settings.slack_signing_secret.get_secret_value(),
        settings.slack_bot_token.get_secret_value(),
        settings.zoho_secrets[""],
        *settings.keys,
        link_of(offer).partition("link=")[2],
        "Zoho-oauthtoken",
        "/response/",
        "Brandt",
        "lastName",
        "ana.roe@",
    ]
    for secret in secrets:
        assert secret not in written


async def test_a_request_that_slack_did_not_sign_is_a_line_that_holds_nothing_of_it(
    log: io.StringIO, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-made-up")  # Bolt looks there by itself, and says so
    # Bolt gives its loggers the level of the root whenever an app is made, whatever was asked for before.
    await world.restart()
    assert (await world.slack.forge(MARA, "desk contacts lastName=Roe")).status == 401

    written = log.getvalue()
    assert "signature_refused" in written
    assert "/response/" not in written
    assert "Roe" not in written
    assert "SLACK_BOT_TOKEN" not in written
    assert "unused" not in written


async def test_an_exception_is_logged_by_kind_and_place_and_never_by_its_words(log: io.StringIO) -> None:
    try:
        raise ValueError("the token is hush-hush")
    except ValueError:
        logging.getLogger("somewhere").exception("it failed")
        structlog.get_logger("elsewhere").error("it failed too", exc_info=True)
    written = log.getvalue()
    assert written.count("ValueError") == 2
    assert "test_secrets.py" in written
    assert "hush-hush" not in written


async def test_what_a_library_says_of_an_exception_is_logged_without_its_words(log: io.StringIO) -> None:
    async def fail() -> None:
        raise LookupError("the token is hush-hush")

    # Nobody asks how these ended: asyncio says it when they are thrown away, with all they held.
    tasks = [asyncio.create_task(fail()) for _ in range(2)]
    await asyncio.wait(tasks)
    try:
        await fail()
    except LookupError as error:
        logging.getLogger("procrastinate.utils").exception(f"a task failed: {error}")
    del tasks
    gc.collect()
    written = log.getvalue()
    assert "a task failed: LookupError" in written
    assert "Task exception was never retrieved" in written
    assert "hush-hush" not in written


async def test_a_lost_key_is_said_as_such_and_connecting_again_works(log: io.StringIO, world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.restart(encryption_keys=(SecretStr(Fernet.generate_key().decode()),))
    assert log.getvalue().count("encryption_key_does_not_fit") == 1

    answer = await world.ask(MARA, "desk contacts")
    assert "Stored Zoho access cannot be read" in answer.words
    assert "no longer accepts" not in answer.words
    assert "Connect Zoho Desk to find duplicates" in (await world.ask(JONAS, "desk contacts")).words

    mark = world.slack.mark
    await world.walk(answer, "Mara Lindqvist")
    assert await world.slack.wait_for(user=MARA, containing="10 possible duplicates", after=mark)


async def test_a_lost_key_is_told_by_the_answers_that_need_it_and_by_the_home_tab_alone(
    connected: World,
) -> None:
    await start(connected)
    await home_of(connected, MARA)
    await connected.restart(encryption_keys=(SecretStr(Fernet.generate_key().decode()),))
    before = connected.slack.messages(MARA)

    assert "What /duplicates can do" in (await connected.ask(MARA, "help")).words
    assert "cannot be read" in (await connected.ask(MARA, "desk contacts")).words
    view = await home_of(connected, MARA)
    await connected.settled()

    assert "could not be read: the encryption key of this installation has changed" in view.words
    assert len(connected.slack.messages(MARA)) == len(before) + 2


async def test_connecting_again_is_offered_only_where_it_helps(connected: World) -> None:
    await start(connected)
    await connected.restart(encryption_keys=(SecretStr(Fernet.generate_key().decode()),))
    answer = await connected.ask(MARA, "desk contacts", containing="connecting again also works")
    await connected.walk(answer, "Mara Lindqvist")
    await connected.slack.wait_for(user=MARA, containing="10 possible duplicates")

    locked = await connected.ask(MARA, "list")

    assert "What this app has stored cannot be read" in locked.words
    assert "give up what it encrypted" in locked.words
    assert not locked.elements(ids.CONNECT_START)


async def test_a_new_key_before_the_old_one_reads_everything(connected: World) -> None:
    settings = connected.bot.settings
    newest = SecretStr(Fernet.generate_key().decode())
    listed = await connected.ask(MARA, "desk contacts")
    await connected.restart(encryption_keys=(newest, *settings.encryption_keys))
    assert "6 to 10 of 10" in (await connected.click(listed, ids.PAGE_NEXT)).words


async def test_a_list_that_cannot_be_read_any_more_says_so(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    await connected.restart(encryption_keys=(SecretStr(Fernet.generate_key().decode()),))
    answer = await connected.click(listed, ids.PAGE_NEXT)
    assert "What this app has stored cannot be read" in answer.words
    assert "search again" in answer.words
