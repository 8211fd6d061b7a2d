"""The introduction that stands in a channel from the moment its alerts were set up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from slack_sdk.models.blocks import ButtonElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import DETAILS, AlertsTold, stop_button
from zoho.records import Module


class Baseline(NamedTuple):
    """The first pass: when it was done, how many records of each list it read, how many groups were there."""

    at: datetime
    read: Mapping[Module, int]
    known: int


def introduction(told: AlertsTold, baseline: Baseline | None = None) -> parts.Message:
    """Who set alerts up, with whose connection they read, what members see, how to stop them; with
    ``baseline`` how many groups are known and stay unannounced."""
    version = 2 if baseline else 1
    possessive = f"{words.clean(told.owner_name) or 'the owner'}’s Zoho connection"
    facts = [
        parts.line(parts.bold("Watches: "), _watches(told)),
        parts.line(parts.bold("Speaks: "), f"{told.speaks}, one message, only when something is new"),
        parts.line(parts.bold("Members see: "), DETAILS[told.detail]),
        parts.line(parts.bold("Reads with: "), possessive),
    ]
    if told.narrowed:
        facts.insert(1, parts.line(parts.bold("Only: "), words.cut(words.clean(told.narrowed), 300)))
    head = f"{parts.mention(told.owner)} set up *duplicate alerts* in this channel"
    blocks = (
        parts.section(f"intro:head:{version}", head),
        parts.rich(f"intro:facts:{version}", parts.bullets(*facts)),
        parts.context(f"intro:base:{version}", _baseline(baseline)),
        parts.actions(
            f"intro:act:{version}",
            *_show(told, baseline),
            parts.button(ids.SUB_EDIT, "Change alerts", value=told.key),
            stop_button(told.key),
        ),
    )
    who = words.escaped(told.owner_name) or "Somebody"
    if baseline is None:
        text = f"{who} set up duplicate alerts here: {words.labels(told.modules)}, {told.speaks}"
    else:
        groups = words.sentence(words.counted(baseline.known, "group"))
        verb = "is" if baseline.known == 1 else "are"
        text = f"{who} set up duplicate alerts here. {groups} {verb} known; only new ones will be announced"
    return parts.Message(words.fallback(text), blocks)


def ended(told: AlertsTold, by: str) -> parts.Message:
    """What is left of the introduction when somebody (a Slack id) stopped the alerts."""
    said = f"{parts.mention(by)} stopped the *duplicate alerts* in this channel. What was posted stays."
    text = f"The duplicate alerts here were stopped: {words.labels(told.modules)}"
    return parts.Message(words.fallback(text), (parts.section("intro:ended:1", said),))


def moved(told: AlertsTold, by: str) -> parts.Message:
    """In the place of the introduction in the channel that these alerts left; ``by`` is a Slack id."""
    said = (
        f"{parts.mention(by)} moved the *duplicate alerts* of this channel to <#{told.channel}>. "
        "What was posted here stays, and goes on showing what becomes of it."
    )
    text = f"The duplicate alerts of this channel were moved: {words.labels(told.modules)}"
    return parts.Message(words.fallback(text), (parts.section("intro:moved:1", said),))


def _show(told: AlertsTold, baseline: Baseline | None) -> Sequence[ButtonElement]:
    """The way to what is there already, for whoever clicks."""
    if baseline is None or not baseline.known:
        return ()
    groups = words.counted(baseline.known, "known group")
    return (
        parts.button(ids.SUB_KNOWN, "Show what is there", value=told.key, label=f"Show the {groups} to me"),
    )


def _watches(told: AlertsTold) -> str:
    where = f"{words.clean(told.org_name)}, {words.clean(told.region_name)}"
    return f"{words.labels(told.modules)} of {where}"


def _baseline(baseline: Baseline | None) -> str:
    if baseline is None:
        return f":{parts.WAITS}: Reading what is already there. Nothing of it will be announced."
    read = words.in_words([words.records(module, count) for module, count in baseline.read.items()])
    done = f"{words.sentence(read)} read. " if read else ""
    if baseline.known:
        verb = "was" if baseline.known == 1 else "were"
        known = f"{words.counted(baseline.known, 'group')} {verb} already there and will not be announced"
    else:
        known = "No possible duplicates were there yet"
    return words.dotted(f":{parts.DONE}: {done}{known}", words.when(baseline.at))
