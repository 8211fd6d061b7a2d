"""Posting alerts: once, whatever happens in the middle; on both engines, against the stand-in Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from slack_sdk.errors import SlackRequestError
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Text, literal, select, type_coerce, update

from bot.alerts.posting import EVENT_TYPE, PAGE, PROMPT, SETTLED, SLOW_HISTORY, Posting, alert_client
from bot.blocks.parts import Message
from bot.jobs.retries import SlackGone
from bot.sandbox import SlackSandbox
from bot.store.ledger import LEASE, Alert, AlertState, Ledger, Slot, alerts
from zoho.database import Database

SUPPORT = "C01SUPPORT"
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SLOT = START - timedelta(minutes=1)


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, step: timedelta) -> None:
        self.at += step


@dataclass
class Heard:
    """Who heard of what."""

    doubted: list[str] = field(default_factory=list)
    shut: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False

    async def closed(self, alert: Alert, why: str) -> None:
        self.shut.append((alert.id, why))

    async def doubtful(self, alert: Alert) -> None:
        if self.is_away:
            raise SlackRequestError("nobody is there")
        self.doubted.append(alert.id)


POISON = "what cannot be drawn"


async def draw(alert: Alert) -> Message:
    if alert.body == POISON:
        raise LookupError(POISON)
    return Message(alert.body, (SectionBlock(text=alert.body),))


@dataclass
class Stage:
    database: Database
    slack: SlackSandbox
    clock: Clock
    client: AsyncWebClient
    ledger: Ledger
    posting: Posting
    heard: Heard

    async def ready(self, *, channel: str = SUPPORT, slot: datetime = SLOT, words: str = "1 new") -> str:
        """An alert whose message is known."""
        async with self.database.write() as connection:
            (key,) = await self.ledger.open_all(connection, [Slot("s1", slot, "T01LARKFIELD", channel)])
        (alert,) = await self.ledger.claim([AlertState.NEW])
        async with self.database.write() as connection:
            assert await self.ledger.ready(connection, alert, words)
        return key

    async def state(self, key: str) -> AlertState:
        alert = await self.ledger.get(key)
        assert alert is not None
        return alert.state

    def posted(self, key: str) -> int:
        return sum(
            1
            for message in self.slack.messages(SUPPORT)
            if (message.metadata or {}).get("event_payload", {}).get("alert") == key
        )

    async def dies_after_intent(self, key: str, *, says_it: bool) -> None:
        """Another process that ended between its intent and its note, with or without having posted."""
        other = Ledger(self.database, self.clock)
        (alert,) = await other.claim([AlertState.READY])
        assert await other.intend(alert)
        if says_it:
            await self.client.chat_postMessage(
                channel=alert.channel,
                text=alert.body,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"alert": key}},
            )


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    clock = Clock()
    async with SlackSandbox.start(now=clock) as slack:
        client, watch = alert_client(token="sandbox-bot-token", base_url=slack.api_url)
        ledger, heard = Ledger(database, clock), Heard()
        posting = Posting(ledger, client, watch, draw, heard, clock)
        yield Stage(database, slack, clock, client, ledger, posting, heard)


async def test_a_slot_of_a_subscription_stands_in_the_ledger_once(stage: Stage) -> None:
    await stage.ready()
    async with stage.database.write() as connection:
        again = await stage.ledger.open_all(connection, [Slot("s1", SLOT, "T01LARKFIELD", SUPPORT)])
    assert again == ()


async def test_what_is_ready_is_posted_once_and_carries_only_its_id(stage: Stage) -> None:
    key = await stage.ready()
    await stage.posting.step()
    await stage.posting.step()
    (message,) = stage.slack.messages(SUPPORT)
    assert message.metadata == {"event_type": EVENT_TYPE, "event_payload": {"alert": key}}
    assert await stage.state(key) is AlertState.SENT


async def test_what_no_key_opens_waits_and_holds_up_no_other(stage: Stage) -> None:
    lost = await stage.ready(words="the older one")
    other = await stage.ready(slot=SLOT + timedelta(seconds=1))
    under_another_key = Fernet(Fernet.generate_key()).encrypt(b"the older one").decode()
    raw = await _raw_body(stage, lost, under_another_key)
    await stage.posting.step()
    assert (await stage.state(other), stage.posted(lost)) == (AlertState.SENT, 0)
    await _raw_body(stage, lost, raw)
    stage.clock.forward(LEASE)
    await stage.posting.step()
    assert (await stage.state(lost), stage.posted(lost)) == (AlertState.SENT, 1)


async def _raw_body(stage: Stage, key: str, put: str) -> str:
    """Put something in the place of a body as it lies in the database; what lay there."""
    this = alerts.c.id == key
    async with stage.database.write() as connection:
        lay = (await connection.execute(select(type_coerce(alerts.c.body, Text)).where(this))).scalar_one()
        await connection.execute(update(alerts).where(this).values(body=literal(put, Text)))
    return str(lay)


async def test_two_processes_at_once_post_it_once(stage: Stage) -> None:
    key = await stage.ready()
    other = Posting(
        Ledger(stage.database, stage.clock),
        stage.client,
        stage.posting.watch,
        draw,
        stage.heard,
        stage.clock,
    )
    await asyncio.gather(*(posting.step() for posting in (stage.posting, other) * 4))
    assert stage.posted(key) == 1


async def test_a_row_another_process_left_in_ready_is_taken_over_after_its_lease(stage: Stage) -> None:
    key = await stage.ready()
    await Ledger(stage.database, stage.clock).claim([AlertState.READY])
    await stage.posting.step()
    assert stage.posted(key) == 0
    stage.clock.forward(LEASE)
    await stage.posting.step()
    assert stage.posted(key) == 1


async def test_the_only_process_takes_its_rows_back_at_its_start(stage: Stage) -> None:
    key = await stage.ready()
    await Ledger(stage.database, stage.clock).claim([AlertState.READY])
    assert await stage.ledger.release_all() == 1
    await stage.posting.step()
    assert stage.posted(key) == 1


@pytest.mark.parametrize("says_it", [True, False])
async def test_a_crash_between_intent_and_note_is_settled_by_the_history(stage: Stage, says_it: bool) -> None:
    key = await stage.ready()
    await stage.dies_after_intent(key, says_it=says_it)
    stage.clock.forward(LEASE)
    await stage.posting.step()
    await stage.posting.step()
    assert stage.posted(key) == 1
    assert await stage.state(key) is AlertState.SENT


async def test_no_look_up_judges_before_the_history_is_settled(stage: Stage) -> None:
    key = await stage.ready()
    await stage.dies_after_intent(key, says_it=True)
    stage.slack.world.lag = 5
    await stage.ledger.release_all()
    await stage.posting.step()
    assert await stage.state(key) is AlertState.POSTING
    stage.clock.forward(SETTLED)
    await stage.posting.step()
    assert stage.posted(key) == 1
    assert await stage.state(key) is AlertState.SENT


async def test_an_answer_that_breaks_off_leaves_a_doubt_that_the_history_ends(stage: Stage) -> None:
    key = await stage.ready()
    stage.slack.fail("chat.postMessage", drop=True, done=True)
    await stage.posting.step()
    assert await stage.state(key) is AlertState.POSTING
    stage.clock.forward(SETTLED)
    await stage.posting.step()
    assert stage.posted(key) == 1
    assert await stage.state(key) is AlertState.SENT


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("status", [503, 404, 200])
async def test_what_is_no_answer_of_slacks_is_a_doubt_too(stage: Stage, status: int, is_there: bool) -> None:
    key = await stage.ready()
    stage.slack.fail("chat.postMessage", status=status, plain=status != 503, done=is_there)
    await stage.posting.step()
    assert await stage.state(key) is AlertState.POSTING
    stage.clock.forward(SETTLED)
    for _ in range(2):
        await stage.posting.step()
    assert stage.posted(key) == 1


@pytest.mark.parametrize("why", ["fatal_error", "internal_error", "request_timeout", "service_unavailable"])
async def test_slacks_own_trouble_is_a_doubt_and_closes_nothing(stage: Stage, why: str) -> None:
    key = await stage.ready()
    stage.slack.fail("chat.postMessage", error=why)
    await stage.posting.step()
    assert await stage.state(key) is AlertState.POSTING
    stage.clock.forward(SETTLED)
    for _ in range(2):
        await stage.posting.step()
    assert stage.posted(key) == 1
    assert stage.heard.shut == []


async def test_an_intent_that_took_long_to_commit_is_given_up(stage: Stage) -> None:
    key = await stage.ready()
    late = replace(stage.posting, now=lambda: stage.clock() + PROMPT + timedelta(seconds=1))
    await late.step()
    assert stage.posted(key) == 0
    assert await stage.state(key) is AlertState.READY
    stage.clock.forward(PROMPT + timedelta(seconds=1))
    await stage.posting.step()
    assert stage.posted(key) == 1


async def test_a_simpler_form_is_intended_anew(stage: Stage) -> None:
    key = await stage.ready()
    stage.slack.fail("chat.postMessage", error="invalid_blocks")
    await stage.posting.step()
    alert = await stage.ledger.get(key)
    assert alert is not None
    assert (alert.state, alert.tries) == (AlertState.SENT, 2)


async def test_one_alert_that_cannot_be_drawn_stops_no_other(stage: Stage) -> None:
    bad = await stage.ready(words=POISON)
    good = [await stage.ready(slot=SLOT + timedelta(seconds=n)) for n in range(1, 4)]
    with pytest.raises(LookupError):
        await stage.posting.step()
    assert [stage.posted(key) for key in good] == [1, 1, 1]
    assert [await stage.state(key) for key in good] == [AlertState.SENT] * 3
    assert await stage.state(bad) is AlertState.READY


async def test_alerts_are_drawn_one_by_one_so_that_no_acknowledgement_waits_for_many(stage: Stage) -> None:
    keys = [await stage.ready(slot=SLOT + timedelta(seconds=n)) for n in range(3)]
    drawn: list[str] = []

    async def slowly(alert: Alert) -> Message:
        drawn.append(f"begun {alert.id}")
        await asyncio.sleep(0)
        drawn.append(f"ended {alert.id}")
        return await draw(alert)

    await replace(stage.posting, draw=slowly).step()

    assert drawn == [f"{what} {key}" for key in keys for what in ("begun", "ended")]
    assert [stage.posted(key) for key in keys] == [1, 1, 1]


async def test_when_slack_asks_for_patience_it_is_posted_later(stage: Stage) -> None:
    key = await stage.ready()
    stage.slack.fail("chat.postMessage", status=429, retry_after=7)
    await stage.posting.step()
    stage.clock.forward(timedelta(seconds=6))
    await stage.posting.step()
    assert stage.posted(key) == 0
    stage.clock.forward(timedelta(seconds=1))
    await stage.posting.step()
    assert stage.posted(key) == 1


async def test_a_slow_history_is_asked_once_a_minute(stage: Stage) -> None:
    key = await stage.ready()
    await stage.dies_after_intent(key, says_it=True)
    stage.clock.forward(LEASE)
    stage.slack.fail("conversations.history", status=429, retry_after=3)
    await stage.posting.step()
    stage.clock.forward(timedelta(seconds=59))
    await stage.posting.step()
    asked = [call for call in stage.slack.calls if call.method == "conversations.history"]
    assert len(asked) == 1
    stage.clock.forward(timedelta(seconds=1))
    await stage.posting.step()
    assert stage.posted(key) == 1
    assert await stage.state(key) is AlertState.SENT


@pytest.mark.parametrize("says_it", [True, False])
async def test_a_slow_history_is_read_on_from_where_it_was_left(stage: Stage, says_it: bool) -> None:
    key = await stage.ready()
    await stage.dies_after_intent(key, says_it=says_it)
    for _ in range(2 * PAGE + 1):
        stage.slack.say("U01MARA", "What a busy channel", SUPPORT)
    stage.clock.forward(LEASE)
    for looks in range(3):
        assert await stage.state(key) is AlertState.POSTING, looks
        stage.slack.clear_faults()
        stage.slack.limit("conversations.history", 1)  # the look gets one page, then has to wait
        await stage.posting.step()
        stage.clock.forward(SLOW_HISTORY)
    await stage.posting.step()
    assert stage.posted(key) == 1
    assert await stage.state(key) is AlertState.SENT


async def test_a_question_that_does_not_reach_the_owner_is_asked_again(stage: Stage) -> None:
    key = await stage.ready()
    await stage.dies_after_intent(key, says_it=False)
    stage.slack.fail("conversations.history", error="missing_scope", times=None)
    stage.clock.forward(LEASE)
    stage.heard.is_away = True
    for _ in range(2):
        with pytest.raises(SlackRequestError):
            await stage.posting.step()
        stage.clock.forward(LEASE)
    assert await stage.state(key) is AlertState.UNKNOWN
    stage.heard.is_away = False
    for _ in range(3):
        await stage.posting.step()
        stage.clock.forward(LEASE)
    assert stage.heard.doubted == [key]


@pytest.mark.parametrize("why", ["missing_scope", "not_in_channel", "channel_not_found", "access_denied"])
async def test_without_a_history_the_owner_is_asked_once_and_nothing_is_posted(
    stage: Stage, why: str
) -> None:
    key = await stage.ready()
    await stage.dies_after_intent(key, says_it=False)
    stage.slack.fail("conversations.history", error=why, times=None)
    for _ in range(3):
        stage.clock.forward(LEASE)
        await stage.posting.step()
    assert stage.heard.doubted == [key]
    assert stage.posted(key) == 0
    assert await stage.state(key) is AlertState.UNKNOWN


@pytest.mark.parametrize(("again", "posts"), [(True, 1), (False, 0)])
async def test_the_owner_answers_an_unknown_alert_once(stage: Stage, again: bool, posts: int) -> None:
    key = await stage.ready()
    await stage.dies_after_intent(key, says_it=False)
    stage.slack.fail("conversations.history", error="missing_scope", times=None)
    stage.clock.forward(LEASE)
    await stage.posting.step()
    assert await stage.ledger.settle(key, again=again)
    assert await stage.ledger.settle(key, again=not again) is None
    await stage.posting.step()
    assert stage.posted(key) == posts


@pytest.mark.parametrize("why", ["channel_not_found", "is_archived", "not_in_channel", "restricted_action"])
async def test_a_closed_channel_ends_the_alert_and_its_owner_hears_of_it(stage: Stage, why: str) -> None:
    key = await stage.ready()
    stage.slack.fail("chat.postMessage", error=why, times=None)
    await stage.posting.step()
    await stage.posting.step()
    assert stage.heard.shut == [(key, why)]
    assert await stage.state(key) is AlertState.STOPPED


async def test_a_dead_token_stops_everything_and_loses_nothing(stage: Stage) -> None:
    key = await stage.ready()
    stage.slack.fail("chat.postMessage", error="token_revoked", times=None)
    with pytest.raises(SlackGone):
        await stage.posting.step()
    calls = len(stage.slack.calls)
    with pytest.raises(SlackGone):
        await stage.posting.step()
    assert len(stage.slack.calls) == calls
    assert await stage.state(key) is AlertState.READY


async def test_a_holder_that_lost_its_lease_posts_nothing(stage: Stage) -> None:
    key = await stage.ready()
    (late,) = await Ledger(stage.database, stage.clock).claim([AlertState.READY])
    stage.clock.forward(LEASE)
    await stage.posting.step()
    await stage.posting.post(late)
    assert stage.posted(key) == 1


async def test_a_process_gives_its_leases_back_at_its_end(stage: Stage) -> None:
    await stage.ready()
    other = Ledger(stage.database, stage.clock)
    await other.claim([AlertState.READY])
    assert await stage.ledger.release() == 0
    assert await other.release() == 1


async def test_rows_of_a_stopped_subscription_are_not_posted(stage: Stage) -> None:
    key = await stage.ready()
    await stage.ledger.close("s1", "stopped")
    await stage.posting.step()
    assert stage.posted(key) == 0
