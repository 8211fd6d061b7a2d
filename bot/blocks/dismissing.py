"""The two modals of a dismissal (which records do not belong, and why), and what is said to one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
)
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates.dismissed import NOTE_LENGTH, REASONS
from zoho.records import Module, Record

MOST_LISTED = 50
"""So many records can be ticked; whoever has more in one group takes it apart in turns."""

RECORDS_BLOCK, NOTE_BLOCK, WHY_BLOCK = "dm_recs", "dm_note", "rs_kind"
REASON_NOTE_BLOCK = "rs_note"
_A_BLOCK = 10  # so many boxes one input of Slack's holds
_COUNTED = {2: "both", 3: "all three", 4: "all four", 5: "all five"}


# Which of several do not belong


def which_sheet(key: str, records: Sequence[Record], zone: tzinfo) -> View:
    """Each box is a record; what is ticked arrives as places from 1 on, see `read_ticked`."""
    module = records[0].module
    shown = records[:MOST_LISTED]
    blocks: list[Block] = []
    for number, some in enumerate(_tens(shown)):
        is_last = (number + 1) * _A_BLOCK >= len(shown)
        blocks.append(
            InputBlock(
                block_id=f"{RECORDS_BLOCK}{number or ''}",
                label=parts.plain(_question(module, records) if not number else "And of these"),
                element=CheckboxesElement(
                    action_id=f"recs{number or ''}",
                    options=[
                        _option(number * _A_BLOCK + place, one, zone) for place, one in enumerate(some, 1)
                    ],
                ),
                hint=parts.plain(_hint(len(records))) if is_last else None,
                optional=len(shown) > _A_BLOCK or None,
            )
        )
    if len(records) > len(shown):
        left = words.records(module, len(records) - len(shown))
        blocks.append(parts.context("dm:more", f"{words.sentence(left)} more stay with the others."))
    blocks.append(_note(NOTE_BLOCK))
    return View(
        type="modal",
        callback_id=ids.GROUP_DISMISS,
        title=parts.plain(_TITLE),
        submit=parts.plain("Take out"),
        close=parts.plain("Cancel"),
        private_metadata=key,
        blocks=blocks,
    )


_TITLE = "Not a duplicate"


def _tens(records: Sequence[Record]) -> list[tuple[Record, ...]]:
    return [tuple(records[start : start + _A_BLOCK]) for start in range(0, len(records), _A_BLOCK)]


def _question(module: Module, records: Sequence[Record]) -> str:
    return f"Which of these {words.records(module, len(records))} do not belong?"


def _hint(count: int) -> str:
    every = _COUNTED.get(count, f"all {count}")
    return f"The others stay together. Tick {every} if none of them belong together."


def _option(place: int, record: Record, zone: tzinfo) -> Option:
    facts = [words.shared_value(value) for value in (record.email, record.phone, record.code) if value][:1]
    created = f"created {_day(record.created, zone)}" if record.created else ""
    told = words.cut(words.dotted(*facts, created), words.OPTION_LENGTH - 1)
    return Option(
        value=str(place),
        text=parts.plain(words.cut(words.name(record.name), words.OPTION_LENGTH - 1)),
        description=parts.plain(told) if told else None,
    )


def _day(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def read_ticked(chosen: Mapping[str, str]) -> tuple[int, ...]:
    """The places of the ticked records, from 0 on; a modal can carry anything, so only numbers count."""
    ticked = (
        word for block, value in chosen.items() if block.startswith(RECORDS_BLOCK) for word in value.split()
    )
    return tuple(sorted({int(word) - 1 for word in ticked if word.isdecimal() and int(word) > 0}))


def which_faults(chosen: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong with the sheet as it was filled in, by block id."""
    return {} if read_ticked(chosen) else {RECORDS_BLOCK: "Tick the ones that do not belong."}


def which_loading() -> View:
    """What is there at once, while the records are being read."""
    return _only_words(ids.GROUP_DISMISS, _TITLE, f":{parts.WAITS}: Reading these records…", "Cancel")


