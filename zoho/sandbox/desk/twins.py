"""Which products the mission's endpoint takes for the same: one code, or one name and no differing code."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from zoho.sandbox.tables import Row

Group = list[Row]


def product_groups(rows: Iterable[Row]) -> list[tuple[str, Group]]:
    """The groups with the value they share, in the order of their first record.

    Two products belong together when their codes are the same, or when their names are and the codes do not
    differ; a group holds only records that all belong together, so one record may stand in two groups.
    """
    kept = list(rows)
    order = {row["id"]: place for place, row in enumerate(kept)}
    groups = _merged([*_same_name(kept), *_same_code(kept)])
    listed = [sorted(group, key=lambda row: order[row["id"]]) for group in groups]
    listed.sort(key=lambda group: (order[group[0]["id"]], order[group[1]["id"]]))
    return [(_value(group), group) for group in listed]


def _norm(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _name(row: Row) -> str:
    return _norm(row.get("productName", ""))


def _code(row: Row) -> str:
    return _norm(row.get("productCode", ""))


def _same_name(rows: Iterable[Row]) -> Iterator[Group]:
    for named in _by(rows, _name):
        without = [row for row in named if not _code(row)]
        codes = list(_by(named, _code))
        yield from (group for group in ([*coded, *without] for coded in codes) if len(group) > 1)
        if not codes and len(without) > 1:
            yield without


def _same_code(rows: Iterable[Row]) -> Iterator[Group]:
    return (group for group in _by(rows, _code) if len(group) > 1)


def _by(rows: Iterable[Row], key: Callable[[Row], str]) -> Iterable[Group]:
    found: dict[str, Group] = defaultdict(list)
    for row in rows:
        if value := key(row):
            found[value].append(row)
    return found.values()


def _belong(one: Row, other: Row) -> bool:
    codes = {code for code in (_code(one), _code(other)) if code}
    if len(codes) == 2:
        return False
    same_code = bool(codes) and _code(one) == _code(other)
    return same_code or (bool(_name(one)) and _name(one) == _name(other))


def _merged(groups: list[Group]) -> list[Group]:
    """Groups that share a record become one where every pair across them belongs together."""
    waiting = [{row["id"]: row for row in group} for group in groups]
    done: list[dict[str, Row]] = []
    while waiting:
        members = waiting.pop(0)
        partner = next((one for one in done if members.keys() & one.keys() and _fit(members, one)), None)
        if partner is None:
            done.append(members)
        else:
            done.remove(partner)
            waiting.append({**partner, **members})
    return [list(members.values()) for members in done]


def _fit(one: dict[str, Row], other: dict[str, Row]) -> bool:
    return all(_belong(a, b) for a in one.values() for b in other.values() if a["id"] != b["id"])


def _value(group: Group) -> str:
    names = {_name(row) for row in group}
    return str(group[0].get("productName" if len(names) == 1 else "productCode", ""))
