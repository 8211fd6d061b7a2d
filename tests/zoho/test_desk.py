"""The endpoint methods of Desk: what each one asks, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoho.client import Reply
from zoho.desk import LIMIT, Desk, ValueCount, pages, together
from zoho.errors import (
    BadRequest,
    NotFound,
    PermissionRefused,
    ScopeMissing,
    ServerError,
    TooLarge,
    WrongRegion,
    ZohoError,
)
from zoho.records import Module

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS
Answers = Callable[[str, Mapping[str, str]], object]


class Fake:
    """A session that a function answers: a value, a `Reply`, or an error to be raised."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.asked: list[tuple[str, str, Mapping[str, object]]] = []
        self.without_org: list[str] = []

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, with_org: bool = True) -> Reply:
        if not with_org:
            self.without_org.append(path)
        return self._reply("GET", path, query or {})

    async def post(self, path: str, body: Mapping[str, object]) -> Reply:
        return self._reply("POST", path, body)

    async def patch(self, path: str, body: Mapping[str, object]) -> Reply:
        return self._reply("PATCH", path, body)

    async def delete(self, path: str) -> Reply:
        return self._reply("DELETE", path, {})

    def _reply(self, method: str, path: str, sent: Mapping[str, object]) -> Reply:
        path = path.removeprefix("/api/v1/")
        self.asked.append((method, path, sent))
        answer = self._answers(path, {name: str(value) for name, value in sent.items()})
        if isinstance(answer, ZohoError):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(200, answer)


def answering(value: object) -> tuple[Desk, Fake]:
    """A Desk whose every call is answered in the same way, and what it was asked."""
    fake = Fake(lambda path, query: value)
    return Desk(fake), fake


async def test_p_becomes_the_query_and_nothing_is_added() -> None:
    desk, fake = answering([])

    await desk.duplicate_products({})
    await desk.duplicate_products({"name": "Größe & Co", "limit": "5"})

    assert fake.asked == [
        ("GET", "products/duplicate", {}),
        ("GET", "products/duplicate", {"name": "Größe & Co", "limit": "5"}),
    ]


async def test_the_path_of_the_duplicate_endpoint_is_a_setting() -> None:
    fake = Fake(lambda path, query: [])

    await Desk(fake, products_duplicate_path="/api/v2/twins").duplicate_products({})

    assert fake.asked[0][1] == "/api/v2/twins"


async def test_a_202_is_neither_an_empty_list_nor_a_page() -> None:
    desk, _ = answering(Reply(202, None))

    with pytest.raises(TooLarge) as raised:
        await desk.duplicate_values(CONTACTS, "bothEmail", offset=0)
    assert raised.value.rows == 100_000
    with pytest.raises(TooLarge):
        await desk.duplicate_products({})


async def test_values_are_asked_most_shared_first_and_read_with_their_odd_types() -> None:
    desk, fake = answering(
        {"data": [{"fieldValue": "a@b.example", "count": "3"}, {"fieldValue": None, "count": 9}]}
    )

    page = await desk.duplicate_values(CONTACTS, "bothEmail", offset=200)

    assert page == (ValueCount("a@b.example", 3), ValueCount("", 9))
    assert fake.asked == [
        (
            "GET",
            "groupContactDuplicateValues",
            {"fieldName": "bothEmail", "from": "200", "limit": "100", "sortBy": "-count"},
        )
    ]


async def test_no_content_is_an_empty_page() -> None:
    desk, _ = answering(Reply(204, None))

    assert await desk.duplicate_values(ACCOUNTS, "accountName", offset=0) == ()
    assert await desk.page(PRODUCTS, offset=0) == ()
    assert await desk.products_named("Mug") == ()
    assert await desk.holders(CONTACTS, "phone", "1") == ()
    assert (await desk.search_window(CONTACTS, since=_at(1), until=_at(2), offset=0)).count is None


async def test_holders_are_read_from_every_group_with_the_account_beside_it() -> None:
    desk, fake = answering(
        {
            "data": [
                {"fieldValue": "a", "account": {"id": "9", "accountName": "Acme"}, "contacts": [{"id": "1"}]},
                {"fieldValue": "b", "contacts": [{"id": "2"}, {"id": "1"}]},
                {"fieldValue": "c", "contacts": None},
            ]
        }
    )

    found = await desk.holders(CONTACTS, "bothEmail", "a+b@x.example, c")

    assert [(record.id, record.account_name) for record in found] == [("1", "Acme"), ("2", "")]
    assert fake.asked[0][2] == {
        "fieldName": "bothEmail",
        "fieldValues": "a+b@x.example, c",
        "from": "0",
        "limit": "100",
        "include": "accounts",
    }
    assert len(fake.asked) == 1


