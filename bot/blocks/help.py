"""The help, and the answers to words that no command, list or filter has."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from slack_sdk.models.blocks import Block, InteractiveElement, RichTextElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import set_up_button
from bot.blocks.catalogue import ACCOUNT, ALERTS, COMMANDS, DECIDE, FIND, Command, Near
from zoho.records import Module

_ZOHO_KEYS = ("departmentId", "ownerId", "viewId")  # what Zoho's own product list takes
_LISTS = ", ".join(module.plural for module in Module)


@cache
def help_message(*, is_connected: bool = True) -> parts.Message:
    """Every command; somebody who is not connected is led to connecting."""
    head = f"What {ids.COMMAND} can do"
    blocks: list[Block] = [parts.header("help:head:1", head)]
    for chapter in (FIND, DECIDE, ALERTS, ACCOUNT):
        known = [command for command in COMMANDS if command.chapter == chapter and command.listed]
        if known:
            blocks.append(_chapter(chapter, known))
    blocks.append(parts.actions("help:act:1", *_begin(is_connected)))
    foot = "Answers are for you alone until you share them. Every action uses your own Zoho rights."
    blocks.append(parts.context("help:foot:1", foot))
    text = f"How to use {ids.COMMAND}. Type {ids.COMMAND} desk contacts to begin"
    return parts.Message(words.fallback(text), tuple(blocks))


def _chapter(title: str, commands: list[Command]) -> Block:
    lines = [parts.line(parts.code(command.typed), f" {command.about}") for command in commands]
    part = title.lower().replace(" ", "-")
    return parts.rich(f"help:{part}:1", parts.line(parts.bold(title)), parts.bullets(*lines))


def _begin(is_connected: bool) -> list[InteractiveElement]:
    if not is_connected:
        # No link here: it would live for 15 minutes, and be made for everybody who only looks.
        return [parts.button(ids.COMMAND_RUN, "Connect Zoho Desk", value="connect", primary=True)]
    return [parts.button(ids.SEARCH_ALL, "Find duplicates", primary=True), set_up_button()]


def unknown(typed: str, near: Near | None = None) -> parts.Message:
    """No list and no command is called ``typed``; ``near`` is what was probably meant."""
    kind = "list" if (near and near.module) or typed.lower().startswith("desk ") else "command"
    shown = words.typed(typed)
    said: list[RichTextElement | str] = [f"There is no {kind} called ", parts.code(shown), "."]
    text = f"There is no {kind} called “{words.escaped(shown, 120)}”"
    if near:
        said += [" Did you mean ", parts.bold(near.words), "?"]
        text = f"{text}. Did you mean {near.words}?"
    foot = f"Lists: desk {_LISTS}{words.DOT}`{ids.COMMAND} help` shows every command"
    blocks: list[Block] = [
        parts.rich("unk:head:1", parts.line(*said)),
        parts.actions("unk:act:1", *_meant(near), _show_help()),
        parts.context("unk:foot:1", foot),
    ]
    return parts.Message(words.fallback(text), tuple(blocks))


def _meant(near: Near | None) -> list[InteractiveElement]:
    if near is None:
        return []
    if near.module:
        text = f"Search {words.label(near.module)}"
        return [parts.button(ids.SEARCH_MODULE, text, value=near.module.value, primary=True)]
    text = words.sentence(near.words)
    label = f"Run {ids.COMMAND} {near.words}"
    return [parts.button(ids.COMMAND_RUN, text, value=near.words, label=label, primary=True)]


def _show_help() -> InteractiveElement:
    return parts.button(ids.HELP_OPEN, "Show help")


def unknown_filter(module: Module, key: str, nearest: str = "", *, again: str = "") -> parts.Message:
    """No record has the field ``key``; ``again`` is the value of the button to search with ``nearest``."""
    one = words.label_one(module)
    said: list[RichTextElement | str] = [
        f"No {one} has a field called ",
        parts.code(words.typed(key)),
        ", so nothing was searched.",
    ]
    text = f"No {one} has a field called “{words.escaped(key, 120)}”. Nothing was searched"
    if nearest:
        said += [" Did you mean ", parts.bold(words.typed(nearest)), "?"]
        text = f"{text}. Did you mean {words.escaped(nearest, 60)}?"
    buttons = []
    if nearest and again:
        short = words.cut(words.clean(nearest), 11)
        label = f"Search {words.label(module)} with {words.clean(nearest)}"
        button = parts.button(
            ids.SEARCH_AGAIN, f"Search with {short}", value=again, label=label, primary=True
        )
        buttons.append(button)
    blocks = (parts.rich("unf:head:1", parts.line(*said)), parts.actions("unf:act:1", *buttons, _show_help()))
    return parts.Message(words.fallback(text), blocks)


def refused_filter(parameter: str, quote: str, module: Module | None) -> parts.Message:
    """Zoho refused one filter by name; ``quote`` is what it said, raw."""
    name = words.typed(parameter)
    head = parts.line(
        parts.emoji(parts.WARNING), " ", parts.bold("Zoho does not know the filter "), parts.code(name)
    )
    keys = [key for key in _ZOHO_KEYS if module is Module.DESK_PRODUCTS and key != parameter]
    others: list[RichTextElement | str] = []
    for place, key in enumerate(keys):
        between = ", or use " if place == 0 else " or " if key == keys[-1] else ", "
        others += [between, parts.code(key)]
    step = parts.line(parts.bold("Next: "), "leave it out", *others, ". Nothing was searched.")
    blocks: list[Block] = [parts.rich("bad:head:1", head)]
    if words.zoho_words(quote):
        in_words = parts.line("In Zoho’s words")
        blocks.append(parts.rich("bad:body:1", in_words, parts.quoted(words.zoho_words(quote))))
    blocks.append(parts.rich("bad:next:1", step))
    text = f"Zoho does not know the filter {words.escaped(parameter, 120)}. Nothing was searched"
    return parts.Message(words.fallback(text), tuple(blocks))


class FilterFault(StrEnum):
    """What is wrong with a filter; the value is said around the piece that is meant."""

    NO_LIST = "{} narrows a list, and no list was named before it"
    NOT_A_FILTER = "{} is no filter"
    OPEN_QUOTE = "The quote that begins with {} is not closed"
    BAD_KEY = "{} cannot be the name of a field"
    NO_VALUE = "{} has no value"
    LONG_VALUE = "The value of {} is longer than 200 characters"
    TWICE = "{} is named twice"
    TOO_MANY = "{} is one filter too many: 10 can be used"


_HOW_TO_FILTER = {
    FilterFault.NO_LIST: f"Name the list first, such as `{ids.COMMAND} desk contacts city=Hamburg`.",
    FilterFault.BAD_KEY: "A name is a letter, then letters, digits, dots or underscores, 50 in all at most.",
}


def malformed_filter(typed: str, fault: FilterFault = FilterFault.NOT_A_FILTER) -> parts.Message:
    """A piece of the command is no ``key=value`` that can be asked for."""
    shown = words.typed(typed)
    before, _, after = fault.value.partition("{}")
    said = parts.line(before, parts.code(shown), f"{after}, so nothing was searched.")
    how = _HOW_TO_FILTER.get(
        fault,
        f"A filter is `key=value`, such as `{ids.COMMAND} desk contacts city=Hamburg`. "
        "A value with blanks stands in quotes. At most 10 filters, values up to 200 characters.",
    )
    blocks = (
        parts.rich("unf:head:1", said),
        parts.section("unf:next:1", how),
        parts.actions("unf:act:1", _show_help()),
    )
    named = fault.value.format(f"“{words.escaped(shown, 120)}”")
    return parts.Message(words.fallback(f"{named}. Nothing was searched"), blocks)


def no_crm_yet() -> parts.Message:
    """For a command that names CRM."""
    rest = f"Zoho Desk can: type `{ids.COMMAND} desk contacts`, or `{ids.COMMAND}` for every list."
    blocks = (
        parts.section("crm:head:1", f"*Zoho CRM cannot be searched yet*\n{rest}"),
        parts.actions(
            "crm:act:1", parts.button(ids.SEARCH_ALL, "Find duplicates", primary=True), _show_help()
        ),
    )
    return parts.Message("Zoho CRM cannot be searched yet. Zoho Desk can.", blocks)


def other_company(workspace_name: str) -> parts.Message:
    """For somebody of another company, met in a shared channel."""
    block = parts.section("other:head:1", f"This app answers members of {words.inert(workspace_name)} only.")
    text = f"This app answers members of {words.escaped(workspace_name)} only"
    return parts.Message(words.fallback(text), (block,))
