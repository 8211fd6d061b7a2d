"""One organisation (portal) of the stand-in's Desk: its records, its settings, and what its calls cost it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from zoho.sandbox.data.fill import generated
from zoho.sandbox.tables import MODULES, Row, Table, millis

FLAG_FIELD = "cf_suspected_duplicate"
ENDPOINTS = ("grouped", "flat", "error", "404", "405", "422", "scope")


@dataclass(frozen=True, slots=True)
class Edition:
    """What an edition gives: credits a day, credits per agent, calls at the same time."""

    name: str
    base: int
    per_agent: int
    concurrent: int


EDITIONS = {
    edition.name: edition
    for edition in (
        Edition("FREE", 5_000, 0, 5),
        Edition("EXPRESS", 25_000, 100, 10),
        Edition("STANDARD", 50_000, 250, 10),
        Edition("PROFESSIONAL", 75_000, 500, 15),
        Edition("ENTERPRISE", 100_000, 1_000, 25),
    )
}


@dataclass(slots=True)
class Quirks:
    """Where Zoho's papers leave room, one organisation behaves one way and another the other.

    ``accounts_from_zero``: False refuses ``from=0`` on the account list, which counts from 1.
    ``empty_list``: True answers 200 with empty ``data`` where others answer 204.
    ``limit_counts_groups``: the group calls count groups, not members, against ``limit``.
    ``null_values``: the value calls also tell of records without a value, as ``fieldValue`` null.
    ``numbers_as_text``: counts come as text; ``epoch_times``: some times come as milliseconds.
    ``search_counts``: False leaves the number of all hits out of a search's answer.
    ``bare_groups``: the mission's endpoint answers a bare array instead of ``{"data": …}``.
    ``hidden_status``: what a single read answers for a record the person's profile hides.
    """

    accounts_from_zero: bool = True
    empty_list: bool = False
    limit_counts_groups: bool = False
    null_values: bool = False
    numbers_as_text: bool = False
    epoch_times: bool = False
    search_counts: bool = True
    bare_groups: bool = False
    hidden_status: int = 404

    def count(self, number: int) -> int | str:
        """A number of records as this organisation writes it."""
        return str(number) if self.numbers_as_text else number


@dataclass(slots=True)
class View:
    """A saved list view or filter: the records of one module whose fields have these values."""

    module: str
    values: Mapping[str, str]


@dataclass(slots=True)
class Comment:
    """A comment on a contact or an account."""

    id: str
    module: str
    record: str
    content: str
    content_type: str
    person: str
    name: str
    at: int


@dataclass(slots=True)
class Usage:
    """What the organisation's calls used: credits of one day, and calls at the same time."""

    day: str = ""
    spent: int = 0
    in_flight: int = 0
    highest_in_flight: int = 0


