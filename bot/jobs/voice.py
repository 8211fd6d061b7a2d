"""How the bot speaks: by the response_url while it lives, else in the channel, else by direct message.

Every message goes through here. When Slack refuses its blocks it is sent once more in older ones, then as
words alone with *Try again*; when Slack asks for patience it is waited for; when Slack no longer accepts the
bot's token nothing is tried any more, see `SlackGone`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError, SlackObjectFormationError
from slack_sdk.models.blocks import InteractiveElement
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.blocks.parts import Message
from bot.jobs.retries import (
    WAITS,
    ConnectionRetry,
    PatientRetry,
    SlackGone,
    TokenWatch,
    reason,
    seconds_to_wait,
)
from bot.jobs.work import Job

log = structlog.get_logger(__name__)

_PATIENCE = aiohttp.ClientTimeout(total=10)
ABOUT_BLOCKS = ("invalid_blocks", "msg_blocks_too_long")
"""Slack's words for blocks that it does not take: a simpler form of the message may do."""

NOT_THERE = ("not_in_channel", "channel_not_found")
"""Slack's words for a channel that the app is not a member of, or does not know."""


SLACKS_OWN = ("internal_error", "fatal_error", "request_timeout", "service_unavailable")
"""Slack's own trouble: it says that some of what was asked for may have been done all the same."""

SLACK_TROUBLE = (SlackClientError, aiohttp.ClientError, TimeoutError)
"""What a call to Slack may raise."""

UNHEARD = (SlackApiError, aiohttp.ClientError, TimeoutError)
"""The same while the token lives: this call was refused, or nobody knows what became of it."""

Payload = dict[str, Any]


class Place(NamedTuple):
    """Where a message stands."""

    channel: str
    ts: str


class Published(NamedTuple):
    """How posting for everybody ended.

    ``place`` is None when Slack does not tell where the message stands, as after a response_url. Without
    success ``why`` is Slack's word for it; ``is_certain`` is False when the message may be there all the
    same.
    """

    is_done: bool
    place: Place | None = None
    why: str = ""
    is_certain: bool = True

    @property
    def is_outside(self) -> bool:
        """Whether it failed because the app is not in the channel."""
        return self.why in NOT_THERE


class _Heard(NamedTuple):
    """What came of one post to a response_url: "" when it was taken, else what Slack said."""

    said: str = ""
    is_certain: bool = True


