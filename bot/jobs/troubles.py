"""Where every error of handed-over work ends: one line in the log, one sentence for the person."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from bot import failures, ids
from bot.blocks.slack import token_dead
from bot.failures import Failing
from bot.jobs.invitations import Invitations
from bot.jobs.retries import SlackGone
from bot.jobs.voice import SLACK_TROUBLE, Voice
from bot.jobs.work import Click, Connected, Job, Submitted, Typed
from zoho import errors
from zoho.access import Zoho
from zoho.connections import Connection
from zoho.records import Module, Product
from zoho.regions import Region
from zoho.scopes import to_ask

log = structlog.get_logger(__name__)

# What these clicks meet is said beside the message, not in its place. On one group, or on a page of them,
# only to look at it:
_ONLY_LOOK = (ids.GROUP_MENU, ids.PAGE_SHARE)
# On a group, to change something about it as well:
_ON_A_GROUP = (
    ids.GROUP_FLAG,
    ids.FLAG_UNDO,
    ids.FLAG_LOCAL,
    ids.FLAG_REST,
    ids.FLAG_MORE,
    ids.GROUP_DISMISS,
    ids.GROUP_UNDISMISS,
    ids.GROUP_REASON,
    ids.DISMISSED_MORE,
    ids.DISMISSED_UNDO,
    *_ONLY_LOOK,
)
# On alerts, in a list of them or in a message about them:
_ON_ALERTS = (
    ids.SUB_NEW,
    ids.SUB_EDIT,
    ids.SUB_MORE,
    ids.SUB_STOP,
    ids.SUB_STOP_ALL,
    ids.SUB_TAKEOVER,
    ids.ALERT_REPOST,
    ids.ALERT_ARRIVED,
)

# Where one sees what stands after a deed that may be half done.
_GROUP, _ALERTS = "the group", f"`{ids.COMMAND} list`"

_ASK_FOR_A_LINK = (
    errors.NotConnected,
    errors.GrantLost,
    errors.TokensLost,
    errors.ScopeMissing,
    errors.OrganisationRefused,
    errors.WrongRegion,
)


@dataclass(frozen=True, slots=True)
class Doing:
    """What was being done: lists that were searched, the command that asks for the same again, how many
    records a long read had come to, and whether the message that was clicked stays where it is."""

    modules: tuple[Module, ...] = ()
    command: str | None = None
    read: int = 0
    stays: bool = False


class Stopped(Exception):
    """Something ended early; the cause is in ``__cause__``, and ``doing`` says what it was."""

    def __init__(self, doing: Doing) -> None:
        super().__init__()
        self.doing = doing


@contextmanager
def doing(
    *,
    modules: Sequence[Module] = (),
    command: str | None = None,
    read: Callable[[], int] = lambda: 0,
    stays: bool = False,
) -> Iterator[None]:
    """Errors raised inside are told with the lists and the command they belong to, and with what ``read``
    gives then: how many records a long read had come to. Where the message that was clicked ``stays``, they
    are told beside it."""
    try:
        yield
    except (errors.ZohoError, TimeoutError) as error:
        raise Stopped(Doing(tuple(modules), command, read(), stays)) from error


class Troubles:
    """Says what happened and what can be done about it; see `bot.failures` for the words."""

    def __init__(
        self, *, zoho: Zoho, voice: Voice, invitations: Invitations, now: Callable[[], datetime]
    ) -> None:
        self._zoho = zoho
        self._voice = voice
        self._invitations = invitations
        self._now = now

    async def report(self, job: Job, raised: Exception) -> None:
        """Log the error and tell the person. What goes wrong here is logged and ends here."""
        error, was = _unwrapped(job, raised)
        if self._voice.is_silenced and isinstance(error, SlackClientError):
            await self._tell_of_the_token(job)
            return
        about = Failing(
            reference=failures.new_reference(),
            at=self._now(),
            searched=not (_is_beside(job) or isinstance(job, Submitted) or _opens_a_form(job)),
            shown_by=_ALERTS if _is_on_alerts(job) else _GROUP,
            only_looked=_opens_a_form(job) or (isinstance(job, Click) and job.action_id in _ONLY_LOOK),
        )
        _log_failure(job, error, about.reference)
        try:
            if not await self._is_to_be_told(job, error):
                return
            message = failures.answer(error, await self._known(job, error, was, about))
            is_beside = was.stays or _is_beside(job)
            await (self._voice.add if is_beside else self._voice.answer)(job, message)
        except SlackGone:
            return
        except (*SLACK_TROUBLE, SQLAlchemyError, errors.ZohoError) as other:
            log.error("nobody_told", job=type(job).__name__, error=type(other).__name__, at=_where(other))

    async def _tell_of_the_token(self, job: Job) -> None:
        """Its end was logged where it was heard; only a response_url can still carry a word."""
        try:
            await self._voice.add(job, token_dead())
        except SlackGone:
            return

    async def _is_to_be_told(self, job: Job, error: BaseException) -> bool:
        """A lost grant is told by the answer to the person's own doing, else once by a direct message."""
        if not isinstance(error, errors.GrantLost):
            return True
        is_first = await self._zoho.connections.claim_telling(job.who, Product.DESK)
        return is_first or not isinstance(job, Connected)

    async def _known(self, job: Job, error: BaseException, was: Doing, about: Failing) -> Failing:
        """Everything the sentence may need; nothing is asked of a store that just failed."""
        module = was.modules[0] if len(was.modules) == 1 else None
        about = replace(about, module=module, command=was.command or "", read=was.read)
        if isinstance(error, SQLAlchemyError):
            return about
        connection = await self._zoho.connections.get(job.who, Product.DESK)
        about = self._placed(about, connection, error)
        if isinstance(error, _ASK_FOR_A_LINK):
            scopes = _scopes(connection, error)
            link = await self._invitations.connect(
                job, scopes=scopes, command=was.command, modules=was.modules
            )
            return replace(about, link=link, scopes=scopes)
        if isinstance(error, errors.UnknownFilter):
            return replace(about, corrected=await self._corrected(job, error, was))
        if was.command is None:
            return about
        return replace(about, again=await self._invitations.again(job, was.command))

    def _placed(self, about: Failing, connection: Connection | None, error: BaseException) -> Failing:
        if connection is None:
            return about
        region = self._zoho.regions[connection.dc]
        other = self._zoho.regions.get(error.dc) if isinstance(error, errors.WrongRegion) else None
        return replace(
            about,
            org_name=connection.org_name,
            region=region.name,
            domain=_domain(region),
            elsewhere=f"{other.name} ({_domain(other)})" if other else "",
        )

    async def _corrected(self, job: Job, error: errors.UnknownFilter, was: Doing) -> str:
        """The value of the button that searches with the nearest field instead."""
        if not was.command or not error.nearest:
            return ""
        key = re.compile(rf"(?<!\S){re.escape(error.key)}(?==)")
        return await self._invitations.again(job, key.sub(error.nearest, was.command, count=1))


