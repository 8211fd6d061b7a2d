"""Is this one here twice? The answer to an e-mail, a phone number, a record's address or a product's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block, RichTextElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates.cards import Card, below, group_blocks
from bot.blocks.duplicates.departures import brackets
from bot.blocks.duplicates.record_lines import Look, reason, record_line, record_name
from zoho.records import Module, Record

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked for and what was found.

    ``cards`` are the possible duplicates among the hits, ``others`` the hits that are in none. ``asked_in``
    is the Slack user whose message the values come from, "" for a command; ``unasked`` are values that were
    not looked up. ``is_record`` when the twins of one record were looked for. ``missing_scopes`` are those
    without which only values that several records share could be looked at. ``dismissed`` counts the
    decisions that took something out.
    """

    values: tuple[str, ...]
    cards: tuple[Card, ...]
    others: tuple[Record, ...]
    links: Mapping[str, str]
    looked_in: tuple[Module, ...]
    org_name: str
    region_name: str
    at: datetime
    asked_in: str = ""
    unasked: tuple[str, ...] = ()
    is_record: bool = False
    missing_scopes: tuple[str, ...] = ()
    menu: tuple[str, ...] = ()
    notice: str = ""
    dismissed: int = 0

    @property
    def has_number(self) -> bool:
        """Whether a phone number is among what was looked for."""
        is_for_people = not self.is_record and Module.DESK_CONTACTS in self.looked_in
        return is_for_people and any("@" not in value for value in self.values)

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record that has one of the values, each once."""
        grouped = [record for card in self.cards for record in card.group.records]
        return tuple({(one.module, one.id): one for one in (*grouped, *self.others)}.values())


def checked(found: Checked) -> parts.Message:
    """Twins, only one, or none."""
    records = found.records
    if not records:
        said, text = _none(found)
    elif len(records) == 1:
        said, text = _only_one(found, records[0])
    else:
        said, text = _several(found, records)
    noted = [parts.section("sc:note:1", found.notice)] if found.notice else []
    return parts.Message(words.fallback(text), (*noted, *said, *_left_out(found)))


def _left_out(found: Checked) -> list[Block]:
    """What was not looked at, and why."""
    blocks: list[Block] = []
    if found.has_number and len(found.records) < 2:
        told = "Numbers are found as they are written in Zoho, blanks and all."
        blocks.append(parts.context("sc:number:1", told))
    if found.unasked:
        named = [words.shared_value(value) for value in found.unasked[:SHOWN]]
        if len(found.unasked) > SHOWN:
            named.append(f"{words.number(len(found.unasked) - SHOWN)} more")
        told = "One address and one number are looked up at a time."
        blocks.append(parts.plain_context("sc:left:1", f"Not looked up: {words.in_words(named)}. {told}"))
    if found.missing_scopes:
        scopes = words.in_words([words.in_code(scope) for scope in found.missing_scopes])
        told = "so only values that several records share were looked at"
        blocks.append(
            parts.context(
                "sc:scope:1", f"{scopes} is not granted, {told}. `{ids.COMMAND} connect desk` asks for it."
            )
        )
    return blocks


def _values(found: Checked) -> list[RichTextElement | str]:
    pieces: list[RichTextElement | str] = []
    for value in found.values[:SHOWN]:
        pieces += [" or ", parts.code(words.typed(value))]
    return pieces[1:]


def _plain_values(found: Checked) -> str:
    return words.in_words([words.escaped(value, 60) for value in found.values[:SHOWN]], "or")


def _about(found: Checked) -> str:
    source = f"From the message of {parts.mention(found.asked_in)}" if found.asked_in else ""
    looked = f"Looked in {words.labels(found.looked_in)}" if found.looked_in else ""
    place = (words.inert(found.org_name), words.inert(found.region_name))
    return words.dotted(source, looked, *place, words.when(found.at))


def _none(found: Checked) -> tuple[list[Block], str]:
    head = "No records share " if found.missing_scopes else "No record has "
    said = parts.line(parts.emoji(parts.DONE), " ", parts.bold(head), *_values(found))
    blocks: list[Block] = [parts.rich("sc:none:1", said), parts.context("sc:ctx:1", _about(found))]
    return blocks, f"{head}{_plain_values(found)}"


def _only_one(found: Checked, record: Record) -> tuple[list[Block], str]:
    sign = () if found.missing_scopes else (parts.emoji(parts.DONE), " ")
    bold, plain = _verdict(found)
    head = parts.line(*sign, parts.bold(bold), plain, *_values(found))
    one = parts.bullets(_one(found, record))
    blocks: list[Block] = [parts.rich("sc:one:1", head, one), parts.context("sc:ctx:1", _about(found))]
    if found.is_record:
        return blocks, f"{bold}{plain}{_plain_values(found)} in {words.label(record.module)}"
    who = f"{words.escaped(record.name) or words.NO_NAME} in {words.label(record.module)}"
    return blocks, f"{bold}{plain}{_plain_values(found)}: {who}"


def _verdict(found: Checked) -> tuple[str, str]:
    """What one hit means, the bold part first."""
    if found.is_record:
        return "No possible duplicates ", "of "
    return ("One record ", "was found for ") if found.missing_scopes else ("Only one record ", "has ")


def _one(found: Checked, record: Record) -> parts.Line:
    pieces = [record_name(record, found.links), parts.text(f"{words.DOT}{words.label_one(record.module)}")]
    if record.created:
        pieces += [parts.text(f"{words.DOT}created "), parts.date(record.created)]
    return parts.line(*pieces)


def _several(found: Checked, records: Sequence[Record]) -> tuple[list[Block], str]:
    count = words.counted(len(records), "record")
    blocks: list[Block] = [
        parts.rich("sc:head:1", parts.line(parts.bold(f"{count} for "), *_values(found))),
        parts.context("sc:ctx:1", _about(found)),
    ]
    for card in found.cards:
        blocks += _card(card, found)
    if found.others:
        blocks.append(_others(found))
    if found.dismissed:
        blocks.append(parts.context("sc:foot:1", _DISMISSED))
    elif not found.cards:
        blocks.append(parts.context("sc:foot:1", _NO_GROUP))
    kinds = words.in_words([_kind(module, records) for module in _modules(records)])
    return blocks, f"{count} {'for' if found.is_record else 'have'} {_plain_values(found)}: {kinds}"


_DISMISSED = (
    f"Your team has said that some of these are no duplicates; they are left out. `{ids.COMMAND} dismissed` "
    "lists what is dismissed."
)
_NO_GROUP = (
    "They share this and nothing else that would make them the same, so they are no possible duplicates."
)


def _modules(records: Sequence[Record]) -> list[Module]:
    return list(dict.fromkeys(record.module for record in records))


def _kind(module: Module, records: Sequence[Record]) -> str:
    count = sum(record.module is module for record in records)
    return words.counted(count, words.label_one(module))


def _card(card: Card, found: Checked) -> list[Block]:
    look = Look(menu=found.menu)
    if not card.is_open:
        return group_blocks(card, look)
    members = card.group.records
    lines = [record_line(one, card.links, ", ".join(brackets(card.group, one))) for one in members[:SHOWN]]
    if len(members) > SHOWN:
        lines.append(parts.line(f"and {len(members) - SHOWN} more"))
    head = parts.bold(f"{words.label(card.group.module)}, possible duplicates")
    body = parts.line(head, f"{words.DOT}{reason(card.group)}")
    block_id = f"g:{card.key}:body:{card.revision}"
    return [parts.rich(block_id, body, parts.bullets(*lines)), *below(card, look)]


def _others(found: Checked) -> Block:
    lines = [_one(found, record) for record in found.others[:SHOWN]]
    if len(found.others) > SHOWN:
        lines.append(parts.line(f"and {len(found.others) - SHOWN} more"))
    title = "Also" if found.cards else "They are"
    return parts.rich("sc:also:1", parts.line(parts.bold(title)), parts.bullets(*lines))


def nothing_to_check() -> parts.Message:
    """For the shortcut on a message that holds neither."""
    told = "No e-mail address or phone number in that message."
    how = f"Type `{ids.COMMAND}` and one of them to look it up."
    return parts.Message(told, (parts.section("sc:empty:1", f"{told}\n{how}"),))


def no_such_record(module: Module) -> parts.Message:
    """For the address of a record that this person's login does not get."""
    told = f"Your Zoho login finds no {words.label_one(module)} under that link."
    why = "It may be gone, or belong to another organisation than the one you are connected to."
    return parts.Message(told, (parts.section("sc:gone:1", f"*{told}*\n{why}"),))


def no_record_link() -> parts.Message:
    """For the address of something else."""
    told = "That link leads to no Desk contact, account or product, so nothing was looked up."
    how = "Open the record in Zoho Desk and copy the address from the browser."
    return parts.Message(told, (parts.section("sc:link:1", f"{told}\n{how}"),))
