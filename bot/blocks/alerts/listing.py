"""The list of alerts, and what is said to one person about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block, ButtonElement, InteractiveElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import AlertsTold
from bot.ids import AlertChoice, pack_alert
from zoho.records import Module

MOST = 40  # rows; a message holds fifty blocks


def alert_list(rows: Sequence[AlertsTold], *, channel: str, user: str) -> parts.Message:
    """This channel's alerts first, then the others; each row's menu holds what ``user`` may do with it."""
    if not rows:
        return no_alerts()
    here = sum(row.channel == channel for row in rows)
    head = words.counted(len(rows), "alert")
    blocks: list[Block] = [parts.header("subs:head:1", head)]
    ordered = sorted(rows, key=lambda row: row.channel != channel)
    blocks += [_row(number, row, channel, user) for number, row in enumerate(ordered[:MOST], start=1)]
    if len(ordered) > MOST:
        blocks.append(parts.context("subs:rest:1", f"{len(ordered) - MOST} more are not shown."))
    blocks.append(parts.actions("subs:act:1", _add()))
    paused = sum(bool(row.paused) for row in rows)
    text = f"{head}: {here or 'none'} in this channel, {len(rows) - here or 'none'} elsewhere"
    return parts.Message(
        words.fallback(f"{text}, {paused} of them paused" if paused else text), tuple(blocks)
    )


def own_rows(rows: Sequence[AlertsTold], now: datetime, zone: tzinfo) -> list[Block]:
    """One person's own alerts on their page, wherever they speak; the same menus as in the list."""
    return [_own_row(number, row, now, zone) for number, row in enumerate(rows, start=1)]


def no_alerts() -> parts.Message:
    """For a channel without any."""
    said = "There are no duplicate alerts in this channel."
    return parts.Message(said, (parts.section("subs:none:1", said), parts.actions("subs:act:1", _add())))


def open_form(again: InteractiveElement | None) -> parts.Message:
    """The way to the form for what came too late to open it, as after connecting; ``again`` asks for the same
    once more, with what was typed."""
    why = "Slack opens the form of the alerts only right after a click."
    return _late(why, "Open the form", again)


def late(again: InteractiveElement | None) -> parts.Message:
    """The same for a preview that was asked for in the list."""
    return _late("The preview was not opened in time.", "Open the preview", again)


def _late(why: str, text: str, again: InteractiveElement | None) -> parts.Message:
    said = f"{why} Press the button to open it."
    button = _add()
    if isinstance(again, ButtonElement):
        button = parts.button(again.action_id or "", text, value=again.value or "")
    return parts.Message(said, (parts.section("subs:open:1", said), parts.actions("subs:act:1", button)))


def stopped(told: AlertsTold) -> parts.Message:
    """To the person who stopped alerts."""
    return _said("stopped", f"Stopped: {_short(told)}. What was posted stays.")


def snoozed(told: AlertsTold, until: datetime) -> parts.Message:
    """To the person who snoozed them."""
    end = f"until {words.within(until)}"
    return _said("snoozed", f"Snoozed {end}: {_short(told)}. What is new until then is told afterwards.")


def awake(told: AlertsTold) -> parts.Message:
    """To the person who ended a snooze."""
    return _said("awake", f"No longer snoozed: {_short(told)}.")


def at_rest(told: AlertsTold) -> parts.Message:
    """For a snooze of alerts that are paused."""
    return _said("rest", f"They are paused: {told.paused}. Nothing was changed.")


def at_work(told: AlertsTold) -> parts.Message:
    """For somebody who would take over alerts that run."""
    return _said("work", f"These alerts run again, by {parts.mention(told.owner)}. Nothing was changed.")


def not_yours(told: AlertsTold) -> parts.Message:
    """For somebody who may not change alerts, since they read with another person's connection."""
    return _said(
        "owner", f"Only {parts.mention(told.owner)} can change these alerts. Everybody here can stop them."
    )


def elsewhere() -> parts.Message:
    """For a click on alerts of a channel the click does not come from."""
    return _said("elsewhere", "Only their owner, or somebody in that channel, can do this.")


