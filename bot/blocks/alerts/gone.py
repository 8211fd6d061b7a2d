"""An owner whose connection or account is gone: said once to the channel, and once to the owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import AlertsTold, confirmed, stop_button
from bot.blocks.connection import connect_button, link_line
from zoho.records import Product

_NOTHING_PAUSES = f"None of your alerts is paused any more. `{ids.COMMAND} status` shows your own connection."


def paused_in_channel(told: AlertsTold, last: datetime | None, *, account_gone: bool) -> parts.Message:
    """In the channel, with the way to take the alerts over; ``last`` is when they spoke last."""
    owner = parts.mention(told.owner)
    why = (
        f"They belong to {owner}, whose Slack account is deactivated."
        if account_gone
        else f"They read with the Zoho connection of {owner}, which no longer works."
    )
    said = f":{parts.WARNING}: *Duplicate alerts here are paused*\n{why} Nothing is lost: "
    blocks = (
        parts.section("gone:head:1", f"{said}what is new will be told when they run again."),
        parts.actions(
            "gone:act:1",
            parts.button(
                ids.SUB_TAKEOVER,
                "Take over alerts",
                value=told.key,
                label="Take over these alerts with my own Zoho connection",
            ),
            stop_button(told.key),
        ),
        parts.context(
            "gone:foot:1",
            words.dotted(
                words.labels(told.modules), told.speaks, f"last posted {words.within(last)}" if last else ""
            ),
        ),
    )
    who = words.escaped(told.owner_name) or "their owner"
    gone = f"{who} has left" if account_gone else f"the Zoho connection of {who} no longer works"
    text = f"Duplicate alerts here are paused: {gone}. Somebody connected can take over"
    return parts.Message(words.fallback(text), blocks)


def taken_over(by: str, told: AlertsTold, channel: str) -> parts.Message:
    """In the place of the message above, in ``channel``, once somebody (a Slack id) has taken over."""
    said = f"Taken over by {parts.mention(by)}. {_run_again(told, channel)}"
    text = "The duplicate alerts here were taken over and run again"
    return parts.Message(words.fallback(text), (parts.section("gone:over:1", said),))


def runs_again(told: AlertsTold, channel: str) -> parts.Message:
    """In the same place, once their owner is connected again."""
    said = f":{parts.DONE}: {parts.mention(told.owner)} is connected again. {_run_again(told, channel)}"
    text = "The duplicate alerts here run again"
    return parts.Message(words.fallback(text), (parts.section("gone:again:1", said),))


def _run_again(told: AlertsTold, channel: str) -> str:
    where = "here run again" if told.channel == channel else f"run again in <#{told.channel}>"
    return f"The *duplicate alerts* {where}: {told.speaks}."


def owner_runs_again(channels: Sequence[str]) -> parts.Message:
    """In the place of what the owner was told, once it is over."""
    said = (
        f":{parts.DONE}: Your alerts run again in {_places(channels)}. What was missed, if anything, follows."
    )
    return parts.Message("Your duplicate alerts run again.", (parts.section("dead:again:1", said),))


def owner_passed_on(by: str, channel: str) -> parts.Message:
    """In the same place, once somebody (a Slack id) took over the last of what paused."""
    who = parts.mention(by)
    said = (
        f"{who} took over the *duplicate alerts* in <#{channel}>, which read with the Zoho connection "
        f"of {who} now. {_NOTHING_PAUSES}"
    )
    text = "Your duplicate alerts were taken over and run again"
    return parts.Message(words.fallback(text), (parts.section("dead:passed:1", said),))


def owner_stopped(by: str, channel: str) -> parts.Message:
    """In the same place, once somebody (a Slack id), perhaps the owner, stopped the last of what paused."""
    said = f"{parts.mention(by)} stopped the *duplicate alerts* in <#{channel}>. {_NOTHING_PAUSES}"
    return parts.Message("Your duplicate alerts were stopped.", (parts.section("dead:stopped:1", said),))


def _places(channels: Sequence[str]) -> str:
    return words.in_words([f"<#{channel}>" for channel in dict.fromkeys(channels)])


class Lost(Enum):
    """What became of the connection that alerts read with."""

    REFUSED = "{} no longer accepts your connection"
    ENDED = "you are not connected to {}"
    ELSEWHERE = "you are connected to another organisation of {} now"


def owner_paused(
    channels: Sequence[str], product: Product, link: parts.Link, last: datetime | None, lost: Lost
) -> parts.Message:
    """To the owner, once for each loss: which channels hear nothing, and how to go on."""
    brand = words.brand(product)
    hear = "hear" if len(set(channels)) > 1 else "hears"
    why = lost.value.format(brand)
    said = f":{parts.WARNING}: *Your alerts are paused*\n{words.sentence(why)}, so "
    facts = [parts.line(parts.bold("After reconnecting: "), "one catch-up message, nothing twice")]
    if lost is Lost.ELSEWHERE:
        there = f"{ids.COMMAND} list, Take over: they read the other organisation from then on"
        facts.append(parts.line(parts.bold("Or: "), there))
    if last is not None:
        facts.insert(0, parts.line(parts.bold("Last posted: "), parts.moment(last)))
    title = f"Stop {words.counted(len(channels), 'alert')}?"
    blocks = (
        parts.section("dead:head:1", f"{said}{_places(channels)} {hear} nothing at the moment."),
        parts.rich("dead:facts:1", parts.bullets(*facts)),
        parts.actions(
            "dead:act:1",
            connect_button(link, f"Reconnect {brand}", f"Reconnect {brand}"),
            confirmed(
                ids.SUB_STOP_ALL,
                "Stop my alerts",
                product.value,
                title=title,
                told="The channels are told. What was posted stays.",
            ),
        ),
        parts.context(
            "dead:foot:1", f"Said once. {link_line(link)} `{ids.COMMAND} connect` makes a new one."
        ),
    )
    text = f"Your duplicate alerts are paused: {why}"
    return parts.Message(words.fallback(text), blocks)