async def test_holders_are_paged_to_the_end_whatever_the_limit_counts() -> None:
    members = [{"id": str(number)} for number in range(250)]

    def counts_members(path: str, query: Mapping[str, str]) -> object:
        start = int(query["from"])
        return {"data": [{"fieldValue": "x", "accounts": members[start : start + 100]}]}

    def counts_groups(path: str, query: Mapping[str, str]) -> object:
        return (
            {"data": [{"fieldValue": "x", "accounts": members}]} if query["from"] == "0" else Reply(204, None)
        )

    for answers in (counts_members, counts_groups):
        assert len(await Desk(Fake(answers)).holders(ACCOUNTS, "accountName", "x")) == 250


async def test_a_list_is_asked_oldest_first_with_what_it_knows() -> None:
    desk, fake = answering({"data": []})

    await desk.page(PRODUCTS, offset=0, filters=[("ownerId", "7")], fields=("productName", "cf_x"))
    await desk.page(CONTACTS, offset=100)

    assert [sent for _, _, sent in fake.asked] == [
        {"from": "0", "limit": "100", "sortBy": "createdTime", "ownerId": "7", "fields": "productName,cf_x"},
        {"from": "100", "limit": "100", "sortBy": "createdTime", "include": "accounts"},
    ]


async def test_a_filter_the_list_does_not_know_is_never_sent() -> None:
    desk, fake = answering([])

    with pytest.raises(ValueError, match="filter"):
        await desk.page(CONTACTS, offset=0, filters=[("city", "Ulm")])
    assert fake.asked == []


async def test_organisations_come_from_what_this_token_reaches() -> None:
    desk, fake = answering({"data": [{"id": 1, "companyName": "Larkfield", "portalName": "larkfield"}]})

    listed = await desk.organisations()

    assert [organisation.id for organisation in listed] == ["1"]
    assert fake.without_org == ["/api/v1/accessibleOrganizations"]


@pytest.mark.parametrize(
    "first", [NotFound(status=404), ScopeMissing(status=403), BadRequest(status=422), Reply(204, None)]
)
async def test_organisations_fall_back_to_those_of_the_user(first: object) -> None:
    desk = Desk(Fake(lambda path, query: [{"id": 2}] if path == "organizations" else first))

    assert [organisation.id for organisation in await desk.organisations()] == ["2"]


async def test_a_wrong_region_is_not_taken_for_a_missing_endpoint() -> None:
    desk, fake = answering(WrongRegion(status=401))

    with pytest.raises(WrongRegion):
        await desk.organisations()
    assert len(fake.asked) == 1


async def test_an_error_of_both_organisation_lists_rises() -> None:
    desk, _ = answering(ScopeMissing(status=403))

    with pytest.raises(ScopeMissing):
        await desk.organisations()


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ({"id": "1", "firstName": "Mara", "lastName": "Lindqvist"}, "Mara Lindqvist"),
        ({"data": {"id": "1", "lastName": "Lindqvist"}}, "Lindqvist"),
        ({"id": "1", "name": "Mara"}, "Mara"),
        ({}, ""),
        (NotFound(status=404), ""),
        (ServerError(status=500), ""),
    ],
)
async def test_the_name_behind_the_token_is_left_out_when_zoho_does_not_say_it(
    answer: object, name: str
) -> None:
    desk, _ = answering(answer)

    assert await desk.my_name() == name


async def test_contacts_are_read_twenty_a_call_and_kept_in_order() -> None:
    def answers(path: str, query: Mapping[str, str]) -> object:
        return {"data": [{"id": one} for one in reversed(query["ids"].split(",")) if one != "7"]}

    fake = Fake(answers)
    ids = [str(number) for number in range(45)]

    found = await Desk(fake).records(CONTACTS, [*ids, "0"])

    assert [record.id for record in found] == [one for one in ids if one != "7"]
    assert [path for _, path, _ in fake.asked] == ["contacts/contactsByIds"] * 3


async def test_accounts_and_products_are_read_one_by_one_and_the_missing_left_out() -> None:
    errors = {"accounts/2": NotFound(status=404), "accounts/3": PermissionRefused(status=403)}
    fake = Fake(lambda path, query: errors.get(path) or {"id": path.rpartition("/")[2]})

    found = await Desk(fake).records(ACCOUNTS, ["1", "2", "3", "4"])

    assert [record.id for record in found] == ["1", "4"]


async def test_one_contact_that_is_gone_does_not_hide_the_others() -> None:
    errors = {"contacts/contactsByIds": BadRequest(status=422), "contacts/2": NotFound(status=404)}
    desk = Desk(Fake(lambda path, query: errors.get(path) or {"id": path.rpartition("/")[2]}))

    assert [record.id for record in await desk.records(CONTACTS, ["1", "2"])] == ["1"]


async def test_a_failing_server_is_not_taken_for_missing_records() -> None:
    desk, _ = answering(ServerError(status=500))

    with pytest.raises(ServerError):
        await desk.records(PRODUCTS, ["1", "2"])


async def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    desk, fake = answering({"id": "1"})

    await desk.record(CONTACTS, "../organizations?x=1#")

    assert fake.asked[0][1] == "contacts/..%2Forganizations%3Fx%3D1%23"


