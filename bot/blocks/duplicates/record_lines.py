"""The records of a group in lines: what they share, their names, how much of them a reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import RichTextElement, RichTextSectionElement

from bot.blocks import parts, words
from bot.blocks.masking import masked
from zoho.records import Group, Record

SHOWN_RECORDS = 4
SHOWN_VALUES = 2


@dataclass(frozen=True, slots=True)
class Look:
    """How a group is drawn: ``says_list`` names its list, ``masked`` shortens e-mail and phone.

    ``menu`` are the verbs behind the three dots, see `MENU`.
    """

    says_list: bool = False
    masked: bool = False
    menu: tuple[str, ...] = ()

    def shown(self, value: str) -> str:
        """A piece of record data as this look lets it be seen."""
        return masked(value) if self.masked else value


PLAIN = Look()


def shared_values(group: Group, look: Look = PLAIN) -> str:
    """The values that the records share, at most two."""
    given = [look.shown(value) for value in group.reason.values if words.clean(value)]
    return ", ".join(words.shared_value(value) for value in given[:SHOWN_VALUES])


def reason(group: Group) -> str:
    """What the records share, without the values: "same e-mail and account"."""
    return f"same {words.in_words(group.reason.fields)}" if group.reason.fields else "named together by Zoho"


def record_line(
    record: Record,
    links: Mapping[str, str],
    departs: str = "",
    look: Look = PLAIN,
    *,
    is_new: bool = False,
) -> RichTextSectionElement:
    """A record's name, how it departs from the others, and what else is known of it."""
    return parts.line(
        record_name(record, links, look),
        parts.bold(" new") if is_new else "",
        f" ({departs})" if departs else "",
        *_created(record),
        f"{words.DOT}price {words.shared_value(record.price)}" if record.price.strip() else "",
    )


def record_name(record: Record, links: Mapping[str, str], look: Look = PLAIN) -> RichTextElement:
    """A record's name as a link, or bold where there is no address to trust."""
    return parts.linked(words.name(look.shown(record.name)), links.get(record.id, ""))


def struck_name(record: Record, look: Look) -> RichTextElement:
    """The name of a record that is gone, crossed out."""
    return parts.struck(words.name(look.shown(record.name)))


def and_more(records: Sequence[Record]) -> str:
    """How many records are not named: " and 3 more", "" for none."""
    return f" and {len(records) - SHOWN_RECORDS} more" if len(records) > SHOWN_RECORDS else ""


def _created(record: Record) -> Sequence[RichTextElement | str]:
    return (f"{words.DOT}created ", parts.date(record.created)) if record.created else ()