class Voice:
    """Says messages to people. ``open`` and ``close`` bracket its life, for it holds connections.

    ``again`` makes the button that asks for the same once more, None where there is none.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        again: Callable[[Job], Awaitable[InteractiveElement | None]],
    ) -> None:
        self._client = client
        self._again = again
        self._watch = TokenWatch()
        self._session: aiohttp.ClientSession | None = None
        client.retry_handlers[:] = [self._watch, ConnectionRetry(), PatientRetry()]

    @property
    def is_silenced(self) -> bool:
        """Whether Slack called the bot's token dead; only a response_url can still be answered then."""
        return self._watch.is_dead

    async def open(self) -> None:
        """Open the connections that the Web API and response_urls share."""
        self._session = aiohttp.ClientSession(timeout=_PATIENCE)
        self._client.session = self._session

    async def close(self) -> None:
        """Close them."""
        if self._session is not None:
            await self._session.close()
            self._session = self._client.session = None

    async def once_more(self, job: Job) -> InteractiveElement | None:
        """The button that asks for the same once more, None where there is none."""
        return await self._again(job)

    # To one person

    async def answer(self, job: Job, message: Message) -> None:
        """Answer a command with a message of its own, a click in the place of the message it stood in, work
        that has a message of its own in the place of that.

        Raises SlackApiError when it can be said nowhere, SlackGone.
        """
        if job.reply.ts:
            await self._in_place(job, message)
            return
        await self._privately(job, message, replace=job.reply.is_click)

    async def add(self, job: Job, message: Message) -> None:
        """Say something more, beside the message that is there; only this person sees it. Raises likewise."""
        await self._privately(job, message, replace=False)

    async def take_away(self, job: Job) -> None:
        """Remove the message that was clicked; where that cannot be done it stays."""
        await self._post(job, {"delete_original": True})

    async def tell(self, user: str, message: Message) -> Place:
        """Send a direct message; https://docs.slack.dev/reference/methods/chat.postMessage.

        Raises SlackApiError, SlackGone.
        """

        async def send(payload: Payload) -> AsyncSlackResponse:
            return await self._client.chat_postMessage(channel=user, **payload)

        return _place(await self._call(send, self._forms(message)))

    async def edit(self, place: Place, message: Message) -> None:
        """Change a message of the bot's own, for everybody who sees it.

        https://docs.slack.dev/reference/methods/chat.update; raises SlackApiError, SlackGone.
        """

        await self._edit(place, self._forms(message))

    # To everybody in a channel

    async def publish(self, job: Job, message: Message) -> Published:
        """Post a message in the channel of ``job``, for everybody: as the app, which tells where it stands,
        else by the response_url, for which the app need not be a member. What may have been posted is not
        posted again. Raises SlackGone.
        """

        async def send(payload: Payload) -> AsyncSlackResponse:
            return await self._client.chat_postMessage(channel=job.reply.channel, **payload)

        try:
            return Published(True, _place(await self._call(send, self._forms(message))))
        except SlackApiError as error:
            why = reason(error)
            if not why or why in SLACKS_OWN:
                return Published(False, is_certain=False)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Published(False, why=type(error).__name__, is_certain=False)
        how = {"response_type": "in_channel", "replace_original": False}
        heard = await self._respond(job, self._forms(message), how)
        if not heard.said:
            return Published(True)
        return Published(False, why=why if heard.is_certain else heard.said, is_certain=heard.is_certain)

    async def redraw(self, job: Job, message: Message, place: Place | None) -> bool:
        """Draw a channel's message again for everybody: the one that was clicked, by the click's
        response_url, else the one at ``place``. False when it stays as it is. Raises SlackGone."""
        heard = _Heard("not the message that was clicked")
        if not job.reply.is_click:
            how = {"response_type": "in_channel", "replace_original": True}
            heard = await self._respond(job, self._drawn_forms(message), how)
        if not heard.said:
            return True
        return place is not None and await self.redraw_at(place, message)

    async def redraw_at(self, place: Place, message: Message) -> bool:
        """Draw a channel's message again that nobody clicked. False when it stays as it is. Raises
        SlackGone."""
        try:
            await self._edit(place, self._drawn_forms(message))
        except UNHEARD as error:
            log.info("message_not_redrawn", error=type(error).__name__)
            return False
        return True

    # Modals

    async def open_view(self, trigger_id: str, view: View, *, on_top: bool = False) -> str:
        """Open a modal, ``on_top`` of the one that is open, and give its id; a trigger lives three seconds.

        https://docs.slack.dev/reference/methods/views.open and views.push; raises SlackApiError, SlackGone.
        """
        call = self._client.views_push if on_top else self._client.views_open
        with self._awake():
            answer = await call(trigger_id=trigger_id, view=view.to_dict())
        return str(answer["view"]["id"])

    async def update_view(self, view_id: str, view: View) -> None:
        """Give a modal other contents; one that was closed meanwhile stays closed.

        https://docs.slack.dev/reference/methods/views.update; raises SlackApiError, SlackGone.
        """
        with self._awake():
            try:
                await self._client.views_update(view_id=view_id, view=view.to_dict())
            except SlackApiError as error:
                if reason(error) != "not_found":
                    raise

    # How it gets there

    async def _privately(self, job: Job, message: Message, *, replace: bool) -> None:
        how = {"response_type": "ephemeral", "replace_original": replace}
        heard = await self._respond(job, self._forms(message, job), how)
        if heard.said:
            await self._say_otherwise(job, message)

    async def _in_place(self, job: Job, message: Message) -> None:
        """Change the message of ``job``; where that cannot be done any more, say it in a new one."""
        try:
            await self._edit(Place(job.reply.channel, job.reply.ts), self._forms(message, job))
        except UNHEARD:
            await self.tell(job.who.user, message)

    async def _edit(self, place: Place, forms: AsyncIterator[Payload]) -> None:
        async def send(payload: Payload) -> AsyncSlackResponse:
            return await self._client.chat_update(
                channel=place.channel, ts=place.ts, text=payload["text"], blocks=payload.get("blocks")
            )

        await self._call(send, forms)

    async def _say_otherwise(self, job: Job, message: Message) -> None:
        """https://docs.slack.dev/reference/methods/chat.postEphemeral; it fails where the bot is absent.

        What may have been said there is said once more directly: better twice than not at all.
        """

        async def send(payload: Payload) -> AsyncSlackResponse:
            return await self._client.chat_postEphemeral(
                channel=job.reply.channel,
                user=job.who.user,
                text=payload["text"],
                blocks=payload.get("blocks"),
            )

        if job.reply.channel:
            try:
                await self._call(send, self._forms(message, job))
            except UNHEARD:
                pass
            else:
                return
        await self.tell(job.who.user, message)

    async def _forms(self, message: Message, job: Job | None = None) -> AsyncIterator[Payload]:
        """A message in the forms it may have, each simpler than the one before; the last is words alone."""
        form: Message | None = message
        while form is not None:
            try:
                yield form.payload()
            except SlackObjectFormationError:
                log.error("blocks_not_formed", blocks=len(form.blocks))
            again = await self._again(job) if job is not None and not form.classic else None
            form = form.simpler(again)
        yield {"text": message.text, "unfurl_links": False, "unfurl_media": False}

    async def _drawn_forms(self, message: Message) -> AsyncIterator[Payload]:
        """Only the forms that hold all of it: words alone must not take a good message's place."""
        yield message.payload()
        if message.classic:
            yield Message(message.text, message.classic).payload()

    async def _call(
        self,
        send: Callable[[Payload], Awaitable[AsyncSlackResponse]],
        forms: AsyncIterator[Payload],
    ) -> AsyncSlackResponse:
        """One call of the Web API, with simpler forms as long as Slack refuses the blocks."""
        refused: SlackApiError | None = None
        async for payload in forms:
            with self._awake():
                try:
                    return await send(payload)
                except SlackApiError as error:
                    refused = error
                    if reason(error) not in ABOUT_BLOCKS:
                        raise
                    log.warning("blocks_refused", error=reason(error))
        raise refused or SlackClientError("there was nothing to send")

    async def _respond(self, job: Job, forms: AsyncIterator[Payload], how: Payload) -> _Heard:
        """The same by the response_url; out comes what Slack said to the last form."""
        heard = _Heard("nothing was sent")
        async for payload in forms:
            heard = await self._post(job, {**payload, **how})
            if not any(word in heard.said for word in ABOUT_BLOCKS):
                break
            log.warning("blocks_refused", error="invalid_blocks")
        return heard

    async def _post(self, job: Job, payload: Payload) -> _Heard:
        """Post to the response_url, waiting where Slack asks for it."""
        if not job.reply.response_url or self._session is None:
            return _Heard("no response_url")
        for waits_left in reversed(range(WAITS + 1)):
            try:
                async with self._session.post(
                    job.reply.response_url, json=payload, allow_redirects=False
                ) as answer:
                    status, text, headers = answer.status, await answer.text(), dict(answer.headers)
            except (aiohttp.ClientError, TimeoutError) as error:
                return _Heard(
                    type(error).__name__, is_certain=isinstance(error, aiohttp.ClientConnectorError)
                )
            wait = seconds_to_wait(headers) if status == 429 else None
            if wait is None or not waits_left:
                break
            await asyncio.sleep(wait)
        is_taken = status == 200 and (text == "ok" or '"ok":true' in text.replace(" ", ""))
        return _Heard() if is_taken else _Heard(text or str(status), is_certain=status < 500)

    @contextmanager
    def _awake(self) -> Iterator[None]:
        """Calls inside are made only while the token lives; a refusal that ends it is a SlackGone."""
        if self._watch.is_dead:
            raise SlackGone
        try:
            yield
        except SlackApiError as error:
            if self._watch.is_dead:
                raise SlackGone from error
            raise


def _place(answer: AsyncSlackResponse) -> Place:
    return Place(str(answer["channel"]), str(answer["ts"]))