def _at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, 4, 5, 678900, tzinfo=UTC)


async def test_a_search_window_is_two_instants_in_utc() -> None:
    desk, fake = answering({"data": [{"id": "1"}], "count": "1234"})
    berlin = _at(3).astimezone(timezone(timedelta(hours=2)))

    page = await desk.search_window(CONTACTS, since=berlin, until=_at(5), offset=900)

    assert (len(page.records), page.count) == (1, 1234)
    assert fake.asked[0][1:] == (
        "contacts/search",
        {
            "createdTimeRange": "2026-03-02T03:04:05.678Z,2026-03-02T05:04:05.678Z",
            "sortBy": "createdTime",
            "from": "900",
            "limit": "100",
        },
    )


async def test_a_value_is_looked_up_by_its_field() -> None:
    desk, fake = answering({"data": [{"id": "1"}]})

    assert len(await desk.look_up(CONTACTS, "email", "a+b@c.example")) == 1
    assert fake.asked[0][1:] == ("contacts/search", {"email": "a+b@c.example", "limit": "100"})


async def test_a_product_name_is_cut_at_what_zoho_takes() -> None:
    desk, fake = answering([])

    await desk.products_named("x" * 300)

    assert fake.asked[0][2] == {"productName": "x" * 200, "limit": "100"}


async def test_comments_and_fields_are_written_as_zoho_wants_them() -> None:
    desk, fake = answering({"id": "55"})

    comment = await desk.add_comment(ACCOUNTS, "7", "Suspected duplicate of Ana Roe.")
    await desk.delete_comment(ACCOUNTS, "7", comment)
    await desk.set_field(PRODUCTS, "8", "cf_suspected_duplicate", "true")

    assert fake.asked == [
        (
            "POST",
            "accounts/7/comments",
            {"content": "Suspected duplicate of Ana Roe.", "contentType": "plainText"},
        ),
        ("DELETE", "accounts/7/comments/55", {}),
        ("PATCH", "products/8", {"cf": {"cf_suspected_duplicate": "true"}}),
    ]


async def test_a_comment_is_found_by_its_words_however_zoho_gives_them_back() -> None:
    words = "Suspected duplicate of Ana <Roe> & Co."
    rows: list[dict[str, object]] = [
        {"id": 1, "content": "Suspected duplicate of somebody."},
        {"id": 2, "content": None},
        {"id": 3, "content": "<div>Suspected duplicate of\n Ana &lt;Roe&gt; &amp; Co.</div>"},
        {"id": 4, "content": words},
    ]
    for shown, comment in ((rows, "3"), (rows[3:], "4"), (rows[:2], "")):
        desk, fake = answering({"data": shown})
        assert await desk.comment_saying(ACCOUNTS, "7", words) == comment
        assert fake.asked == [("GET", "accounts/7/comments", {"sortBy": "-commentedTime", "limit": "100"})]


@given(size=st.integers(0, 450), base=st.sampled_from((0, 1)), refuses_zero=st.booleans())
async def test_paging_gives_every_row_once_whether_zoho_counts_from_zero_or_one(
    size: int, base: int, refuses_zero: bool
) -> None:
    calls = 0

    async def fetch(offset: int) -> list[int]:
        nonlocal calls
        calls += 1
        if offset == 0 and base == 1 and refuses_zero:
            raise BadRequest("The value passed for the 'from' parameter is invalid.", status=422)
        start = max(0, offset - base)
        return list(range(start, min(size, start + LIMIT)))

    got = [row async for page in pages(fetch, key=lambda row: row) for row in page]

    assert got == list(range(size))
    assert calls <= size // LIMIT + 3


async def test_paging_goes_on_by_the_rows_received() -> None:
    asked: list[int] = []

    async def fetch(offset: int) -> list[int]:
        asked.append(offset)
        return list(range(offset, min(400, offset + 150)))

    got = [row async for page in pages(fetch, key=lambda row: row) for row in page]

    assert (got, asked) == (list(range(400)), [0, 150, 300, 400])


async def test_paging_ends_at_a_server_that_repeats_itself() -> None:
    async def fetch(offset: int) -> list[int]:
        return list(range(LIMIT))

    assert len([row async for page in pages(fetch, key=lambda row: row) for row in page]) == LIMIT


async def test_paging_does_not_swallow_another_refusal() -> None:
    async def fetch(offset: int) -> list[int]:
        raise BadRequest("no such view", status=422, parameter="viewId")

    with pytest.raises(BadRequest, match="BadRequest"):
        [page async for page in pages(fetch, key=lambda row: row)]


async def test_calls_made_together_come_back_in_order_and_raise_the_first_error_itself() -> None:
    async def one(number: int) -> int:
        if number == 3:
            raise NotFound(status=404)
        return number

    assert await together(one(number) for number in (1, 2)) == [1, 2]
    with pytest.raises(NotFound):
        await together(one(number) for number in (1, 2, 3))
