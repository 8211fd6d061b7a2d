"""Zoho does not answer, at each call of each command and click: what is said, and that nothing is lost."""

from __future__ import annotations

import pytest

from bot import ids
from bot.app import build
from bot.sandbox.things import Message
from tests.conftest import MARA, MakeWorld, World
from tests.scenarios.test_flag_queue import pair
from tests.scenarios.test_flag_queue import pick as pick_flag
from tests.scenarios.test_flagging import comments, may_write
from tests.scenarios.test_home import home_of
from tests.scenarios.test_sharing import BRANDTS, ROES, group_of, pick

LARKFIELD, BELLBIRD = "Mara Lindqvist", "Priya Nair"
SAID = "Zoho Desk did not answer in time"


@pytest.fixture
async def hurried(make_world: MakeWorld) -> World:
    """A world in which a call to Zoho is given up after 2.5 seconds, and nobody is connected yet."""
    world = await make_world()
    await world.bot.stop()
    world.bot = build(world.bot.settings, now=world.clock, call_seconds=2.5)
    await world.bot.start()
    return world


def hang(world: World, path: str, on: str | None = None) -> None:
    world.zoho.fault("hang", path=path, on=on, times=None)


# Commands


@pytest.mark.parametrize(
    ("zoho_user", "text", "path", "says"),
    [
        (LARKFIELD, "desk contacts", "/api/v1/groupContactDuplicateValues", "in Desk contacts"),
        (LARKFIELD, "desk contacts", "/api/v1/groupContacts", "in Desk contacts"),
        (LARKFIELD, "desk accounts", "/api/v1/groupAccountDuplicateValues", "in Desk accounts"),
        (LARKFIELD, "desk accounts", "/api/v1/groupAccounts", "in Desk accounts"),
        (LARKFIELD, "desk products", "/api/v1/products/duplicate", "in Desk products"),
        (BELLBIRD, "desk products", "/api/v1/products/duplicate", "in Desk products"),
        (BELLBIRD, "desk products", "/api/v1/products", "in Desk products"),
        (LARKFIELD, "desk contacts city=Berlin", "/api/v1/contacts", "in Desk contacts"),
        (LARKFIELD, "desk products productCode=none", "/api/v1/accessibleOrganizations", "No duplicates"),
        (LARKFIELD, "ann@acme.example", "/api/v1/contacts/search", "ann@acme.example"),
        (LARKFIELD, "ann@acme.example", "/api/v1/accounts/search", "ann@acme.example"),
        (LARKFIELD, "ann@acme.example", "/api/v1/accessibleOrganizations", "ann@acme.example"),
        (LARKFIELD, '"Trail Map"', "/api/v1/products/searchDuplicates", "Trail Map"),
        (LARKFIELD, '"Trail Map"', "/api/v1/accessibleOrganizations", "Trail Map"),
    ],
)
async def test_a_search_says_so_and_trying_again_brings_the_answer(
    hurried: World, zoho_user: str, text: str, path: str, says: str
) -> None:
    await hurried.connect(MARA, zoho_user)
    hang(hurried, path)
    said = await hurried.ask(MARA, text)
    assert SAID in said.words
    assert "Nothing was changed" in said.words
    hurried.zoho.clear_faults()
    answer = await hurried.click(said, ids.SEARCH_AGAIN)
    assert says in answer.words
    assert SAID not in answer.words
    assert answer.ts == said.ts
    assert hurried.zoho.writes == 0


