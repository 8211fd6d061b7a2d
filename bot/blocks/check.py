"""Is this one here twice? The answer to an e-mail, a phone number, a record's address or a product's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block, RichTextElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates.cards import Card, Look, group_buttons, reason, record_line, record_name
from bot.blocks.duplicates.departures import brackets
from zoho.records import Module, Record

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked for and what was found.

    ``cards`` are the possible duplicates among the hits, ``others`` the hits that are in none. ``asked_in``
    is the Slack user whose message the values come from, "" for a command.
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
    menu: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record that has one of the values, each once."""
        grouped = [record for card in self.cards for record in card.group.records]
        return tuple({(one.module, one.id): one for one in (*grouped, *self.others)}.values())


def checked(found: Checked) -> parts.Message:
    """Twins, only one, or none."""
    records = found.records
    if not records:
        return _none(found)
    return _only_one(found, records[0]) if len(records) == 1 else _several(found, records)


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


def _none(found: Checked) -> parts.Message:
    said = parts.line(parts.emoji(parts.DONE), " ", parts.bold("No record has "), *_values(found))
    blocks = (parts.rich("sc:none:1", said), parts.context("sc:ctx:1", _about(found)))
    return parts.Message(words.fallback(f"No record has {_plain_values(found)}"), blocks)


def _only_one(found: Checked, record: Record) -> parts.Message:
    head = parts.line(parts.emoji(parts.DONE), " ", parts.bold("Only one record "), "has ", *_values(found))
    one = parts.bullets(_one(found, record))
    blocks = (parts.rich("sc:one:1", head, one), parts.context("sc:ctx:1", _about(found)))
    who = f"{words.escaped(record.name) or words.NO_NAME} in {words.label(record.module)}"
    return parts.Message(words.fallback(f"Only one record has {_plain_values(found)}: {who}"), blocks)


def _one(found: Checked, record: Record) -> parts.Line:
    pieces = [record_name(record, found.links), parts.text(f"{words.DOT}{words.label_one(record.module)}")]
    if record.created:
        pieces += [parts.text(f"{words.DOT}created "), parts.date(record.created)]
    return parts.line(*pieces)


def _several(found: Checked, records: Sequence[Record]) -> parts.Message:
    count = words.counted(len(records), "record")
    blocks: list[Block] = [
        parts.rich("sc:head:1", parts.line(parts.bold(f"{count} for "), *_values(found))),
        parts.context("sc:ctx:1", _about(found)),
    ]
    for card in found.cards:
        blocks += _card(card, found)
    if found.others:
        blocks.append(_others(found))
    if not found.cards:
        blocks.append(parts.context("sc:foot:1", _NO_GROUP))
    kinds = words.in_words([_kind(module, records) for module in _modules(records)])
    text = f"{count} {'has' if len(records) == 1 else 'have'} {_plain_values(found)}: {kinds}"
    return parts.Message(words.fallback(text), tuple(blocks))


_NO_GROUP = (
    "They share this and nothing else that would make them the same, so they are no possible duplicates."
)


def _modules(records: Sequence[Record]) -> list[Module]:
    return list(dict.fromkeys(record.module for record in records))


def _kind(module: Module, records: Sequence[Record]) -> str:
    count = sum(record.module is module for record in records)
    return words.counted(count, words.label_one(module))


def _card(card: Card, found: Checked) -> list[Block]:
    members = card.group.records
    lines = [record_line(one, card.links, ", ".join(brackets(card.group, one))) for one in members[:SHOWN]]
    if len(members) > SHOWN:
        lines.append(parts.line(f"and {len(members) - SHOWN} more"))
    head = parts.bold(f"{words.label(card.group.module)}, possible duplicates")
    body = parts.line(head, f"{words.DOT}{reason(card.group)}")
    block_id = f"g:{card.key}:body:{card.revision}"
    buttons = group_buttons(card, Look(menu=found.menu))
    return [
        parts.rich(block_id, body, parts.bullets(*lines)),
        parts.actions(f"g:{card.key}:act:{card.revision}", *buttons),
    ]


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