def _domain(region: Region) -> str:
    """The Zoho domain of a data centre: "zoho.eu"."""
    return (urlsplit(region.desk).hostname or "").removeprefix("desk.")


def _unwrapped(job: Job, raised: Exception) -> tuple[BaseException, Doing]:
    was = Doing(command=job.text) if isinstance(job, Typed) else Doing()
    if isinstance(raised, Stopped) and raised.__cause__ is not None:
        return raised.__cause__, raised.doing
    return raised, was


def _is_beside(job: Job) -> bool:
    return isinstance(job, Click) and job.action_id in (*_ON_A_GROUP, *_ON_ALERTS)


def _is_on_alerts(job: Job) -> bool:
    if isinstance(job, Submitted):
        return job.callback_id == ids.SUB_SAVE
    return isinstance(job, Click) and job.action_id in _ON_ALERTS


def _opens_a_form(job: Job) -> bool:
    """Whether a command was typed that opens the form of alerts, and does nothing else."""
    return isinstance(job, Typed) and job.text.casefold().split()[:1] in (["subscribe"], ["settings"])


def _scopes(connection: Connection | None, error: BaseException) -> tuple[str, ...]:
    """What to ask for: what was granted before, what is missing, and never less than reading needs."""
    granted = connection.scopes if connection else ()
    return to_ask(granted, error.missing if isinstance(error, errors.ScopeMissing) else ())


def _log_failure(job: Job, error: BaseException, reference: str) -> None:
    """The kind of error and where it arose; never its message, which may hold what nobody should read."""
    facts = {"job": type(job).__name__, "error": type(error).__name__, "reference": reference}
    if isinstance(error, errors.ZohoError):
        log.info("job_stopped", **facts, code=_code(error.code), status=error.status)
    else:
        log.error("job_failed", **facts, at=_where(error))


def _code(code: str) -> str:
    """Zoho's code, if it looks like one."""
    return code if re.fullmatch(r"[A-Za-z0-9_ .-]{1,60}", code) else ""


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
