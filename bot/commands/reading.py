"""What somebody typed after ``/duplicates``, read into one of a few plain values. Pure.

``text`` is everything after the first blank as one string, with what phones and clients make of it: curly
quotes, no-break spaces, wrapped addresses, entities.
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from bot.blocks.catalogue import nearest
from bot.blocks.help import FilterFault
from bot.commands import values
from bot.subscribing.asked import AlertsAsked, Ask
from zoho import links
from zoho.records import Module, Product

MOST_FILTERS = 10
LONGEST_VALUE = 200

_WEB = re.compile(r"https?://\S+$", re.IGNORECASE)
_PLACE = re.compile(r"https://[\w.-]+\.\w+/\S+$")
_KEY = re.compile(r"[A-Za-z][\w.]{0,49}", re.ASCII)
_WRAPPED = re.compile(r"<(?![@#!])([^<>|\s]+)(?:\|([^<>|]*))?>")
_DOUBLE = '"“”„‟«»'
_SINGLE = "'‘’‚‛"

_LISTS = {
    "contact": Module.DESK_CONTACTS,
    "contacts": Module.DESK_CONTACTS,
    "account": Module.DESK_ACCOUNTS,
    "accounts": Module.DESK_ACCOUNTS,
    "product": Module.DESK_PRODUCTS,
    "products": Module.DESK_PRODUCTS,
}
_BETWEEN_LISTS = ("desk", "and", "&", "+")
_ONLY_IN_CRM = ("lead", "leads", "vendor", "vendors")
_PRODUCT_WORDS = ("connect", "disconnect", "status")


@dataclass(frozen=True, slots=True)
class Search:
    """Search these lists, every one when none is named; ``text`` asks for the same again."""

    modules: tuple[Module, ...]
    filters: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class CheckValues:
    """Look whether these addresses and numbers are here twice; ``text`` asks for the same again, as below."""

    emails: tuple[str, ...]
    phones: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """Look for the twins of one record."""

    module: Module
    record_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CheckProduct:
    """Look for products of this name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class NoRecordLink:
    """An address that leads to no record we know how to read."""


@dataclass(frozen=True, slots=True)
class Help:
    """Show what there is."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """Show what the team has flagged."""


@dataclass(frozen=True, slots=True)
class DismissedAsked:
    """Show what the team has dismissed."""


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """Look whether everything is in order."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect a product."""

    product: Product


@dataclass(frozen=True, slots=True)
class Disconnect:
    """End the connection to one product, or to every one."""

    product: Product | None


@dataclass(frozen=True, slots=True)
class CrmAsked:
    """Something about Zoho CRM, which cannot be searched yet."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Words that are no command and no list."""

    typed: str


@dataclass(frozen=True, slots=True)
class BadFilter:
    """A filter that cannot be used; ``typed`` is the part of it that is meant."""

    fault: FilterFault
    typed: str


Check = CheckValues | CheckRecord | CheckProduct
Asked = Help | Flagged | DismissedAsked | StatusAsked | Connect | Disconnect | CrmAsked
Read = AlertsAsked | Search | Check | NoRecordLink | Asked | Unknown | BadFilter


@dataclass(frozen=True, slots=True)
class _Word:
    """One piece of the text: a bare word, or a filter's key and value."""

    text: str
    key: str | None = None
    is_quoted: bool = False
    is_open: bool = False


def read(text: str) -> Read:
    """The command in ``text``; never raises."""
    plain = _plain(text)
    words = _split(plain)
    if not words:
        return Search((), (), "")
    named = _whole_quote(plain) or (words[0].text.strip() if words[0].is_open else "")
    if named:
        return CheckProduct(named, plain)
    return _of_an_address(text) or _of_values(text, plain, words) or _command(plain, words)


def _whole_quote(plain: str) -> str:
    """What stands between the quotes that the text begins and ends with; "" without them."""
    for marks in (_DOUBLE, _SINGLE):
        if len(plain) > 2 and plain[0] in marks and plain[-1] in marks:
            return plain[1:-1].strip()
    return ""


