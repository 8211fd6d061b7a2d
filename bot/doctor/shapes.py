"""The shape of an answer: its keys and the kinds of its values, never a value.

A shape maps paths (``data[].createdTime``) to kinds. A key is printed where it is a name of Zoho's reference,
or stands beside one that only Zoho's own objects have. An object that holds nothing but lists may be a map
from customers' values, and so may any other without such a name: their keys are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Shape = dict[str, frozenset[str]]
Expected = Mapping[str, frozenset[str]]

OTHER, CUSTOM = "…", "cf_…"
_OF_ZOHO = frozenset(("id", "data", "fieldValue"))
_WRAPPERS = frozenset(
    ("data", "duplicates", "groups", "products", "records", "result", "results", "response")
)
_NAME = re.compile(r"[a-z][A-Za-z0-9]{0,39}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")


def shape(value: object, known: frozenset[str]) -> Shape:
    """The shape of JSON; ``known`` are the names that Zoho's reference has."""
    return _merged(_walk(value, "", known))


def merged(one: Shape, other: Shape) -> Shape:
    """Two answers of the same endpoint as one shape."""
    return {path: one.get(path, frozenset()) | other.get(path, frozenset()) for path in {**one, **other}}


def differences(found: Shape, expected: Expected) -> list[str]:
    """How an answer departs from what is expected; nothing for an empty answer."""
    absent = [path for path in expected if path not in found and _has_room(path, found)]
    more = [path for path in found if path not in expected and _is_nearest(path, expected)]
    lines = [f"missing: {', '.join(absent)}"] if absent else []
    lines += [f"more: {', '.join(more)}"] if more else []
    for path in [path for path in found if path in expected]:
        odd = found[path] - expected[path] - {"null"}
        if odd:
            lines.append(f"another kind: {path} is {told(odd)}, expected {told(expected[path]) or 'nothing'}")
    return lines


def told(kinds: Iterable[str]) -> str:
    """Kinds in words."""
    return " or ".join(sorted(kinds))


def kind(value: object) -> str:
    """What one value is."""
    match value:
        case None:
            return "null"
        case bool():
            return "true/false"
        case int() | float():
            return "number"
        case str():
            return _kind_of_text(value)
        case list():
            return "list" if value else "empty list"
        case _:
            return "object"


def _kind_of_text(text: str) -> str:
    if not text:
        return "empty text"
    if text.isdecimal():
        return "digits"
    return "time" if _TIME.fullmatch(text) else "text"


def _walk(value: object, path: str, known: frozenset[str]) -> Iterable[tuple[str, str]]:
    yield path, kind(value)
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, f"{path}[]", known)
    elif isinstance(value, dict):
        for name, inner in value.items():
            below = f"{path}.{_shown(name, value, known)}".lstrip(".")
            yield from _walk(inner, below, known)


def _shown(name: str, among: Mapping[str, Any], known: frozenset[str]) -> str:
    if all(isinstance(inner, list) for inner in among.values()):
        return name if len(among) == 1 and name in _WRAPPERS else OTHER
    if name in known:
        return name
    if name.startswith("cf_"):
        return CUSTOM
    return name if not _OF_ZOHO.isdisjoint(among) and _NAME.fullmatch(name) else OTHER


def _merged(pairs: Iterable[tuple[str, str]]) -> Shape:
    found: dict[str, set[str]] = {}
    for path, one in pairs:
        found.setdefault(path, set()).add(one)
    return {path: frozenset(kinds) for path, kinds in found.items()}


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


def _has_room(path: str, found: Shape) -> bool:
    """Whether what would hold this was seen and was not empty."""
    holder = found.get(_parent(path), frozenset())
    return "list" in holder if path.endswith("[]") else "object" in holder


def _is_nearest(path: str, expected: Expected) -> bool:
    """Whether this is where the answer departs, and not something inside of what departs already."""
    return not path or _parent(path) in expected or _parent(path) == ""
