"""Reading a whole module by search windows: every record once, never above the price."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zoho.duplicates.desk_stand import Stand
from tests.zoho.test_desk import Fake
from zoho.client import Reply
from zoho.desk import Desk, SearchPage
from zoho.duplicates.windows import Outcome, Price, Progress, price, read
from zoho.errors import BadRequest, ScopeMissing, ServerError, TooLarge, UnknownFilter
from zoho.records import Module, Record

CONTACTS = Module.DESK_CONTACTS
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
START = datetime(2024, 1, 1, tzinfo=UTC)


class Searched:
    """A module that can be searched by windows, as Zoho's papers say it can, with some ways to differ."""

    def __init__(
        self,
        created: Sequence[datetime],
        *,
        with_times: bool = True,
        with_count: bool = True,
        depth: int = 999,
        order: int = 1,
    ) -> None:
        self.rows = [(str(number), when) for number, when in enumerate(sorted(created))]
        self._with_times, self._with_count, self._depth, self._order = with_times, with_count, depth, order
        self._dies_at = 0  # the call at which the process that reads is gone
        self.fake = Fake(self.answer)

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return len(self.fake.asked)

    def answer(self, path: str, query: Mapping[str, str]) -> object:
        """What Zoho's search answers."""
        if self.calls == self._dies_at:
            raise Ended
        offset = int(query["from"])
        if offset > self._depth:
            return BadRequest("The value passed for the 'from' parameter is invalid.", status=422)
        since, until = (datetime.fromisoformat(part) for part in query["createdTimeRange"].split(","))
        found = [row for row in self.rows if since <= row[1] <= until][:: self._order]
        page = found[offset : offset + int(query["limit"])]
        if not page:
            return Reply(204, None)
        rows = [{"id": one, "createdTime": _iso(when) if self._with_times else None} for one, when in page]
        return {"data": rows, "count": len(found)} if self._with_count else {"data": rows}

    async def read(self, ceiling: int = 10**9) -> tuple[Outcome, list[str]]:
        """Read it all; the outcome, and the ids in the order they were handed over."""
        got: list[str] = []

        async def take(records: Sequence[Record]) -> None:
            got.extend(record.id for record in records)

        async def tell(rows: int, spent: int) -> None:
            assert rows == len(got)
            assert spent == 3 * self.calls

        outcome = await read(Desk(self.fake), CONTACTS, ceiling=ceiling, now=NOW, take=take, tell=tell)
        return outcome, got

    async def read_on(
        self, journal: Notebook, lives: Sequence[int], ceiling: int = 10**9
    ) -> tuple[Outcome, list[str]]:
        """Read it all by processes of which each but the last dies at such a call of its own; the outcome of
        the last one, and the ids that it handed over."""
        for life in lives:
            self._dies_at = self.calls + life
            with suppress(Ended):
                await self._read_once(journal, ceiling)
            if journal.used + 3 <= ceiling:
                journal.used += 3  # as whoever goes on counts the call that was under way
        self._dies_at = 0
        return await self._read_once(journal, ceiling)

    async def _read_once(self, journal: Notebook, ceiling: int) -> tuple[Outcome, list[str]]:
        got: list[str] = []

        async def take(records: Sequence[Record]) -> None:
            got.extend(record.id for record in records)

        async def tell(rows: int, spent: int) -> None:
            assert spent <= ceiling

        desk = Desk(self.fake)
        outcome = await read(desk, CONTACTS, ceiling=ceiling, now=NOW, take=take, tell=tell, journal=journal)
        return outcome, got


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def every(minutes: float, count: int) -> list[datetime]:
    """So many instants, equally far apart."""
    return [START + timedelta(minutes=minutes * number) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 999, 1_000, 1_001, 1_100, 5_432])
async def test_every_record_is_read_once_for_three_credits_a_hundred(count: int) -> None:
    module = Searched(every(7, count))

    outcome, got = await module.read()

    assert sorted(got, key=int) == [row for row, _ in module.rows]
    assert (outcome.read, outcome.is_whole, outcome.missed) == (count, True, 0)
    assert module.calls <= count // 100 + count // 1_000 + 2
    assert outcome.credits == 3 * module.calls


