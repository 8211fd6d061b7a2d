"""The sentences about what Zoho, the store or the clock did to a search or a click. One function an error."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from bot import ids
from bot.blocks import parts, words
from bot.blocks.help import refused_filter
from bot.blocks.help import unknown_filter as draw_unknown_filter
from bot.blocks.trouble import Trouble, drawn
from bot.failures.about import Failing
from bot.failures.pieces import repeat, try_again, type_again, zoho_words
from zoho import errors
from zoho.records import Module


def throttled(error: errors.Throttled, about: Failing) -> parts.Message:
    """The answer to `Throttled`."""
    return drawn(
        Trouble(
            "busy",
            "Zoho is busy with other requests of your organisation",
            "Tried several times. Nothing was changed.",
            sign=parts.WAITS,
            button=try_again(about),
            foot=(f"A minute usually helps. {repeat(about)}".strip(),),
        )
    )


def token_throttled(error: errors.TokenThrottled, about: Failing) -> parts.Message:
    """The answer to `TokenThrottled`."""
    when = f"at about {words.clock(error.until)}" if error.until else "in about a minute"
    return drawn(
        Trouble(
            "throt",
            "Zoho has paused renewing your access",
            f"Your connection is fine. It works again {when}.",
            sign=parts.WAITS,
            button=try_again(about),
            foot=(repeat(about),),
        )
    )


def quota_spent(error: errors.QuotaSpent, about: Failing) -> parts.Message:
    """The answer to `QuotaSpent`."""
    unknown = "Zoho does not say when; usually within 24 hours"
    back = parts.moment(error.until) if error.until else unknown
    text_back = f"Back: {words.when(error.until)}" if error.until else unknown
    head = "The day’s Zoho credits are used up"
    return drawn(
        Trouble(
            "quota",
            head,
            f"Everything connected to {about.org} shares them. {about.nothing}",
            sign=parts.WAITS,
            facts=(
                parts.line(parts.bold("Back: "), back),
                parts.line(
                    parts.bold("Until then: "),
                    "searches wait, flags stay in Slack, alerts resume by themselves",
                ),
            ),
            foot=(type_again(about),),
            text=f"{head}. {about.nothing} {text_back}",
        )
    )


def refused(error: errors.Refused, about: Failing) -> parts.Message:
    """The answer to `Refused`."""
    return drawn(
        Trouble(
            "no",
            f"{about.brand} does not do this for you",
            about.nothing,
            quote=zoho_words(error),
            next="ask a Desk administrator what your Zoho user may do.",
            foot=(about.place,),
        )
    )


def permission_refused(error: errors.PermissionRefused, about: Failing) -> parts.Message:
    """The answer to `PermissionRefused`."""
    return drawn(
        Trouble(
            "perm",
            "Your Zoho profile does not allow this",
            about.nothing,
            quote=zoho_words(error),
            next="ask a Desk administrator for the right, or somebody who has it to do this.",
            foot=(about.place,),
        )
    )


def edition_refused(error: errors.EditionRefused, about: Failing) -> parts.Message:
    """The answer to `EditionRefused`."""
    return drawn(
        Trouble(
            "edition",
            "Your organisation’s Zoho edition does not allow this",
            about.nothing,
            quote=zoho_words(error),
            next="ask a Desk administrator what the edition holds; no right of your own would help.",
            foot=(about.place,),
        )
    )


def not_found(error: errors.NotFound, about: Failing) -> parts.Message:
    """The answer to `NotFound`."""
    if about.searched:
        head, why = f"{about.brand} does not know what was asked for", about.stopped
    else:
        head, why = "One of these records no longer exists in Zoho", "Nothing was changed."
    quote = zoho_words(error) if about.searched else ""
    said = f"search again: {words.in_code(about.typed)}."
    return drawn(Trouble("found", head, why, quote=quote, next=said, foot=(about.place,)))


def bad_request(error: errors.BadRequest, about: Failing) -> parts.Message:
    """The answer to `BadRequest`."""
    if error.parameter and f"{error.parameter}=".lower() in about.command.lower():
        return refused_filter(error.parameter, zoho_words(error), about.module)
    if not about.searched:
        way_out = "open the records in Zoho and look whether they can be changed."
    elif "=" in about.command:
        way_out = f"leave the filters out, or see `{ids.COMMAND} help`."
    else:
        way_out = "try again; if it stays so, tell the person who runs this app the reference below."
    return drawn(
        Trouble(
            "bad",
            f"{about.brand} refused this request",
            about.nothing,
            quote=zoho_words(error),
            next=way_out,
            button=try_again(about),
            foot=(about.place,),
        )
    )


def zoho_error(error: errors.ZohoError, about: Failing) -> parts.Message:
    """The answer to `ZohoError`."""
    return _try_later("err", f"{about.brand} gave an answer that this app does not know", error, about)


def module_error(error: errors.ModuleError, about: Failing) -> parts.Message:
    """The answer to `ModuleError`."""
    return _try_later("err", f"{about.brand} answered with an error", error, about)


def server_error(error: errors.ServerError, about: Failing) -> parts.Message:
    """The answer to `ServerError`."""
    return _try_later("err", f"{about.brand} failed on its side", error, about)


def _try_later(scope: str, head: str, error: errors.ZohoError, about: Failing) -> parts.Message:
    quote = zoho_words(error)
    unreadable = "" if quote else " Zoho sent no answer that can be read."
    return drawn(
        Trouble(
            scope,
            head,
            f"{about.stopped}{unreadable}",
            quote=quote,
            next=f"try again in a few minutes. `{ids.COMMAND} status` shows whether the endpoint answers.",
            button=try_again(about),
            foot=(about.place,),
        )
    )


def no_answer(error: errors.NoAnswer, about: Failing) -> parts.Message:
    """The answer to `NoAnswer`."""
    return drawn(
        Trouble(
            "slow",
            f"{about.brand} did not answer in time",
            about.stopped,
            next="try again in a few minutes.",
            button=try_again(about),
            foot=(about.place,),
        )
    )


def too_long(error: TimeoutError, about: Failing) -> parts.Message:
    """The answer to `TimeoutError`."""
    return drawn(
        Trouble(
            "slow",
            "This took longer than a minute",
            about.stopped,
            next=f"try again, or search one list, such as `{ids.COMMAND} desk contacts`.",
            button=try_again(about),
            foot=(about.place,),
        )
    )


def too_large(error: errors.TooLarge, about: Failing) -> parts.Message:
    """The answer to `TooLarge`."""
    module = about.module or Module.DESK_CONTACTS
    size = (
        f"{words.number(error.rows)} {module.plural} or more" if error.rows else f"too many {module.plural}"
    )
    key = "departmentId" if module is Module.DESK_PRODUCTS else "viewId"
    return drawn(
        Trouble(
            "large",
            f"There are {size} in {about.org}",
            f"That is more than one search reads. {about.nothing}",
            next=f"search a part of them: `{ids.COMMAND} {module.product} {module.plural} {key}=…`.",
            foot=(about.place,),
            text=f"There are {size}, more than one search reads. {about.nothing}",
        )
    )


def unknown_filter(error: errors.UnknownFilter, about: Failing) -> parts.Message:
    """The answer to `UnknownFilter`."""
    module = about.module or Module.DESK_CONTACTS
    return draw_unknown_filter(module, error.key, error.nearest, again=about.corrected)


def store_failed(error: OperationalError, about: Failing) -> parts.Message:
    """The answer to `OperationalError`."""
    lost = about.nothing if about.searched else "What you pressed may not be kept."
    return drawn(
        Trouble(
            "store",
            "This app’s own store does not answer",
            f"It may be full, locked or out of reach. {lost}",
            next="try again in a minute. The person who runs this app finds the reference in its log.",
            button=try_again(about),
            foot=(about.place,),
        )
    )


def slack_unheard(error: BaseException, about: Failing) -> parts.Message:
    """The answer to a call to Slack that was refused or not answered: `SlackClientError`, `ClientError`."""
    return drawn(
        Trouble(
            "slack",
            "Slack did not answer this app as it should",
            about.stopped,
            next="try again in a minute.",
            button=try_again(about),
            foot=(about.place,),
        )
    )


def unexpected(error: BaseException, about: Failing) -> parts.Message:
    """The answer to an error that nobody thought of; ``about.reference`` finds it in the log."""
    return drawn(
        Trouble(
            "odd",
            "This app stopped at something it did not expect",
            about.stopped,
            next="try again. If it happens again, tell the person who runs this app the reference below.",
            button=try_again(about),
            foot=(about.place,),
        )
    )