def gone() -> parts.Message:
    """For alerts that were stopped before."""
    return _said("gone", "These alerts were stopped before. Nothing was changed.")


def nothing_known() -> parts.Message:
    """For somebody whose login shows nothing of what was there before the alerts."""
    said = "Nothing is left to show: your Zoho login does not show these records, or they are solved."
    return _said("known", said)


def more_known(left: int, modules: Sequence[Module]) -> parts.Message:
    """Beside the largest of the known groups."""
    commands = words.in_words([f"`/duplicates {module.value.replace('/', ' ')}`" for module in modules])
    return _said(
        "more", f"These are the largest; {words.number(left)} more are known. {commands} shows them all."
    )


def bad_words(reason: str) -> parts.Message:
    """For ``snooze`` with no time."""
    return _bad(reason)


def no_schedule(reason: str) -> parts.Message:
    """For ``subscribe`` with words that name no schedule; the form needs none."""
    button = parts.button(ids.SUB_NEW, "Open the form", value="new")
    return _bad(reason, parts.actions("subs:act:1", button))


def _bad(reason: str, *more: Block) -> parts.Message:
    text = words.fallback(words.escape(words.cut(reason, 250)))
    return parts.Message(text, (parts.rich("subs:words:1", parts.line(f"{reason}.")), *more))


def _own_row(number: int, row: AlertsTold, now: datetime, zone: tzinfo) -> Block:
    """Dates are written out: Slack reads none for whoever looks at the page."""
    state = f"Paused: {row.paused}" if row.paused else words.sentence(row.speaks)
    if row.snoozed_until and not row.paused:
        state = words.dotted(state, f"snoozed until {words.here(row.snoozed_until, now, zone)}")
    return _with_menu(f"home:a{number}:1", row, "", state)


def _row(number: int, row: AlertsTold, channel: str, user: str) -> Block:
    if row.paused:
        state = words.dotted(f"Paused: {row.paused}", f"by {parts.mention(row.owner)}")
    else:
        then = row.next_at and f"next {words.within(row.next_at)}"
        if row.snoozed_until:
            then = f"snoozed until {words.within(row.snoozed_until)}"
        state = words.dotted(words.sentence(row.speaks), f"by {parts.mention(row.owner)}", then or "")
    return _with_menu(f"subs:a{number}:1", row, channel, state, is_own=row.owner == user)


def _with_menu(block_id: str, row: AlertsTold, channel: str, state: str, *, is_own: bool = True) -> Block:
    name = "This channel" if row.channel == channel else f"<#{row.channel}>"
    sign = f":{parts.WARNING}: " if row.paused else ""
    title = words.dotted(f"{sign}*{name}*", words.labels(row.modules))
    return parts.section(block_id, f"{title}\n{state}", parts.overflow(ids.SUB_MORE, *_options(row, is_own)))


def _options(row: AlertsTold, is_own: bool) -> list[tuple[str, str]]:
    if row.paused:
        return [("Take over", _value("takeover", row)), ("Stop", _value("stop", row))]
    snooze = (
        ("End snooze now", _value("wake", row))
        if row.snoozed_until
        else ("Snooze 7 days in this channel", _value("snooze7", row))
    )
    stop = ("Stop", _value("stop", row))
    if not is_own:
        return [snooze, stop]
    look = ("Preview last 7 days", _value("preview", row))
    return [("Change", _value("edit", row)), look, snooze, stop]


def _value(verb: str, row: AlertsTold) -> str:
    return pack_alert(AlertChoice(verb, row.key))


def _add() -> ButtonElement:
    return parts.button(ids.SUB_NEW, "Add alerts", value="new")


def _short(told: AlertsTold) -> str:
    return f"alerts on {words.labels(told.modules)} in <#{told.channel}>"


def _said(part: str, told: str) -> parts.Message:
    text = told.replace("*", "").replace("`", "")
    return parts.Message(text, (parts.section(f"subs:{part}:1", told),))