@dataclass(kw_only=True)
class Org:
    """One portal. Every field but the names may be changed while the stand-in runs.

    ``endpoint`` says how the mission's endpoint answers: one of ``ENDPOINTS``. ``large_at`` is the number of
    records from which the value calls answer 202. ``index_lag`` (seconds) keeps new records out of searches;
    ``search_depth`` is the highest ``from`` a search takes. ``custom_fields`` are what the layouts have.
    ``portal_url`` is the portal's web address where it is not the data centre's own.
    """

    id: str
    name: str
    portal: str
    dc: str
    now: Callable[[], datetime]
    edition: Edition
    agents: int = 10
    is_sandbox: bool = False
    portal_url: str = ""
    endpoint: str = "grouped"
    endpoint_error: str = "Duplicate check is switched off for this portal"
    large_at: int = 100_000
    index_lag: float = 0
    search_depth: int = 999
    credits_total: int = 0
    quirks: Quirks = field(default_factory=Quirks)
    custom_fields: dict[str, set[str]] = field(default_factory=lambda: {module: set() for module in MODULES})
    views: dict[str, View] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    default_fields: dict[str, str] = field(
        default_factory=lambda: {"contacts": "email", "accounts": "accountName"}
    )
    usage: Usage = field(default_factory=Usage)
    tables: dict[str, Table] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = {
            module: Table(module, self.now, self._first_id(number)) for number, module in enumerate(MODULES)
        }
        self.credits_total = self.credits_total or self.edition.base + self.edition.per_agent * self.agents
        self._next_comment = self._first_id(len(MODULES))

    def _first_id(self, kind: int) -> int:
        """Where the ids of one kind of thing begin: 18 digits, more than a float holds."""
        return int(self.id) * 10_000_000 + 2_000_000 * kind + 1

    # -- records, from tests --------------------------------------------------------------------------

    def add(self, module: str, **values: Any) -> str:
        """Take in a record by Zoho's names and give its id; ``restricted`` hides it from lesser profiles."""
        if "restricted" in values:
            values["_restricted"] = values.pop("restricted")
        return self.tables[module].add(values)

    def add_many(self, module: str, rows: Iterable[Row]) -> tuple[str, ...]:
        """Take in several records; their ids."""
        return tuple(self.add(module, **row) for row in rows)

    def patch(self, module: str, record: str, **values: Any) -> None:
        """Change fields of one record, as a person in Zoho's own web page would (this is no write)."""
        self.tables[module].patch(record, values)

    def trash(self, module: str, *records: str) -> None:
        """Move records to the recycle bin."""
        self.tables[module].trash(records)

    def remove(self, module: str, *records: str) -> None:
        """Delete records for good; reads then answer 404."""
        self.tables[module].remove(records)

    def clear(self, *modules: str) -> None:
        """Delete every record of these modules, of all when none is named."""
        for module in modules or MODULES:
            self.tables[module].clear()

    def fill(
        self,
        module: str,
        count: int,
        *,
        duplicates: int = 0,
        start: datetime = datetime(2021, 1, 4, 8, tzinfo=UTC),
        step: timedelta = timedelta(minutes=10),
    ) -> None:
        """Add ``count`` generated records; ``duplicates`` values are each on two of them.

        The value is the e-mail of contacts, name and website of accounts, the name of products. Records are
        created one after the other, ``step`` apart from ``start`` on.
        """
        table = self.tables[module]
        first = int(table.free_id())
        table.take_in(
            generated(
                module,
                first=first,
                count=count,
                duplicates=duplicates,
                start=millis(start),
                step=int(step.total_seconds() * 1000),
            )
        )

    def record(self, module: str, record: str) -> Row:
        """One record as it is kept; KeyError when there is none."""
        return self.tables[module].rows[record]

    # -- comments -------------------------------------------------------------------------------------

    def comments_on(self, module: str, record: str) -> list[Comment]:
        """The comments of a record, oldest first."""
        return [
            comment
            for comment in self.comments.values()
            if comment.module == module and comment.record == record
        ]

    def add_comment(
        self, module: str, record: str, content: str, content_type: str, by: str, name: str
    ) -> Comment:
        """Keep a comment and give it an id."""
        self._next_comment += 1
        comment = Comment(
            id=str(self._next_comment),
            module=module,
            record=record,
            content=content,
            content_type=content_type,
            person=by,
            name=name,
            at=millis(self.now()),
        )
        self.comments[comment.id] = comment
        return comment

    # -- what calls cost ------------------------------------------------------------------------------

    @property
    def credits_left(self) -> int:
        """Credits left today; they are whole again at midnight, UTC."""
        self._turn_the_day()
        return max(0, self.credits_total - self.usage.spent)

    @credits_left.setter
    def credits_left(self, value: int) -> None:
        self._turn_the_day()
        self.usage.spent = self.credits_total - value

    def spend(self, price: int) -> None:
        """Take a call's price from today's credits."""
        self._turn_the_day()
        self.usage.spent += price

    def seconds_to_midnight(self) -> int:
        """How long until the credits are back."""
        now = self.now().astimezone(UTC)
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        return int((midnight - now).total_seconds()) + 1

    def _turn_the_day(self) -> None:
        today = self.now().astimezone(UTC).date().isoformat()
        if self.usage.day != today:
            self.usage.day, self.usage.spent = today, 0