@pytest.mark.parametrize("with_count", [True, False])
async def test_rows_without_times_are_reached_by_splitting_windows(with_count: bool) -> None:
    module = Searched([*every(7, 2_500), *every(0.01, 700)], with_times=False, with_count=with_count)

    outcome, got = await module.read()

    assert (len(got), len(set(got)), outcome.is_whole) == (3_200, 3_200, True)
    assert module.calls <= 200


async def test_records_of_one_instant_that_no_search_reaches_are_counted_as_missed() -> None:
    crowd = [START + timedelta(days=1)] * 1_700
    module = Searched([*every(1, 300), *crowd, *(START + timedelta(days=2 + n) for n in range(300))])

    outcome, got = await module.read()

    assert len(got) == len(set(got)) == 300 + 1_000 + 300
    assert (outcome.is_whole, outcome.missed) == (False, 700)


async def test_many_records_of_one_instant_that_a_search_reaches_are_all_read() -> None:
    module = Searched(
        [
            *every(1, 950),
            *[START + timedelta(days=1)] * 990,
            *(START + timedelta(days=3 + n) for n in range(50)),
        ]
    )

    outcome, got = await module.read()

    assert len(set(got)) == 950 + 990 + 50
    assert outcome.is_whole


async def test_a_search_that_reaches_less_far_than_its_papers_say_is_split_earlier() -> None:
    module = Searched(every(7, 2_000), depth=499)

    outcome, got = await module.read()

    assert (len(set(got)), outcome.is_whole) == (2_000, True)


async def test_records_out_of_order_are_an_error_since_windows_would_lose_some() -> None:
    with pytest.raises(ServerError):
        await Searched(every(7, 2_000), order=-1).read()