def which_stopped(told: str) -> View:
    """For a sheet that cannot be filled."""
    return _only_words(ids.GROUP_DISMISS, _TITLE, f"{told} Nothing was dismissed.", "Close")


# Why


def reason_sheet(key: str, names: Sequence[str]) -> View:
    """The dismissal stands already, so closing loses nothing."""
    head = parts.line(parts.bold(words.names(names)), " are already dismissed.")
    options = [Option(value=value, text=parts.plain(text)) for value, text in REASONS.items()]
    radios = RadioButtonsElement(action_id="kind", options=options)
    return View(
        type="modal",
        callback_id=ids.GROUP_REASON,
        title=parts.plain(_WHY),
        submit=parts.plain("Save reason"),
        close=parts.plain("Skip"),
        private_metadata=key,
        blocks=[
            parts.rich("rs:head", head),
            InputBlock(block_id=WHY_BLOCK, label=parts.plain("Reason"), element=radios),
            _note(REASON_NOTE_BLOCK, "For example: married, one mailbox"),
            parts.context("rs:foot", "Everybody who sees this group can read the reason."),
        ],
    )


_WHY = "Why not a duplicate?"


def reason_loading() -> View:
    """What is there at once, while the records are being read."""
    return _only_words(ids.GROUP_REASON, _WHY, f":{parts.WAITS}: One moment…", "Skip")


def reason_stopped(told: str) -> View:
    """For a reason that cannot be given."""
    return _only_words(ids.GROUP_REASON, _WHY, told, "Close")


def read_reason(chosen: Mapping[str, str]) -> tuple[str, str]:
    """Which reason was chosen, "" for none that there is, and what was written beside it."""
    why = chosen.get(WHY_BLOCK, "")
    return (why if why in REASONS else "", read_note(chosen.get(REASON_NOTE_BLOCK, "")))


def read_note(text: str) -> str:
    """What somebody wrote, on one line."""
    return words.cut(words.clean(text), NOTE_LENGTH - 1)


def _note(block_id: str, example: str = "") -> InputBlock:
    element = PlainTextInputElement(
        action_id="note",
        max_length=NOTE_LENGTH,
        placeholder=parts.plain(example) if example else None,
    )
    return InputBlock(block_id=block_id, label=parts.plain("Note"), element=element, optional=True)


def _only_words(callback_id: str, title: str, told: str, close: str) -> View:
    return View(
        type="modal",
        callback_id=callback_id,
        title=parts.plain(title),
        close=parts.plain(close),
        blocks=[parts.section("dm_said", told)],
    )


# Said to one person


def already_dismissed(by: str, name: str, at: datetime) -> parts.Message:
    """For the second of two people who say the same of a group."""
    told = f"dismissed this group at {words.clock(at)}, just before you. Your click changed nothing."
    who = words.escaped(name) or "Somebody"
    block = parts.section("dm:late:1", f"{parts.mention(by)} {told}")
    return parts.Message(words.fallback(f"{who} {told}".rstrip(".")), (block,))


def not_dismissed() -> parts.Message:
    """For somebody who takes back what was taken back already."""
    return _said("gone", "This group is not dismissed any more. Your click changed nothing.")


def not_yours(by: str) -> parts.Message:
    """For a reason by somebody who did not decide."""
    return _said("yours", f"Only {parts.mention(by)}, who dismissed it, can add the reason.")


def too_late() -> parts.Message:
    """For a click so old that Slack opens no modal for it any more."""
    return _said("late", "Slack did not open the sheet in time. Nothing was changed. Press the button again.")


def old_sheet() -> parts.Message:
    """For a modal that was submitted after its half hour, or twice."""
    return _said("old", "This sheet is older than half an hour. Nothing was changed. Press the button again.")


def undone() -> parts.Message:
    """For a decision that was taken back where no message shows it."""
    return _said("undone", "The dismissal is undone. Searches show these records together again.")


def _said(part: str, told: str) -> parts.Message:
    return parts.Message(words.unescaped(told), (parts.section(f"dm:{part}:1", told),))