def _of_an_address(text: str) -> Read | None:
    """The record behind a web address, with or without what Slack wraps it in; None for other text."""
    alone = values.without_unseen(text).strip()
    wrapped = _WRAPPED.fullmatch(alone)
    address = html.unescape(wrapped[1] if wrapped else alone).strip("<>")
    if not _WEB.match(address):
        address = f"https://{address}"
        if not _PLACE.match(address) or links.parse(address) is None:
            return None
    host = address.split("/", 3)[2].lower()
    if host.startswith("crm.") or "/crm/" in address.partition("#")[0]:
        return CrmAsked()
    place = links.parse(address)
    return CheckRecord(*place, address) if place else NoRecordLink()


def _of_values(text: str, plain: str, words: list[_Word]) -> CheckValues | None:
    """Addresses and numbers alone, or one address behind a name that is no list."""
    found = values.typed(plain) if all(word.key is None for word in words) else None
    if found is None and words[0].text.casefold() not in (*_LISTS, "desk", *_PRODUCT_WORDS):
        found = values.in_brackets(text)
    return CheckValues(found.emails, found.phones, found.text) if found else None


def _command(plain: str, words: list[_Word]) -> Read:
    if words[0].key is not None:
        return BadFilter(FilterFault.NO_LIST, words[0].key)
    first = "" if words[0].is_quoted else words[0].text.casefold()
    if first in ("help", "?"):
        return Help()
    if first == "flagged":
        return Flagged() if len(words) == 1 else Unknown(f"flagged {words[1].text}")
    if first == "dismissed":
        return DismissedAsked() if len(words) == 1 else Unknown(f"dismissed {words[1].text}")
    if first in set(Ask):
        return _alerts(Ask(first), words[1:])
    if first in ("crm", *_ONLY_IN_CRM) or (first in _PRODUCT_WORDS and _second(words) == "crm"):
        return CrmAsked()
    if first in _PRODUCT_WORDS:
        return _connection(first, words)
    if first == "desk":
        return _list(words[1:], prefix="desk ", text=plain) if len(words) > 1 else Search((), (), plain)
    return _list(words, prefix="", text=plain)


def _alerts(ask: Ask, words: list[_Word]) -> AlertsAsked | BadFilter | CrmAsked | Unknown:
    """The lists that are named first, the filters, and the other words, which say when or for how long."""
    bare = [piece for word in words if word.key is None for piece in word.text.split()]
    modules, rest = _named_lists(bare)
    narrowing = [word for word in words if word.key is not None]
    wrong = _first_fault(narrowing) or _stray(ask, rest)
    if wrong is not None:
        return wrong
    filters = " ".join(f'{word.key}="{word.text}"' for word in narrowing)
    return AlertsAsked(ask, modules, filters, " ".join(rest))


def _named_lists(words: list[str]) -> tuple[tuple[Module, ...], list[str]]:
    """``contacts, desk accounts and products``: the lists, and the words behind them."""
    modules: list[Module] = []
    while words:
        word = words[0].casefold().strip(",")
        if word in _LISTS:
            modules.append(_LISTS[word])
        elif word not in _BETWEEN_LISTS:
            break
        words = words[1:]
    return tuple(dict.fromkeys(modules)), words


def _stray(ask: Ask, words: list[str]) -> CrmAsked | Unknown | None:
    """What stands where a list, or nothing, was expected; None when all is well."""
    if not words:
        return None
    if words[0].casefold() in ("crm", *_ONLY_IN_CRM):
        return CrmAsked()
    near = nearest(words[0])
    if near is not None and near.module is not None:
        return Unknown(words[0])
    return None if ask in (Ask.SUBSCRIBE, Ask.SNOOZE) else Unknown(f"{ask} {words[0]}")


def is_search(text: str) -> bool:
    """Whether ``text`` asks for something that Zoho has to be searched for."""
    return isinstance(read(text), Search | Check)


def filters(text: str) -> tuple[tuple[str, str], ...]:
    """``key=value`` pieces alone, as in a field of a form; raises ValueError with a sentence."""
    words = _split(_plain(text))
    wrong = _first_fault(words)
    if wrong is not None:
        named = wrong.fault.value.format(f"“{wrong.typed}”")
        raise ValueError(f'{named}. A filter is written like city=Hamburg or city="New York".')
    return tuple((word.key or "", word.text) for word in words)


