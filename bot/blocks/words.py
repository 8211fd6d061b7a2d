"""Words, numbers, dates and record data, made fit to stand in a message.

Record data is first cleaned, then cut at the end of a grapheme, and escaped last and only where Slack
parses it: in the fallback text and in mrkdwn. ``rich_text``, ``raw_text`` and ``plain_text`` take it raw.
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from zoho.records import Module, Product

NAME_LENGTH = 40
EMAIL_LENGTH = 48
VALUE_LENGTH = 60
TYPED_LENGTH = 60
ZOHO_LENGTH = 300
FALLBACK_LENGTH = 300
OPTION_LENGTH = 75
NO_NAME = "(no name)"
DOT = "\u00a0· "  # a line never starts with a dot, so the blank before it does not break

_SINGULARS = {"contacts": "contact", "accounts": "account", "products": "product"}
_PRODUCTS = {Product.DESK: "Desk", Product.CRM: "CRM"}
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKS = re.compile(r"[*_~`]|:(?=[\w+'-]+:)")
_TOKEN = re.compile(r"<!date\^\d+\^[^|<>]*\|([^<>]*)>")
_JOINER = "\u200d"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def escape(value: str) -> str:
    """``value`` for a place that Slack parses: ampersand, less-than and greater-than become entities."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """A notification's text as plain letters: tokens become their fallback, entities their signs."""
    plain = _TOKEN.sub(lambda token: token[1], text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def inert(value: str) -> str:
    """``value`` for mrkdwn, 40 characters: escaped, and its marks broken so that they change no look.

    Only for what our sentences cannot do without, such as an organisation's name; a zero-width blank keeps
    a mark from pairing.
    """
    shown = cut(clean(value), NAME_LENGTH)
    return escape(_MARKS.sub(lambda mark: "\u200b" + mark.group(), shown))


def clean(value: str) -> str:
    """``value`` on one line, without control characters and without marks that turn its neighbours round."""
    single = " ".join(value.split())
    kept = (c for c in _BIDI_CONTROLS.sub("", single) if unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def cut(value: str, limit: int) -> str:
    """At most ``limit`` characters of ``value``, ending with a whole grapheme, then "…" if any was left."""
    if len(value) <= limit:
        return value
    end = 0
    for boundary in _boundaries(value):
        if boundary > limit:
            break
        end = boundary
    return value[: end or limit].rstrip() + "…"


def _boundaries(value: str) -> Iterator[int]:
    """Where a grapheme ends, in order: the common cases of https://unicode.org/reports/tr29/."""
    flags = 0
    for index in range(1, len(value)):
        before, after = value[index - 1], value[index]
        flags = flags + 1 if _is_flag_letter(before) else 0
        joined = before == _JOINER or _extends(after) or (flags % 2 == 1 and _is_flag_letter(after))
        if not joined and not _is_hangul_pair(before, after):
            yield index
    yield len(value)


def _extends(character: str) -> bool:
    code = ord(character)
    is_mark = unicodedata.category(character) in {"Mn", "Me", "Mc"}
    return is_mark or character == _JOINER or 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F


def _is_flag_letter(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _is_hangul_pair(before: str, after: str) -> bool:
    return "\u1100" <= before <= "\u11ff" and "\u1160" <= after <= "\u11ff"


def name(value: str) -> str:
    """A record's name as it is drawn: 40 characters, right-to-left ones isolated, "(no name)" for nothing."""
    cleaned = clean(value)
    if not any(unicodedata.category(character)[0] in "LNPS" for character in cleaned):
        return NO_NAME
    shown = cut(cleaned, NAME_LENGTH)
    return isolated(shown)


def isolated(value: str) -> str:
    """``value`` between direction marks when it holds right-to-left letters, so that dots stay in place."""
    if any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in value):
        return f"{_ISOLATE}{value}{_END_ISOLATE}"
    return value


def shared_value(value: str) -> str:
    """A value that records share: 60 characters, an e-mail address 48 with its domain kept."""
    cleaned = clean(value)
    return isolated(_email(cleaned) if "@" in cleaned else cut(cleaned, VALUE_LENGTH))


def _email(value: str) -> str:
    if len(value) <= EMAIL_LENGTH:
        return value
    local, _, domain = value.rpartition("@")
    room = EMAIL_LENGTH - len(domain) - 2
    if room < 1:
        return cut(value, EMAIL_LENGTH - 1)
    return f"{cut(local, room).removesuffix('…')}…@{domain}"


def typed(value: str) -> str:
    """What a person typed, for a piece of code text: 60 characters, no backticks."""
    return cut(clean(value).replace("`", "ʼ"), TYPED_LENGTH) or "…"


def in_code(value: str) -> str:
    """What a person typed, or a name of Zoho's, as code in mrkdwn."""
    return f"`{escape(typed(value))}`"


def zoho_words(value: str) -> str:
    """Zoho's own words for a preformatted text: 300 characters, lines kept, no control characters."""
    lines = (clean(line) for line in value.splitlines())
    return cut("\n".join(line for line in lines if line), ZOHO_LENGTH - 1)


def code_name(value: str) -> str:
    """Zoho's error code, reduced to capitals, digits and underscores."""
    return re.sub(r"[^A-Z0-9_]", "", value.upper())[:VALUE_LENGTH]


def names(values: Sequence[str]) -> str:
    """The records of a group in a few words: "A and B", "A, twice", "A and 3 more"."""
    first = name(values[0]) if values else NO_NAME
    if len(values) < 2:
        return first
    if len(values) > 2:
        return f"{first} and {len(values) - 1} more"
    if alike(values[0], values[1]):
        return f"{first}, twice"
    return f"{first} and {name(values[1])}"


def alike(one: str, other: str) -> bool:
    """True for values that differ only in capitals, blanks or the way Unicode writes them."""
    return folded(one) == folded(other)


def folded(value: str) -> str:
    """``value`` for comparing: one form of Unicode, no capitals, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def fallback(head: str, groups: Sequence[str] = ()) -> str:
    """The text of a notification: ``head``, then at most five groups' names, 300 characters in all.

    ``head`` is ours, may hold date tokens and ends without a full stop; the names are raw and get escaped.
    """
    if head.endswith("?"):
        return head
    text = head
    for index, group in enumerate(groups[:5]):
        longer = f"{text}{'; ' if index else ': '}{escape(group)}"
        if len(longer) >= FALLBACK_LENGTH:
            return f"{text}…" if index else f"{text}."
        text = longer
    return f"{text}."


def escaped(value: str, limit: int = NAME_LENGTH) -> str:
    """``value`` cleaned, cut and escaped so that even the entities stay within ``limit``."""
    cleaned = clean(value)
    shown = escape(cut(cleaned, limit))
    for shorter in range(limit - 1, 0, -1):
        if len(shown) <= limit:
            break
        shown = escape(cut(cleaned, shorter))
    return shown


def number(value: int) -> str:
    """4812 as "4,812", nothing as "no"."""
    return f"{value:,}" if value else "no"


def counted(value: int, singular: str, plural: str = "") -> str:
    """A number with its noun: "no contacts", "1 contact", "4,812 contacts"."""
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def about(value: int) -> str:
    """A number that was not counted exactly: two figures, "about 120,000"."""
    digits = len(str(value))
    return f"about {round(value, 2 - digits) if digits > 2 else value:,}"


def in_words(parts: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def dotted(*parts: str) -> str:
    """The parts that are not empty, with dots between."""
    return DOT.join(part for part in parts if part)


def sentence(text: str) -> str:
    """``text`` with a capital at its start."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """``text`` in the middle of a sentence; abbreviations stay as they are."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def label(module: Module) -> str:
    """A module as people read it: "Desk contacts"."""
    return f"{_PRODUCTS[module.product]} {module.plural}"


def label_one(module: Module) -> str:
    """One record of a module: "Desk contact"."""
    return f"{_PRODUCTS[module.product]} {singular(module)}"


def labels(modules: Sequence[Module]) -> str:
    """Several modules of one product: "Desk contacts, accounts and products"."""
    plurals = [module.plural for module in modules]
    return f"{_PRODUCTS[modules[0].product]} {in_words(plurals)}" if modules else ""


def singular(module: Module) -> str:
    """One record of a module, without its product: "contact"."""
    return _SINGULARS[module.plural]


def records(module: Module, value: int) -> str:
    """A number of records: "27 contacts"."""
    return counted(value, singular(module), module.plural)


def brand(product: Product) -> str:
    """ "Zoho Desk", "Zoho CRM"."""
    return f"Zoho {_PRODUCTS[product]}"


def when(at: datetime) -> str:
    """An event that stands alone, in the reader's own zone, for mrkdwn and the fallback text."""
    return _token(at, "{date_short_pretty} at {time}", f"{day(at)} {utc_time(at)}")


def within(at: datetime) -> str:
    """The same in the middle of a sentence, where Slack's "Today" would have the wrong capital."""
    return _token(at, "{date_short} at {time}", f"{day(at)} {utc_time(at)}")


def clock(at: datetime) -> str:
    """A time within the hour, in the reader's own zone, for mrkdwn and the fallback text."""
    return _token(at, "{time}", utc_time(at))


def day(at: datetime) -> str:
    """A date in words, "12 Mar 2024", for where no token can stand."""
    return f"{at.astimezone(UTC).day} {at.astimezone(UTC):%b %Y}"


def here(at: datetime, now: datetime, zone: tzinfo) -> str:
    """An event for one person, where no token can stand: "today 9:06", "yesterday 16:40", "Fri 20 Nov"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (today - local.date()).days
    if 0 <= days < 2:
        return f"{'yesterday' if days else 'today'} {local.hour}:{local:%M}"
    return f"{local:%a} {local.day} {local:%b}" if 0 < days < 300 else f"{local.day} {local:%b %Y}"


def slot(at: datetime, zone: tzinfo) -> str:
    """When alerts speak, by the clock of their schedule: "Friday 20 November, 9:00"."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B}, {local.hour}:{local:%M}"


def utc_time(at: datetime) -> str:
    """A time in words, "08:05 UTC", for where no token can stand."""
    return f"{at.astimezone(UTC):%H:%M} UTC"


def _token(at: datetime, form: str, otherwise: str) -> str:
    return f"<!date^{int(at.timestamp())}^{form}|{otherwise}>"
