"""Collects what is wrong, with the checks that every kind of block needs."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

CELL_CHARACTERS = 10_000
MARKDOWN_CHARACTERS = 12_000


class Report:
    """The reasons found so far, and what has to be counted over a whole payload."""

    def __init__(self, kinds: Set[str]) -> None:
        self.kinds = kinds
        self.problems: list[str] = []
        self.block_ids: set[str] = set()
        self.tables = 0
        self.markdown = 0

    def say(self, words: str, where: str) -> None:
        """Note one reason, with the place as a JSON pointer."""
        self.problems.append(f"{words} [json-pointer:{where}]")

    def obj(self, found: Any, where: str, needed: str, allowed: str) -> bool:
        """True for an object with all of the needed and none but the allowed keys; says what is wrong."""
        if not isinstance(found, dict):
            self.say("must be an object" if found is not None else "missing required field", where)
            return False
        names = needed.split()
        for name in names:
            if found.get(name) is None:
                self.say(f"missing required field: {name}", where)
        for name in sorted(set(found) - {*names, *allowed.split(), "type", "block_id", "action_id"}):
            self.say(f"invalid additional property: {name}", where)
        return all(found.get(name) is not None for name in names)

    def words(self, found: Any, where: str, most: int, least: int = 1) -> None:
        """A string of this length."""
        if not isinstance(found, str):
            self.say("must be a string", where)
        elif len(found) < least:
            self.say(f"must be more than {least - 1} characters", where)
        elif len(found) > most:
            self.say(f"must be less than {most + 1} characters", where)

    def longest(self, found: dict[str, Any], where: str, **most: int) -> None:
        """Each of these keys, where it is there, is a string of at most so many characters."""
        for name, limit in most.items():
            if found.get(name) is not None:
                self.words(found[name], f"{where}/{name}", limit, least=0)

    def flags(self, found: dict[str, Any], where: str, *names: str) -> None:
        """Each of these keys, where it is there, is true or false."""
        for name in names:
            if name in found and not isinstance(found[name], bool):
                self.say("must be a boolean", f"{where}/{name}")

    def items(self, found: Any, where: str, most: int, least: int = 1) -> list[Any]:
        """A list of so many entries; an empty one when it is none."""
        if not isinstance(found, list):
            self.say("must be an array", where)
            return []
        if len(found) < least:
            self.say(f"must provide at least {least} items", where)
        if len(found) > most:
            self.say(f"no more than {most} items allowed", where)
        return found

    def text(self, found: Any, where: str, most: int, *, plain: bool = False) -> None:
        """A text object, not empty, of at most so many characters."""
        if not self.obj(found, where, "type text", "emoji verbatim"):
            return
        kind = found["type"]
        if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
            self.say(f"unsupported type: {kind}", f"{where}/type")
        if "emoji" in found and kind != "plain_text":
            self.say("invalid additional property: emoji", where)
        if "verbatim" in found and kind != "mrkdwn":
            self.say("invalid additional property: verbatim", where)
        self.flags(found, where, "emoji", "verbatim")
        self.words(found["text"], f"{where}/text", most)

    def url(self, found: Any, where: str) -> None:
        """An address one can open, at most 3,000 characters."""
        self.words(found, where, 3000)
        if isinstance(found, str) and not found.startswith(("https://", "http://", "mailto:", "tel:")):
            self.say("invalid url", where)

    def identity(self, found: dict[str, Any], where: str) -> None:
        """The `block_id`: at most 255 characters, no two alike in the payload."""
        key = found.get("block_id")
        if key is None:
            return
        self.words(key, f"{where}/block_id", 255)
        if key in self.block_ids:
            self.say(f"block_id already exists: {key}", f"{where}/block_id")
        self.block_ids.add(key)

    def confirm(self, found: Any, where: str) -> None:
        """A confirmation dialog."""
        if not self.obj(found, where, "title text", "confirm deny style"):
            return
        self.text(found["title"], f"{where}/title", 100, plain=True)
        self.text(found["text"], f"{where}/text", 300)
        for name in ("confirm", "deny"):
            if name in found:
                self.text(found[name], f"{where}/{name}", 30, plain=True)
        self.style(found, where)

    def style(self, found: dict[str, Any], where: str) -> None:
        """`primary`, `danger`, or nothing."""
        if found.get("style") not in (None, "primary", "danger"):
            self.say("must be one of: primary, danger", f"{where}/style")