def _second(words: list[_Word]) -> str:
    return words[1].text.casefold() if len(words) > 1 and words[1].key is None else ""


def _connection(verb: str, words: list[_Word]) -> Read:
    second = _second(words)
    known = 2 if second == "desk" else 1
    if len(words) > known:
        return Unknown(" ".join([verb, *(word.text for word in words[1 : known + 1])]))
    if verb == "connect":
        return Connect(Product.DESK)
    if verb == "status":
        return StatusAsked()
    return Disconnect(Product.DESK if second else None)


def _list(words: list[_Word], *, prefix: str, text: str) -> Read:
    name = words[0]
    if name.key is not None:
        return BadFilter(FilterFault.NO_LIST, name.key)
    module = None if name.is_quoted else _LISTS.get(name.text.casefold())
    if module is None:
        return Unknown(f"{prefix}{name.text}")
    wrong = _first_fault(words[1:])
    if wrong is not None:
        return wrong
    filters = tuple((word.key or "", word.text) for word in words[1:])
    return Search((module,), filters, text)


def _first_fault(words: list[_Word]) -> BadFilter | None:
    seen: set[str] = set()
    for word in words:
        fault = _fault(word, seen)
        if fault is not None:
            return BadFilter(fault, word.text if word.key is None else word.key)
        seen.add(word.key or "")
    if len(words) > MOST_FILTERS:
        return BadFilter(FilterFault.TOO_MANY, words[MOST_FILTERS].key or "")
    return None


def _fault(word: _Word, seen: set[str]) -> FilterFault | None:
    if word.is_open:
        return FilterFault.OPEN_QUOTE
    if word.key is None:
        return FilterFault.NOT_A_FILTER
    if not _KEY.fullmatch(word.key):
        return FilterFault.BAD_KEY
    if not word.text.strip():
        return FilterFault.NO_VALUE
    if len(word.text) > LONGEST_VALUE:
        return FilterFault.LONG_VALUE
    return FilterFault.TWICE if word.key in seen else None


def _plain(text: str) -> str:
    """``text`` with wrapped addresses unwrapped, entities read, and only one kind of blank."""
    unwrapped = _WRAPPED.sub(_as_typed, values.without_unseen(text))
    return "".join(_blank(character) for character in html.unescape(unwrapped)).strip()


def _as_typed(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    return label or re.sub(r"^(mailto|tel):", "", target)


def _blank(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cs") else character


def _split(text: str) -> list[_Word]:
    words: list[_Word] = []
    place = 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        word, place = _next_word(text, place)
        words.append(word)
    return words


def _next_word(text: str, start: int) -> tuple[_Word, int]:
    if text[start] in _DOUBLE + _SINGLE:
        return _quoted(text, start, None)
    end = _end_of_word(text, start)
    key, equals, value = text[start:end].partition("=")
    if not equals:
        return _Word(text[start:end]), end
    at = start + len(key) + 1
    if value and value[0] in _DOUBLE + _SINGLE:
        return _quoted(text, at, key)
    return _Word(value, key), end


def _end_of_word(text: str, start: int) -> int:
    end = text.find(" ", start)
    return len(text) if end < 0 else end


def _quoted(text: str, start: int, key: str | None) -> tuple[_Word, int]:
    """A word in quotes: any mark of the same kind, followed by a blank or the end, closes it."""
    marks = _DOUBLE if text[start] in _DOUBLE else _SINGLE
    for place in range(start + 1, len(text)):
        if text[place] in marks and (place + 1 == len(text) or text[place + 1] == " "):
            return _Word(text[start + 1 : place], key, is_quoted=True), place + 1
    end = _end_of_word(text, start)
    if marks is _SINGLE:
        return _Word(text[start:end], key), end  # an apostrophe, such as in ’s-Hertogenbosch
    return _Word(text[start + 1 :], key, is_open=True), len(text)
