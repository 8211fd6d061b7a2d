"""The organisation of the simulation: records change and people decide, by chance but repeatably."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.store import Dismissal, Spot, Store
from tests.bench.oracle import Look, Sight, Two, Word, alike_pairs, looks
from zoho.access import Access
from zoho.records import Module
from zoho.sandbox import Org

WORKSPACE = "T01LARKFIELD"
MODULES = {
    "contacts": Module.DESK_CONTACTS,
    "accounts": Module.DESK_ACCOUNTS,
    "products": Module.DESK_PRODUCTS,
}
CITIES = ("Hamburg", "Lyon", "Porto")
_FIRST_NAMES = ("Ana", "Bo", "Cy", "Di")
_MOST_HIDDEN = 6


@dataclass(frozen=True)
class Act:
    """Something that somebody said of some pairs, and how the records looked then."""

    module: str
    said: Dismissal
    pairs: frozenset[Two]
    state: dict[str, Look]


class Town:
    """Records that change. ``happened`` counts everything that was done to them."""

    def __init__(self, org: Org, store: Store, chance: random.Random) -> None:
        self.org, self.store, self.chance = org, store, chance
        self.happened: Counter[str] = Counter()
        self._acts: dict[str, Act] = {}
        self._words: dict[str, dict[Two, Word]] = {module: {} for module in MODULES}
        self._serial = 0

    def fill(self) -> None:
        """What is there on the first day."""
        self.org.clear()
        self.org.endpoint = "404"
        for count, module in ((110, "contacts"), (45, "accounts"), (45, "products")):
            for _ in range(count):
                self._create(module)
            for _ in range(count // 8):
                self._twin(module)
        self.happened.clear()

    async def turn(self, access: Access) -> None:
        """One thing happens; people decide with ``access``."""
        module = self.chance.choices(("contacts", "accounts", "products"), (7, 2, 2))[0]
        quiet: list[tuple[int, Callable[[str], str]]] = [
            (4, self._twin), (2, self._create), (3, self._edit), (3, self._tell_apart), (4, self._edit_other),
            (2, self._move), (3, self._merge), (2, self._trash), (2, self._restore), (4, self._hide),
            (1, self._purge), (1, self._crowd), (1, self._no_evidence),
        ]  # fmt: skip
        spoken: list[tuple[int, Callable[[Access, str], Awaitable[str]]]] = [
            (4, self._dismiss),
            (2, self._undo),
        ]
        weights = [weight for weight, _ in (*quiet, *spoken)]
        place = self.chance.choices(range(len(weights)), weights)[0]
        if place < len(quiet):
            self.happened[quiet[place][1](module)] += 1
        else:
            self.happened[await spoken[place - len(quiet)][1](access, module)] += 1

    def sight(self, module: str, person: str, city: str) -> Sight:
        """What one login shows of a module, from the raw rows."""
        rows = [row for row in self._rows(module) if person == "mara" or not row.get("_restricted")]
        there = {str(row["id"]): row for row in rows if not row.get("isTrashed")}
        shown = {one: looks(module, row) for one, row in there.items()}
        watched = {one: look for one, look in shown.items() if not city or there[one].get("city") == city}
        return Sight(
            pairs=alike_pairs(module, watched),
            rows=shown,
            bin=frozenset(str(row["id"]) for row in rows if row.get("isTrashed")),
            changed={one: _instant(row) for one, row in there.items()},
            words=dict(self._words[module]),
        )

    # Looking

    def _rows(self, module: str) -> list[dict[str, Any]]:
        return list(self.org.tables[module])

    def _live(self, module: str) -> list[str]:
        return [str(row["id"]) for row in self._rows(module) if not row.get("isTrashed")]

    def _row(self, module: str, record: str) -> dict[str, Any]:
        return self.org.record(module, record)

    def _pairs(self, module: str) -> list[Two]:
        """The possible duplicates that nobody has dismissed, as an administrator sees them."""
        seen = {one: looks(module, self._row(module, one)) for one in self._live(module)}
        return sorted(alike_pairs(module, seen) - self._words[module].keys(), key=sorted)

    def _one_of_a_pair(self, module: str) -> str | None:
        pairs = self._pairs(module)
        return self.chance.choice(sorted(self.chance.choice(pairs))) if pairs else None

    def _number(self) -> str:
        self._serial += 1
        return f"{self._serial:04}"

    # Records

    def _create(self, module: str, **more: Any) -> str:
        number = self._number()
        own: dict[str, dict[str, Any]] = {
            "contacts": {
                "firstName": self.chance.choice(_FIRST_NAMES),
                "lastName": f"Lind{number}",
                "email": f"quill{number}@holm.example",
                "phone": f"+49 30 5{number}77",
                "city": self.chance.choice(CITIES),
            },
            "accounts": {"accountName": f"House {number}", "website": f"house{number}.example"},
            "products": {"productName": f"Stove {number}", "productCode": f"S-{number}"},
        }
        self.org.add(module, **{**own[module], **more})
        return "created"

    def _twin(self, module: str) -> str:
        """Somebody enters a record that is there already."""
        other = self._row(module, self.chance.choice(self._live(module)))
        is_strong = self.chance.random() < 0.7
        if module == "contacts" and is_strong and other.get("email"):
            self._create(module, email=other["email"].upper())
        elif module == "contacts":
            self._create(module, **{name: other.get(name) for name in ("firstName", "lastName", "phone")})
        elif module == "accounts":
            self._create(module, **{name: other.get(name) for name in ("accountName", "website")})
        else:
            code = other.get("productCode") if is_strong else ""
            self._create(module, productName=other["productName"], productCode=code)
        return "twins created"

    def _no_evidence(self, module: str) -> str:
        """A desk's mailbox and an address that is none; they say nothing."""
        if module == "contacts":
            self._create(module, email=self.chance.choice(("info@holm.example", "test@test.com")))
        return "records with addresses that say nothing"

    def _edit(self, module: str) -> str:
        """A compared field gets another value, sometimes somebody else's."""
        one, other = self.chance.sample(self._live(module), 2)
        fields = {
            "contacts": ("email", "secondaryEmail", "phone", "lastName"),
            "accounts": ("website", "phone", "accountName"),
            "products": ("productName", "productCode"),
        }
        name = self.chance.choice(fields[module])
        theirs = self._row(module, other).get("email" if name == "secondaryEmail" else name)
        value = theirs if theirs and self.chance.random() < 0.4 else self._value(name)
        self.org.patch(module, one, **{name: value})
        return "compared fields edited"

    def _value(self, name: str) -> str:
        number = self._number()
        return {
            "email": f"quill{number}@holm.example",
            "secondaryEmail": f"reed{number}@holm.example",
            "phone": f"+49 30 5{number}88",
            "website": f"house{number}.example",
        }.get(name, f"New {number}")

    def _tell_apart(self, module: str) -> str:
        """Somebody who tidies up gives one of two their own values."""
        one = self._one_of_a_pair(module)
        if one is None:
            return self._create(module)
        number = self._number()
        apart: dict[str, dict[str, str]] = {
            "contacts": {
                "email": f"quill{number}@holm.example",
                "secondaryEmail": "",
                "phone": f"+49 30 5{number}99",
            },
            "accounts": {"accountName": f"House {number}"},
            "products": {"productName": f"Stove {number}", "productCode": f"S-{number}"},
        }
        self.org.patch(module, one, **apart[module])
        return "pairs told apart by an edit"

    def _edit_other(self, module: str) -> str:
        """Something that nobody compares."""
        name = self.chance.choice(("description", "mobile", "ownerId"))
        self.org.patch(module, self.chance.choice(self._live(module)), **{name: self._number()})
        return "other fields edited"

    def _move(self, module: str) -> str:
        """A contact moves to another town, and so out of one channel's filter and into another's."""
        if module != "contacts":
            return self._edit_other(module)
        self.org.patch(module, self.chance.choice(self._live(module)), city=self.chance.choice(CITIES))
        return "moved between filters"

    def _merge(self, module: str) -> str:
        """Two become one in Zoho: one is changed, the other is no more."""
        pairs = self._pairs(module)
        if not pairs or module == "products":
            return self._create(module)
        kept, lost = self.chance.sample(sorted(self.chance.choice(pairs)), 2)
        self.org.patch(module, kept, description=f"merged {self._number()}")
        self.org.remove(module, lost)
        return "merged in Zoho"

    def _purge(self, module: str) -> str:
        """A record is gone without a trace on any other."""
        one = self._one_of_a_pair(module)
        if one is None or module != "contacts":
            return self._create(module)
        self.org.remove(module, one)
        return "gone without a trace"

    def _trash(self, module: str) -> str:
        one = self._one_of_a_pair(module)
        if one is None:
            return self._create(module)
        self.org.trash(module, one)
        return "moved to the recycle bin"

    def _restore(self, module: str) -> str:
        binned = [str(row["id"]) for row in self._rows(module) if row.get("isTrashed")]
        if not binned:
            return self._create(module)
        self.org.patch(module, self.chance.choice(binned), isTrashed=False)
        return "restored"

    def _hide(self, module: str) -> str:
        """A profile shows a record no more, or again; this changes nothing of the record."""
        hidden = [one for one in self._live(module) if self._row(module, one).get("_restricted")]
        one = self._one_of_a_pair(module)
        if module != "contacts" or one is None:
            return self._create(module)
        if hidden and (len(hidden) >= _MOST_HIDDEN or self.chance.random() < 0.5):
            del self._row(module, self.chance.choice(hidden))["_restricted"]
            self.org.remove(module)  # what was worked out before is forgotten
            return "shown to a profile again"
        self._row(module, one)["_restricted"] = True
        self.org.remove(module)
        return "hidden from a profile"

    def _crowd(self, module: str) -> str:
        """So many records get one address that it means nothing any more; later it does again."""
        one = self._one_of_a_pair(module)
        if module != "contacts" or one is None or self.happened["addresses shared by too many"] >= 3:
            return self._create(module)
        address = self._row(module, one).get("email") or "many@holm.example"
        for _ in range(5):
            self._create(module, email=address)
        return "addresses shared by too many"

    # Decisions

    async def _dismiss(self, access: Access, module: str) -> str:
        """Somebody says of a pair, or of one of three, that it is none."""
        pairs = self._pairs(module)
        if not pairs:
            return self._create(module)
        pair = self.chance.choice(pairs)
        others = sorted({one for two in pairs if two & pair for one in two} - pair)
        third = [one for one in others if all(frozenset((one, other)) in pairs for other in pair)][:1]
        members = sorted({*pair, *third})
        spot = Spot(WORKSPACE, "eu", access.connection.org_id, MODULES[module])
        records = await access.desk.records(MODULES[module], members)
        out = [self.chance.choice(members)] if third else []
        said = await self.store.dismissals.dismiss(spot, records, "U1", out=out)
        self._say(module, said)
        return "groups split by taking one out" if third else "pairs dismissed"

    def _say(self, module: str, said: Dismissal) -> None:
        pairs = frozenset(frozenset(two) for two in said.pairs)
        state = {one: looks(module, self._row(module, one)) for one in said.members}
        self._acts[said.key] = Act(module, said, pairs, state)
        for pair in pairs:
            before = self._words[module].get(pair)
            if before is None or any(before.state[one] != state[one] for one in pair):
                self._words[module][pair] = Word(said.key, pair, {one: state[one] for one in pair})

    async def _undo(self, access: Access, module: str) -> str:
        """Somebody takes a decision back; what others said of the same state of two records holds on."""
        keys = [key for key, act in self._acts.items() if act.module == module]
        if not keys:
            return self._create(module)
        act = self._acts.pop(self.chance.choice(keys))
        await self.store.dismissals.withdraw(act.said, "U2")
        words = self._words[module]
        for pair in act.pairs:
            word = words.get(pair)
            if word is None or word.key != act.said.key:
                continue
            del words[pair]
            for heir in sorted(self._acts.values(), key=lambda one: one.said.at, reverse=True):
                is_same = heir.module == module and pair in heir.pairs
                if is_same and all(heir.state[one] == word.state[one] for one in pair):
                    words[pair] = Word(heir.said.key, pair, word.state)
                    break
        return "dismissals undone"


def _instant(row: dict[str, Any]) -> datetime:
    millis = row.get("modifiedTime") or row["createdTime"]
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(millis))
