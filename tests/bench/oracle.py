"""What each channel should have heard, worked out from scratch and from the raw rows of the stand-in.

Nothing of the product is used here, so that a mistake is not made twice. It knows pairs alone: which two
records share what makes them possible duplicates on a day, who said they are none, and what became of them.
Every channel's story is told again from its first slot on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

Row = Mapping[str, Any]
Two = frozenset[str]
Look = frozenset[tuple[str, str]]
Looks = Mapping[str, Look]

TOO_MANY = 6
SKEW = timedelta(minutes=1)
DESKS = {"info", "support", "sales"}


def looks(module: str, row: Row) -> Look:
    """What is compared of a record: kinds and values, in one spelling."""
    found: set[tuple[str, str]] = set()
    if module == "contacts":
        name = f"{row.get('firstName', '')} {row.get('lastName', '')}"
        found |= {("mail", mail.lower()) for key in ("email", "secondaryEmail") if (mail := row.get(key))}
    else:
        name = row.get("accountName") or row.get("productName") or ""
    if module == "accounts":
        found |= {("mail", row["email"].lower())} if row.get("email") else set()
        found |= {("web", row["website"])} if row.get("website") else set()
    if module == "products" and row.get("productCode"):
        found.add(("code", row["productCode"].lower()))
    if module != "products" and row.get("phone"):
        found.add(("phone", re.sub(r"\D", "", row["phone"])))
    if name.strip():
        found.add(("name", name.strip().lower()))
    return frozenset(one for one in found if one != ("mail", "test@test.com"))


def counts(module: str, value: tuple[str, str]) -> bool:
    """Whether a value says anything at all."""
    kind, text = value
    return not (module == "contacts" and kind == "mail" and text.partition("@")[0] in DESKS)


def are_alike(module: str, one: Look, other: Look, shared: Look | None = None) -> bool:
    """Whether two records are possible duplicates; ``shared`` is what both have and what counts."""
    if shared is None:
        shared = frozenset(value for value in one & other if counts(module, value))
    kinds = {kind for kind, _ in shared}
    if module == "contacts":
        return "mail" in kinds or {"name", "phone"} <= kinds
    if module == "accounts":
        return "name" in kinds and bool(kinds & {"phone", "mail", "web"})
    codes = [{text for kind, text in looked if kind == "code"} for looked in (one, other)]
    differ = bool(codes[0] and codes[1]) and codes[0].isdisjoint(codes[1])
    return "code" in kinds or ("name" in kinds and not differ)


def alike_pairs(module: str, visible: Looks) -> frozenset[Two]:
    """The possible duplicates among the records that a person sees, values on too many of them left aside."""
    holders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for record, looked in visible.items():
        for value in looked:
            holders[value].add(record)
    good = frozenset(
        value
        for value, held in holders.items()
        if counts(module, value) and ((module, value[0]) == ("contacts", "name") or len(held) < TOO_MANY)
    )
    likely = {two for value in good for two in combinations(sorted(holders[value]), 2)}
    return frozenset(
        frozenset((a, b))
        for a, b in likely
        if are_alike(module, visible[a], visible[b], visible[a] & visible[b] & good)
    )


@dataclass(frozen=True)
class Word:
    """What somebody said of two records, and on what state of them."""

    key: str
    pair: Two
    state: Looks


@dataclass(frozen=True)
class Sight:
    """What one person's login shows of one module at one moment.

    ``pairs`` are the possible duplicates among the records the channel watches; ``rows`` the looks of every
    record that is there and visible, ``bin`` those in the recycle bin that are visible, ``changed`` when each
    was changed last; ``words`` what stands, one for each pair.
    """

    pairs: frozenset[Two]
    rows: Looks
    bin: frozenset[str]
    changed: Mapping[str, datetime]
    words: Mapping[Two, Word]


@dataclass
class Story:
    """One channel and one module, from its first slot on."""

    module: str
    open: set[Two] = field(default_factory=set)
    ended: dict[Two, str] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    before: datetime | None = None
    over: frozenset[Two] = frozenset()
    """The pairs that the last slot has closed."""

    def hear(self, sight: Sight, at: datetime, *, silent: bool) -> frozenset[Two]:
        """The pairs that are news at this slot."""
        held = self.held(sight)
        there = sight.pairs - held
        ended = {pair: word.key for pair, word in sight.words.items() if pair in there}
        again = {pair for pair, key in ended.items() if self.ended.get(pair) != key}
        news = (there - self.open) | again
        self._close(sight, there)
        self.open |= there
        self.ended, self.before = ended, at
        return frozenset() if silent else frozenset(news)

    @staticmethod
    def held(sight: Sight) -> frozenset[Two]:
        """The pairs that somebody dismissed and that look as they did then."""
        return frozenset(
            pair
            for pair, word in sight.words.items()
            if all(sight.rows.get(record) == word.state[record] for record in pair)
        )

    def _close(self, sight: Sight, there: frozenset[Two]) -> None:
        """Pairs that are over: a record is in the bin or merged, or the two do not look alike any more."""
        lost = {
            pair
            for pair in self.open - there
            if pair not in sight.words or sight.words[pair].key == self.ended.get(pair)
        }
        gone = (sight.bin & _records(lost)) | self._merged(sight, lost)
        over = {pair for pair in self.open if pair & gone}
        for pair in lost:
            if all(record in sight.rows for record in pair):
                a, b = (sight.rows[record] for record in sorted(pair))
                if not are_alike(self.module, a, b):
                    over.add(pair)
        self.open -= over
        self.over = frozenset(over)

    def _merged(self, sight: Sight, lost: set[Two]) -> set[str]:
        """Records that are not shown any more while one beside them was changed since the slot before."""
        missing = {one for one in _records(lost) if one not in sight.rows and one not in sight.bin}
        fresh = missing - self.unseen
        self.unseen = missing
        if self.before is None:
            return set()
        since = self.before - SKEW
        traced = {
            one
            for pair in lost
            for one, other in _both_ways(pair)
            if one in fresh and other in sight.rows and sight.changed[other] > since
        }
        return traced if traced == fresh else set()


def _records(pairs: Iterable[Two]) -> set[str]:
    return {record for pair in pairs for record in pair}


def _both_ways(pair: Two) -> Iterator[tuple[str, str]]:
    a, b = sorted(pair)
    yield a, b
    yield b, a
