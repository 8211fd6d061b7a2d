"""A message as lines of plain text, links whole, for a reader without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

Json = Mapping[str, Any]

RULE = "─" * 40
_EMOJI = {
    "white_check_mark": "✅",
    "warning": "⚠️",
    "hourglass_flowing_sand": "⏳",
    "triangular_flag_on_post": "🚩",
}
_ISOLATES = str.maketrans("", "", "\u2068\u2069")


def drawn(blocks: Sequence[Json], names: Mapping[str, str]) -> list[str]:
    """The lines a person would read; ``names`` gives the person or #channel behind each Slack id.

    Buttons stand in square brackets. A link follows on a line of its own, whole. A block of a kind that is
    not known here is named, never left out.
    """
    return [line for block in blocks for line in _Reader(names).block(block)]


class _Reader:
    """One way of reading for each kind of block."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def block(self, block: Json) -> Iterator[str]:
        kind = str(block.get("type"))
        reader = getattr(self, f"_{kind}", None)
        if reader is None:
            yield f"({kind}: not drawn)"
        else:
            yield from reader(block)

    def _header(self, block: Json) -> Iterator[str]:
        words = self._text(block["text"])
        yield words
        yield "═" * len(words)

    def _divider(self, block: Json) -> Iterator[str]:
        yield RULE

    def _section(self, block: Json) -> Iterator[str]:
        texts = [block["text"]] if "text" in block else []
        *lines, last = [line for text in (*texts, *block.get("fields", ())) for line in self._lines(text)]
        yield from lines
        accessory = block.get("accessory")
        yield f"{last}   {_control(accessory)}" if accessory else last

    def _context(self, block: Json) -> Iterator[str]:
        yield from self._lines_of(block["elements"])

    def _lines_of(self, texts: Iterable[Json]) -> Iterator[str]:
        for text in texts:
            yield from self._lines(text)

    def _actions(self, block: Json) -> Iterator[str]:
        addresses = [element["url"] for element in block["elements"] if element.get("url")]
        yield " ".join(_control(element) for element in block["elements"])
        yield from (f"   {address}" for address in addresses)

    def _input(self, block: Json) -> Iterator[str]:
        yield f"{self._text(block['label'])}: {self._filled(block['element']) or '–'}"
        if "hint" in block:
            yield f"   {self._text(block['hint'])}"

    def _filled(self, element: Json) -> str:
        """What a field of a form holds when it opens."""
        options = element.get("initial_options") or [element.get("initial_option")]
        chosen = [str(option["text"]["text"]) for option in options if option]
        kinds = ("initial_value", "initial_time", "initial_conversation")
        single = [self._names.get(element[kind], element[kind]) for kind in kinds if kind in element]
        return ", ".join([*chosen, *single])

    def _table(self, block: Json) -> Iterator[str]:
        for row in block["rows"]:
            yield " | ".join(" ".join(self._cell(cell)) for cell in row)

    def _cell(self, cell: Json) -> Iterator[str]:
        if cell.get("type") == "rich_text":
            yield from self._rich_text(cell)
        else:
            yield str(cell.get("text", cell.get("value", "")))

    def _rich_text(self, block: Json) -> Iterator[str]:
        for part in block["elements"]:
            if part["type"] == "rich_text_list":
                yield from self._list(part)
            else:
                lead = "> " if part["type"] in ("rich_text_quote", "rich_text_preformatted") else ""
                yield from self._paragraph(part, lead, " " * len(lead))

    def _list(self, part: Json) -> Iterator[str]:
        for number, item in enumerate(part["elements"], start=1 + part.get("offset", 0)):
            lead = f"{number}. " if part.get("style") == "ordered" else "• "
            yield from self._paragraph(item, lead, " " * len(lead))

    def _paragraph(self, part: Json, lead: str, indent: str) -> Iterator[str]:
        words = "".join(self._piece(piece) for piece in part["elements"]).translate(_ISOLATES)
        first, *others = words.split("\n")
        yield lead + first
        yield from (indent + line for line in others)
        yield from (f"{indent}   {piece['url']}" for piece in part["elements"] if piece["type"] == "link")

    def _piece(self, piece: Json) -> str:
        match piece["type"]:
            case "emoji":
                return _EMOJI.get(piece["name"], f":{piece['name']}:")
            case "user":
                return self._person(piece["user_id"])
            case "date":
                return str(piece.get("fallback", ""))
            case "link":
                return str(piece.get("text") or piece["url"])
        return str(piece.get("text", ""))

    def _lines(self, text: Json) -> list[str]:
        return self._text(text).split("\n")

    def _text(self, text: Json) -> str:
        words = str(text["text"])
        return (self.mrkdwn(words) if text["type"] == "mrkdwn" else words).translate(_ISOLATES)

    def mrkdwn(self, words: str) -> str:
        """Slack's mark-up as it reads: names for ids, dates in words, no marks for bold and code."""
        words = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", words)
        words = re.sub(r"<@(\w+)(?:\|[^>]*)?>", lambda found: self._person(found[1]), words)
        words = re.sub(r"<#(\w+)(?:\|[^>]*)?>", lambda found: self._names.get(found[1], found[1]), words)
        words = re.sub(r"<(https?://[^|>]+)\|([^>]*)>", r"\2 (\1)", words)
        words = re.sub(r"<(https?://[^|>]+)>", r"\1", words)
        words = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"\1", words)
        words = re.sub(r":(\w+):", lambda found: _EMOJI.get(found[1], found[0]), words)
        return unescape(words)

    def _person(self, user: str) -> str:
        return f"@{self._names.get(user, user)}"


def plain(text: str, names: Mapping[str, str]) -> list[str]:
    """The lines of a message that has no blocks."""
    return _Reader(names).mrkdwn(text).split("\n")


def _control(element: Json) -> str:
    if "options" in element:
        options = " | ".join(str(option["text"]["text"]) for option in element["options"])
        head = str(element.get("placeholder", {}).get("text", "⋮"))
        return f"[{head}: {options}]"
    return f"[{element.get('text', {}).get('text', element.get('type', ''))}]"