@pytest.mark.parametrize(
    ("path", "module", "name"),
    [
        ("/api/v1/groupContact*", "desk/contacts", "Desk contacts"),
        ("/api/v1/groupAccount*", "desk/accounts", "Desk accounts"),
        ("/api/v1/products/duplicate", "desk/products", "Desk products"),
    ],
)
async def test_a_list_that_hangs_is_a_row_beside_the_others(
    hurried: World, path: str, module: str, name: str
) -> None:
    await hurried.connect(MARA, LARKFIELD)
    hang(hurried, path)
    summary = await hurried.ask(MARA, "")
    assert "Zoho did not answer in time" in summary.words
    buttons = {str(e.value): e.raw["text"]["text"] for e in summary.elements(ids.SEARCH_MODULE)}
    assert [one for one, label in buttons.items() if label == "Try again"] == [module]
    assert sorted(buttons.values()) == ["Show", "Show", "Try again"]
    hurried.zoho.clear_faults()
    result = await hurried.click(summary, ids.SEARCH_MODULE, value=module)
    assert f"in {name}" in result.words


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/products/duplicate",
        "/api/v1/accessibleOrganizations",
        "/api/v1/contacts",
        "/api/v1/accounts",
    ],
)
async def test_the_status_names_what_hangs(hurried: World, path: str) -> None:
    await hurried.connect(MARA, LARKFIELD)
    hang(hurried, path)
    report = await hurried.ask(MARA, "status")
    assert "did not answer" in report.words
    hurried.zoho.clear_faults()
    again = await hurried.click(report, ids.STATUS_AGAIN)
    assert "did not answer" not in again.words


async def test_the_flag_queue_says_so_and_has_a_way_back(hurried: World) -> None:
    await hurried.connect(MARA, LARKFIELD)
    await pair(hurried, "Vik")
    hang(hurried, "/api/v1/contacts/*")
    said = await hurried.ask(MARA, "flagged", containing=SAID)
    hurried.zoho.clear_faults()
    queue = await hurried.click(said, ids.SEARCH_AGAIN, containing="1 open flag")
    assert "Vik, twice" in queue.words


async def test_a_flag_that_hangs_in_the_queue_stays_as_it_was(hurried: World) -> None:
    await hurried.connect(MARA, LARKFIELD)
    await pair(hurried, "Vik")
    queue = await hurried.ask(MARA, "flagged", containing="1 open flag")
    hang(hurried, "/api/v1/contacts/*")
    said = await pick_flag(hurried, queue, "Vik", "done", containing=SAID)
    hurried.zoho.clear_faults()
    assert "1 open flag" in (await hurried.ask(MARA, "flagged", containing="open flag")).words
    assert said.ts != queue.ts


async def test_the_home_tab_says_why_its_flags_are_not_there(hurried: World) -> None:
    await hurried.connect(MARA, LARKFIELD)
    await pair(hurried, "Vik")
    hang(hurried, "/api/v1/contacts/*")
    shown = await home_of(hurried, MARA)
    assert "did not answer" in shown.words
    hurried.zoho.clear_faults()
    assert "Vik, twice" in (await home_of(hurried, MARA)).words


# Clicks on a list


async def listed(world: World) -> Message:
    await world.connect(MARA, LARKFIELD)
    return await world.ask(MARA, "desk contacts")


async def test_a_page_that_hangs_leaves_the_one_before(hurried: World) -> None:
    first = await listed(hurried)
    hang(hurried, "/api/v1/groupContacts")
    said = await hurried.click(first, ids.PAGE_NEXT, containing=SAID)
    assert said.ts != first.ts
    assert hurried.slack.message(first.ts).blocks == first.blocks
    hurried.zoho.clear_faults()
    assert "6 to 10" in (await hurried.click(first, ids.PAGE_NEXT)).words


@pytest.mark.parametrize("action", [ids.GROUP_FLAG, ids.GROUP_DISMISS])
async def test_a_decision_whose_records_hang_is_not_made(hurried: World, action: str) -> None:
    first = await listed(hurried)
    hang(hurried, "/api/v1/contacts/*")
    said = await hurried.click(first, action, value=group_of(first, ROES), containing=SAID)
    assert said.ts != first.ts
    assert hurried.slack.message(first.ts).blocks == first.blocks
    assert "No open flags" in (await hurried.ask(MARA, "flagged")).words
    assert "Nothing is dismissed" in (await hurried.ask(MARA, "dismissed")).words


async def test_a_sheet_whose_records_hang_says_so(hurried: World) -> None:
    first = await listed(hurried)
    hang(hurried, "/api/v1/contacts/*")
    mark = hurried.slack.mark
    await hurried.slack.click(first, ids.GROUP_DISMISS, value=group_of(first, BRANDTS))
    await hurried.slack.wait_for_modal(MARA, containing="could not be filled")
    said = await hurried.slack.wait_for(user=MARA, after=mark, containing=SAID)
    assert said.ts != first.ts