@pytest.mark.parametrize("ceiling", [0, 2, 3, 30, 59])
async def test_a_read_stops_at_its_price_and_says_how_far_it_came(ceiling: int) -> None:
    outcome, got = await Searched(every(7, 2_000)).read(ceiling)

    assert outcome == Outcome(len(got), ceiling // 3 * 3, is_whole=False)
    assert outcome.credits <= ceiling


INSTANTS = st.lists(st.tuples(st.integers(0, 900_000), st.integers(1, 400)), max_size=12).map(
    lambda runs: [
        START + timedelta(seconds=first, milliseconds=number)
        for first, many in runs
        for number in range(many)
    ]
)


@settings(max_examples=40, deadline=None)
@given(
    created=INSTANTS,
    with_times=st.booleans(),
    with_count=st.booleans(),
    depth=st.sampled_from((99, 300, 999)),
)
async def test_whatever_the_times_every_record_is_read_once(
    created: list[datetime], with_times: bool, with_count: bool, depth: int
) -> None:
    module = Searched(created, with_times=with_times, with_count=with_count, depth=depth)

    outcome, got = await module.read()

    assert len(got) == len(set(got))
    assert len(got) + outcome.missed >= len(created)
    if not outcome.missed:
        assert (len(got), outcome.is_whole) == (len(created), True)


@settings(max_examples=40, deadline=None)
@given(created=INSTANTS, with_times=st.booleans(), ceiling=st.integers(0, 200))
async def test_no_read_spends_more_than_its_ceiling(
    created: list[datetime], with_times: bool, ceiling: int
) -> None:
    module = Searched(created, with_times=with_times)

    outcome, _ = await module.read(ceiling)

    assert outcome.credits == 3 * module.calls <= ceiling


# -- gone on with -------------------------------------------------------------------------------------


class Notebook:
    """A journal in memory."""

    def __init__(self) -> None:
        self.began, self.used = NOW, 0
        self._pages: dict[str, SearchPage] = {}

    async def find(self, place: str) -> SearchPage | None:
        """The page that was kept for this place."""
        return self._pages.get(place)

    async def keep(self, place: str, page: SearchPage, *, read: int, used: int) -> None:
        """Keep it; no page comes twice."""
        assert place not in self._pages
        self._pages[place], self.used = page, used

    async def note(self, used: int) -> None:
        """Keep what was used."""
        self.used = used


class Ended(Exception):
    """The process that read is gone."""


@settings(max_examples=60, deadline=None)
@given(
    created=INSTANTS,
    with_times=st.booleans(),
    with_count=st.booleans(),
    lives=st.lists(st.integers(1, 12), min_size=1, max_size=3),
)
async def test_a_read_that_was_cut_short_goes_on_and_pays_for_no_page_twice(
    created: list[datetime], with_times: bool, with_count: bool, lives: list[int]
) -> None:
    module = Searched(created, with_times=with_times, with_count=with_count)
    straight, all_of_it = await module.read()
    calls = module.calls
    module.fake.asked.clear()
    journal = Notebook()

    outcome, got = await module.read_on(journal, lives)

    assert got == all_of_it
    assert (outcome.read, outcome.missed) == (straight.read, straight.missed)
    assert module.calls <= calls + len(lives)  # one answer is lost with each process
    assert 3 * module.calls <= outcome.credits


@settings(max_examples=60, deadline=None)
@given(
    created=INSTANTS,
    depth=st.sampled_from((99, 300, 999)),
    lives=st.lists(st.integers(1, 12), min_size=1, max_size=3),
    ceiling=st.integers(0, 200),
)
async def test_a_read_that_was_cut_short_spends_no_more_than_its_ceiling_either(
    created: list[datetime], depth: int, lives: list[int], ceiling: int
) -> None:
    module = Searched(created, with_times=False, depth=depth)

    await module.read_on(Notebook(), lives, ceiling)

    assert 3 * module.calls <= ceiling


# -- the price ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 101, 1_000, 12_345, 40_000])
@pytest.mark.parametrize("with_times", [True, False])
async def test_the_price_named_before_is_enough(count: int, with_times: bool) -> None:
    module = Searched(every(7, count), with_times=with_times)
    named = await price(Desk(module.fake), CONTACTS, now=NOW, left=None)
    module.fake.asked.clear()

    outcome, got = await module.read(named.credits)

    assert (named.rows, len(got), outcome.is_whole) == (count, count, True)


async def test_one_hundred_thousand_records_cost_at_most_three_thousand_three_hundred() -> None:
    rows = [{"id": str(number), "createdTime": _iso(when)} for number, when in enumerate(every(1, 100))]
    desk = Desk(Fake(lambda path, query: {"data": rows, "count": 100_000}))

    assert (await price(desk, CONTACTS, now=NOW, left=None)).credits <= 3_300


@pytest.mark.parametrize(
    ("price_", "is_dear"),
    [
        (Price(10_000, 500, None), False),
        (Price(10_000, 501, None), True),
        (Price(10_000, 400, 4_000), False),
        (Price(10_000, 400, 3_999), True),
        (Price(10, 30, 0), True),
    ],
)
def test_a_read_is_dear_above_500_credits_or_a_tenth_of_what_is_left(price_: Price, is_dear: bool) -> None:
    assert price_.is_dear is is_dear


async def test_a_count_that_may_be_that_of_the_page_alone_is_not_believed() -> None:
    module = Searched(every(7, 2_345))
    whole = module.fake

    def answers(path: str, query: Mapping[str, str]) -> object:
        answer = module.answer(path, query)
        return {**answer, "count": len(answer["data"])} if isinstance(answer, dict) else answer

    module.fake = Fake(answers)
    outcome, got = await module.read()

    assert (len(set(got)), outcome.is_whole) == (2_345, True)
    assert (await price(Desk(module.fake), CONTACTS, now=NOW, left=None)).rows is None
    assert whole.asked == []


@pytest.mark.parametrize(("left", "ceiling"), [(None, 3_000), (50_000, 3_000), (1_003, 1_000), (0, 0)])
async def test_without_a_count_a_ceiling_is_named_that_the_day_can_pay(
    left: int | None, ceiling: int
) -> None:
    module = Searched(every(7, 500), with_count=False)

    named = await price(Desk(module.fake), CONTACTS, now=NOW, left=left)

    assert (named.rows, named.credits) == (None, ceiling)


# -- over the stand-in --------------------------------------------------------------------------------


async def quiet(_: Progress) -> None:
    """Hears of progress and does nothing."""


async def test_a_large_module_is_read_grouped_and_told_about(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.fill("contacts", 2_500, duplicates=40)
    search = await desk.search("mara")
    named = await search.price(CONTACTS, {})
    before = org.credits_left
    heard: list[Progress] = []

    async def tell(progress: Progress) -> None:
        heard.append(progress)

    found = await search.read(CONTACTS, {}, named, tell)

    assert (found.source, found.total, found.records, found.compared) == ("list", 40, 80, 2_500)
    assert (found.out_of, found.so_far, found.is_complete) == (None, False, True)
    assert before - org.credits_left == heard[-1].credits <= named.credits
    assert (heard[-1].read, heard[-1].rows, heard[-1].groups) == (2_500, 2_500, 40)
    assert [one.read for one in heard] == sorted(one.read for one in heard)


async def test_the_credits_left_are_those_zoho_named_last(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.org("larkfield").credits_left = 60

    await search.run(CONTACTS, {}, groups=0)
    named = await search.price(CONTACTS, {})

    assert named.left is not None
    assert named.left <= 60
    assert named.is_dear


async def test_a_read_that_stops_at_its_price_says_so_far_and_out_of_how_many(desk: Stand) -> None:
    desk.org("larkfield", empty=True).fill("contacts", 1_500, duplicates=10)
    search = await desk.search("mara")

    found = await search.read(CONTACTS, {}, Price(1_500, 30, None), quiet)

    assert (found.compared, found.out_of, found.so_far) == (1_000, 1_500, True)


async def test_a_cancelled_read_makes_no_further_call_and_leaves_no_process(desk: Stand) -> None:
    desk.org("larkfield", empty=True).fill("contacts", 3_000)
    search = await desk.search("mara")
    reached = asyncio.Event()

    async def tell(progress: Progress) -> None:
        if progress.read >= 500:
            reached.set()
            await asyncio.sleep(30)

    reading = asyncio.create_task(search.read(CONTACTS, {}, Price(3_000, 500, None), tell))
    await reached.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    calls = len(desk.paths())
    await asyncio.sleep(0.05)
    assert len(desk.paths()) == calls == 5


async def test_filters_are_compared_on_what_was_read(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for kind in ("customer", "customer", "lead"):
        org.add("contacts", lastName="Roe", email="a@roe.example", type=kind)
    search = await desk.search("mara")
    named = await search.price(CONTACTS, {"type": "CUSTOMER"})

    found = await search.read(CONTACTS, {"type": "CUSTOMER"}, named, quiet)
    assert (found.total, found.records, found.compared) == (1, 2, 2)
    with pytest.raises(UnknownFilter):
        await search.read(CONTACTS, {"nothing": "x"}, named, quiet)


async def test_a_view_cannot_be_read_by_windows(desk: Stand) -> None:
    search = await desk.search("mara")

    with pytest.raises(TooLarge):
        await search.price(CONTACTS, {"viewId": "1"})


async def test_windows_need_the_search_scope(desk: Stand) -> None:
    search = await desk.search("mara", ["Desk.contacts.READ", "Desk.basic.READ"])

    with pytest.raises(ScopeMissing) as raised:
        await search.price(CONTACTS, {})
    assert raised.value.missing == ("Desk.search.READ",)
    assert desk.paths() == []


async def test_an_empty_module_is_proved(desk: Stand) -> None:
    desk.org("larkfield", empty=True)
    search = await desk.search("mara")

    found = await search.read(CONTACTS, {}, await search.price(CONTACTS, {}), quiet)

    assert (found.total, found.compared) == (0, 0)
    assert desk.paths()[-1] == "accessibleOrganizations"


async def test_the_price_is_held_against_what_is_left_now_and_not_hours_ago(desk: Stand) -> None:
    desk.org("larkfield").fill("contacts", 300)
    search = await desk.search("mara")
    await search.reread(CONTACTS, ["1"])
    desk.org("larkfield").credits_left = 100

    price = await search.price(CONTACTS, {})

    assert price.left == 97
    assert price.is_dear


@pytest.mark.parametrize("filters", [{"viewId": "1"}, {"city": "Hamburg"}])
async def test_filters_that_only_the_list_serves_are_not_priced(
    desk: Stand, filters: Mapping[str, str]
) -> None:
    search = await desk.search("mara")

    with pytest.raises(TooLarge):
        await search.price(CONTACTS, filters)

    assert desk.paths() == []
