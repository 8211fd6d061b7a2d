"""One-time links to our connect page, and what is carried out once the connection stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from slack_sdk.models.blocks import InteractiveElement

from bot import ids
from bot.blocks import parts
from bot.blocks.parts import Link
from bot.jobs.work import Click, Job, Reply, Typed
from bot.store import Asked, Store
from bot.store.tables import fresh_key
from zoho.access import Zoho
from zoho.connections.attempts import ATTEMPT_LASTS
from zoho.records import Module, Product
from zoho.scopes import READ_DESK

RESPONSE_URL_LASTS = timedelta(minutes=29)  # Slack says 30; the answer must still get there


class Invitations:
    """Makes links and keeps what a person asked for, so that it need not be typed again."""

    def __init__(self, zoho: Zoho, store: Store, *, public_url: str, now: Callable[[], datetime]) -> None:
        self._zoho = zoho
        self._store = store
        self._public_url = public_url
        self._now = now

    async def connect(
        self,
        job: Job,
        *,
        scopes: Sequence[str] = READ_DESK,
        command: str | None = None,
        modules: Sequence[Module] = (),
        group_key: str = "",
    ) -> Link:
        """A link for the person of ``job``, good for 15 minutes.

        When the connection stands, ``command`` is carried out (None: nothing is), or the list that shows the
        group is drawn again.
        """
        resume = ""
        if command is not None or group_key:
            resume = await self._store.asked.keep(_asked(job, command or "", modules, group_key))
        now = self._now()
        token = await self._zoho.connections.start_attempt(
            job.who, Product.DESK, scopes=tuple(scopes), resume=resume, now=now
        )
        return Link(f"{self._public_url}/zoho/connect?link={token}", now + ATTEMPT_LASTS)

    async def keep(self, job: Job, command: str, modules: Sequence[Module]) -> None:
        """Remember what was asked for until the person has chosen a portal."""
        await self._store.asked.keep(_asked(job, command, modules))

    async def again(self, job: Job, command: str) -> str:
        """A button's value that stands for ``command``; the words themselves stay in the store."""
        return ids.pack_page(ids.PageRef(await self._store.asked.keep(_asked(job, command)), 0))

    async def once_more(self, job: Job) -> InteractiveElement | None:
        """The button *Try again*, which does what ``job`` did; None for what nobody typed or clicked."""
        if isinstance(job, Typed):
            return parts.button(ids.SEARCH_AGAIN, "Try again", value=await self.again(job, job.text))
        if isinstance(job, Click) and job.value:
            return parts.button(job.action_id, "Try again", value=job.value)
        return None


def resumed(asked: Asked, now: datetime) -> Typed:
    """What waited, as work: by its response_url while that lives, else by direct message."""
    is_late = now - asked.at >= RESPONSE_URL_LASTS
    reply = Reply("" if is_late else asked.channel, "" if is_late else asked.response_url, asked.is_click)
    key = f"resumed:{fresh_key()}"  # so that a crash does not lose it
    return Typed(who=asked.who, home=asked.who.workspace, reply=reply, key=key, at=now, text=asked.text)


def _asked(job: Job, command: str, modules: Sequence[Module] = (), group_key: str = "") -> Asked:
    return Asked(
        who=job.who,
        channel=job.reply.channel,
        text=command,
        response_url=job.reply.response_url,
        is_click=job.reply.is_click,
        at=job.at,
        modules=tuple(modules),
        group_key=group_key,
    )