async def test_every_field_that_hangs_leaves_the_list(hurried: World) -> None:
    first = await listed(hurried)
    hang(hurried, "/api/v1/contacts/*")
    mark = hurried.slack.mark
    await pick(hurried, first, "fields", ROES)
    said = await hurried.slack.wait_for(user=MARA, after=mark, containing=SAID)
    await hurried.settled()
    assert said.ts != first.ts
    assert hurried.slack.message(first.ts).blocks == first.blocks


async def test_a_comment_that_may_have_arrived_is_told_and_not_written_twice(hurried: World) -> None:
    await listed(hurried)
    await may_write(hurried)
    first = await hurried.ask(MARA, "desk contacts")
    hang(hurried, "/api/v1/contacts/*/comments")
    mark = hurried.slack.mark
    await hurried.slack.click(first, ids.GROUP_FLAG, value=group_of(first, ROES))
    flagged = await hurried.slack.wait_for(lambda m: m.ts == first.ts, after=mark, timeout=60)
    assert "Flagged by <@U01MARA>" in flagged.words
    written = [call.path for call in hurried.zoho.calls if call.path.endswith("/comments")]
    assert len(set(written)) == len(written) == 2  # before; those that hang are not among the calls
    hurried.zoho.clear_faults()
    undone = await hurried.click(flagged, ids.FLAG_UNDO, containing="Flag taken back by")
    assert "Undo flag" not in undone.words
    assert comments(hurried) == []


# So many slow calls that a search, which is no job, is given up


@pytest.fixture
async def slow(make_world: MakeWorld) -> World:
    """A world in which a search is given up after two seconds, and Mara is connected."""
    world = await make_world()
    await world.bot.stop()
    world.bot = build(world.bot.settings, now=world.clock, search_seconds=2.0)
    await world.bot.start()
    await world.connect(MARA, LARKFIELD)
    return world


async def test_a_search_that_takes_too_long_is_given_up_and_can_be_asked_for_again(slow: World) -> None:
    slow.zoho.fault("latency", seconds=1.5, times=None)
    said = await slow.ask(MARA, "desk contacts")
    assert "This took longer than a minute" in said.words
    assert "Nothing was changed" in said.words
    slow.zoho.clear_faults()
    assert "10 possible duplicates" in (await slow.click(said, ids.SEARCH_AGAIN)).words


async def test_a_page_or_every_field_that_takes_too_long_leaves_the_list(slow: World) -> None:
    first = await slow.ask(MARA, "desk contacts")
    slow.zoho.fault("latency", seconds=5, times=None)
    for verb in ("page", "fields"):
        mark = slow.slack.mark
        if verb == "page":
            await slow.slack.click(first, ids.PAGE_NEXT)
        else:
            await pick(slow, first, verb, ROES)
        line = await slow.slack.wait_for(lambda m: m.ts == first.ts, after=mark, containing="ing *")
        assert line.is_interim
        said = await slow.slack.wait_for(user=MARA, after=mark, containing="longer than a minute")
        assert said.ts != first.ts
        assert slow.slack.message(first.ts).blocks == first.blocks


# Connections


@pytest.mark.parametrize(
    ("path", "on"), [("/oauth/v2/token", "exchange"), ("/api/v1/accessibleOrganizations", None)]
)
async def test_a_consent_that_hangs_is_a_page_that_says_so(hurried: World, path: str, on: str | None) -> None:
    offer = await hurried.ask(MARA, "connect")
    hang(hurried, path, on=on)
    page = await hurried.walk(offer, LARKFIELD)
    assert "did not answer" in page.words
    hurried.zoho.clear_faults()
    await hurried.connect(MARA, LARKFIELD)


async def test_a_name_that_hangs_does_not_stop_the_connection(hurried: World) -> None:
    hang(hurried, "/api/v1/myinfo")
    assert "Larkfield Support" in (await hurried.connect(MARA, LARKFIELD)).words


async def test_a_revocation_that_hangs_ends_the_connection_all_the_same(hurried: World) -> None:
    await hurried.connect(MARA, LARKFIELD)
    hang(hurried, "/oauth/v2/token/revoke")
    assert "disconnected" in (await hurried.ask(MARA, "disconnect")).words.lower()
    assert "Connect Zoho Desk" in (await hurried.ask(MARA, "desk contacts")).words
