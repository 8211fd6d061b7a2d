"""What a message would do to its readers: whom it pings, where its links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_TOKEN = re.compile(r"<!(here|channel|everyone|subteam\^\w+)(?:\|[^>]*)?>")
_LETTERS = re.compile(r"(?<![\w.@/-])@(here|channel|everyone)\b")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>")


def _objects(thing: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(thing, Mapping):
        yield thing
        thing = list(thing.values())
    if isinstance(thing, list | tuple):
        for part in thing:
            yield from _objects(part)


def _pings(text: str, *, parsed: bool) -> list[str]:
    words = _CODE.sub(" ", text)
    return _TOKEN.findall(words) + (_LETTERS.findall(words) if parsed else [])


def pings(text: str, blocks: Any, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Everybody-pings of a message (`here`, `channel`, `everyone`, a user group), those included that
    `verbatim: false` makes of plain letters; mentions of single persons are not counted."""
    parsed = bool(options.get("link_names")) or options.get("parse") == "full"
    found = _pings(text, parsed=parsed)
    for one in _objects(blocks):
        if one.get("type") == "mrkdwn":
            found += _pings(str(one.get("text", "")), parsed=not one.get("verbatim"))
        elif one.get("type") == "broadcast":
            found.append(str(one.get("range")))
        elif one.get("type") == "usergroup":
            found.append(str(one.get("usergroup_id")))
    return tuple(found)


def urls(blocks: Any) -> tuple[str, ...]:
    """Every address in these blocks, in order: of links, buttons, menus, and in mrkdwn."""
    found = []
    for one in _objects(blocks):
        if isinstance(one.get("url"), str):
            found.append(one["url"])
        if one.get("type") == "mrkdwn":
            found += [link.replace("&amp;", "&") for link in _LINK.findall(str(one.get("text", "")))]
    return tuple(found)
