"""E-mail addresses and phone numbers in a text: what a person typed, or a message somebody wrote. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

_MARKUP = re.compile(r"<(?!mailto:|tel:)(?:[@#!]|\w{2,10}:)[^<>]{0,4000}>")  # people, channels, dates, links
_BARE_LINK = re.compile(r"\bhttps?://\S+")
_WRAPPED = re.compile(r"<(mailto|tel):([^<>|?\s]{1,320})[^<>|]{0,320}(?:\|([^<>]{0,320}))?>")
_APART = re.compile(r"[\s<>()\[\]{},;:\"'`|“”„‘’«»…]+")
_PHONE = re.compile(
    r"(?<![\w.,:/=#&+\-])\+?\(?\d[\d \u00a0()/.\u2010-\u2015-]{4,30}\d(?![\w@])(?![.,:/\-]\w)", re.ASCII
)
_DATE = re.compile(
    r"\d{4}([-./])\d{1,2}\1\d{1,2}(?:[ T]\d.*)?|\d{1,2}([-./])\d{1,2}\2\d{4}(?: \d.*)?", re.ASCII
)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_FEWEST, _MOST = 7, 15  # digits; https://www.itu.int/rec/T-REC-E.164
_FEWEST_ALONE = 10  # digits of a number that nothing marks as one for ringing somebody
_FEWEST_TYPED = 6
_TYPED_PHONE = re.compile(r"\+?[\d \u00a0()/.\u2010-\u2015-]{6,40}", re.ASCII)
_LONGEST_EMAIL = 320
_UNSEEN = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # no joiners
_DASH = re.compile("[\u2010-\u2015]")
_SCHEME = re.compile(r"^(?:mailto|tel):", re.IGNORECASE)
_EMPHASIS = "*_~`"
_SHOWN = ("text", "pretext", "title", "fallback")
_PARTS = ("fields", "elements", "rows", "blocks", "attachments")
_MOST_READ = 40_000  # characters of one message
_NAMED = re.compile(r"[^<>@=]{1,200}<(?:mailto:)?([^<>|\s]{3,320})(?:\|[^<>]{0,320})?>")


class Values(NamedTuple):
    """What was found, each once, in the order it stood there."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """A command that asks for the same."""
        return " ".join((*self.emails, *self.phones))

    @property
    def first(self) -> Values:
        """The first of each kind."""
        return Values(self.emails[:1], self.phones[:1])


def of_message(message: Mapping[str, object]) -> Values:
    """Every address and number that a message shows: in its text, or in the blocks and attachments which
    apps write, often without any text.

    https://docs.slack.dev/messaging
    """
    return in_message("\n".join(_shown(message))[:_MOST_READ])


def _shown(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for one in part:
            yield from _shown(one)
    elif isinstance(part, Mapping) and part.get("type") == "link":
        yield f"<{part.get('url', '')}>"
    elif isinstance(part, Mapping):
        is_field = "title" in part and "value" in part  # of an attachment; a button's value shows nothing
        for key in (*_SHOWN, *(("value",) if is_field else ()), *_PARTS):
            yield from _shown(part.get(key))


def in_message(text: str) -> Values:
    """Every address and number in a message as Slack hands it over; dates, links and ids are none.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    plain = html.unescape(_WRAPPED.sub(_as_written, _MARKUP.sub(" ", without_unseen(text))))
    plain = _BARE_LINK.sub(" ", plain)
    return Values(_once(_emails(plain), str.casefold), _once(_phones(plain), _digits))


def _as_written(found: re.Match[str]) -> str:
    """The address itself; a number as it is shown, with its blanks, for that is how Zoho may hold it."""
    kind, target, label = found.groups()
    return f" {label if kind == 'tel' and label else target} "


def typed(text: str) -> Values | None:
    """The addresses and numbers that a command consists of; None when it holds anything else.

    What stands around one where it was copied is no part of it: brackets, emphasis, a full stop.
    """
    words = [_bare(word) for word in _bare(text).replace(",", " ").replace(";", " ").split(" ")]
    emails = [word for word in words if _is_email(word)]
    rest = " ".join(word for word in words if word and not _is_email(word))
    if rest and not (_TYPED_PHONE.fullmatch(rest) and _FEWEST_TYPED <= len(_digits(rest)) <= _MOST):
        return None
    found = Values(_once(emails, str.casefold), (_as_in_zoho(rest),) if rest else ())
    return found if found != Values() else None


def in_brackets(text: str) -> Values | None:
    """The one address behind a name, as mail programs write it: ``Ann Roe <ann@kestrel.example>``."""
    found = _NAMED.fullmatch(text.strip())
    return Values((found[1],)) if found and _is_email(found[1]) else None


def without_unseen(text: str) -> str:
    """The text without what nobody sees: address books put marks of direction around what they hand out."""
    return _UNSEEN.sub("", text)


def _bare(word: str) -> str:
    """The word without what stands around it; a full stop or a bracket only around an address."""
    word = word.strip("<>")
    while len(word) > 2 and word[0] in _EMPHASIS and word[0] == word[-1]:
        word = word[1:-1]
    word = _SCHEME.sub("", word)
    alone = word.strip("()[]{}\"'“”„‘’«».!?:`")
    return alone if _is_email(alone) else word


def _as_in_zoho(phone: str) -> str:
    """A number with the blanks and dashes of a keyboard: Zoho finds it as it was typed there."""
    return _DASH.sub("-", phone.replace("\u00a0", " "))


def _emails(text: str) -> Iterator[str]:
    for word in _APART.split(text):
        bare = word.strip(".-!?*_~")
        if _is_email(bare):
            yield bare


def _is_email(word: str) -> bool:
    local, at, domain = word.partition("@")
    return bool(
        local and at and len(word) <= _LONGEST_EMAIL and re.fullmatch(r"[^\s@.]+(\.[^\s@.]+)+", domain)
    )


def _phones(text: str) -> Iterator[str]:
    for match in _PHONE.finditer(text):
        found = match[0].strip()
        if found.count("(") == found.count(")") and _may_ring(found):
            yield _as_in_zoho(found)


def _may_ring(found: str) -> bool:
    digits = _digits(found)
    if not _FEWEST <= len(digits) <= _MOST or _DATE.fullmatch(found) or _ADDRESS.fullmatch(found):
        return False
    is_marked = found.startswith(("+", "0", "(")) or not found.isdigit()
    return is_marked or len(digits) >= _FEWEST_ALONE


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _once(found: Iterable[str], key: Callable[[str], str]) -> tuple[str, ...]:
    by_key: dict[str, str] = {}
    for one in found:
        by_key.setdefault(key(one), one)
    return tuple(by_key.values())
