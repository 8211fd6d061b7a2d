"""Every error has a sentence of its own, a way out, and quotes Zoho without being moved by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from bot import failures, ids
from bot.blocks.parts import Link, Message
from bot.failures import Failing
from tests.bot.blocks import limits, made
from zoho import errors
from zoho.errors import ZohoError
from zoho.records import Module

LINK = Link("https://duplicates.example/zoho/connect?link=one-time", made.AT + timedelta(minutes=15))
ABOUT = Failing(
    module=Module.DESK_CONTACTS,
    org_name="Larkfield Support",
    region="EU",
    domain="zoho.eu",
    command="desk contacts",
    link=LINK,
    again="s:9dk2w:0",
    reference="7F3K-22QD",
    at=made.AT,
)
CLICK = Failing(org_name="Larkfield Support", searched=False)
WAYS_OUT = (
    "Next: ",
    "*Next:*",
    "`/duplicates connect`",
    "[Connect Zoho Desk]",
    "[Reconnect Zoho Desk]",
    "[Grant permission]",
    "[Show help]",
    "Back: ",
    "A minute usually helps",
    "It works again",
    "person who runs",
)


def tree(kind: type[ZohoError] = ZohoError) -> Iterator[type[ZohoError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


TREE = sorted(set(tree()), key=str)
QUOTING = [kind for kind in TREE if kind is not errors.UnknownFilter]


def made_of(kind: type[ZohoError]) -> ZohoError:
    return errors.UnknownFilter("ctiy") if kind is errors.UnknownFilter else kind()


def said(message: Message) -> str:
    return "\n".join(limits.lines(message))


@pytest.mark.parametrize("kind", TREE)
@pytest.mark.parametrize("about", [ABOUT, CLICK, Failing()])
def test_every_error_has_an_answer_with_a_next_step(kind: type[ZohoError], about: Failing) -> None:
    message = failures.answer(made_of(kind), about)
    limits.check(message)
    assert any(way in said(message) for way in WAYS_OUT), said(message)
    assert "!" not in message.text.replace("<!date", "")
    for word in ("sorry", "oops", "please", "successfully"):
        assert word not in said(message).lower()


def test_no_two_errors_share_a_sentence() -> None:
    heads = {kind: failures.answer(made_of(kind), ABOUT).text for kind in TREE}
    assert len(set(heads.values())) == len(heads)


def test_every_error_has_a_few_words_for_a_row_and_a_page_for_the_browser() -> None:
    for kind in TREE:
        row = failures.in_a_row(made_of(kind))
        assert 0 < len(row) < 60
        limits.only_ours(row)
        assert "Zoho Desk was not connected" in failures.page(made_of(kind), ABOUT, "slack://open").html


ZOHO_WORDS = "<!channel> *error* `x` <http://evil.example|Zoho> @here"


@pytest.mark.parametrize("kind", QUOTING)
def test_zohos_own_words_are_quoted_and_never_parsed(kind: type[ZohoError]) -> None:
    error = kind(ZOHO_WORDS, code="<!here>", status=422)
    message = failures.answer(error, ABOUT)
    limits.check(message)
    nodes = list(limits.walk(message.payload()["blocks"]))
    parsed = [node["text"] for node in nodes if node.get("type") == "mrkdwn"]
    assert not [text for text in parsed if "*error*" in text or "`x`" in text]
    limits.only_ours(failures.in_a_row(error))


@pytest.mark.parametrize("kind", [errors.ModuleError, errors.ServerError, errors.BadRequest, errors.Refused])
def test_zohos_own_words_reach_the_person(kind: type[ZohoError]) -> None:
    error = kind("the index of department <Repairs & Returns> is being rebuilt")
    assert "the index of department <Repairs & Returns> is being rebuilt" in said(
        failures.answer(error, ABOUT)
    )


def test_an_error_key_without_a_code_is_quoted_as_such() -> None:
    message = failures.answer(errors.ModuleError("is being rebuilt", status=200), ABOUT)
    assert "error: is being rebuilt" in limits.lines(message)


def test_an_error_key_stops_that_search_and_says_so() -> None:
    message = failures.answer(errors.ModuleError("is being rebuilt", status=200, code="INDEX"), ABOUT)
    assert limits.lines(message) == [
        ":warning: *Zoho Desk answered with an error*\n"
        "The search for duplicate contacts stopped there. Nothing was changed.",
        "In Zoho’s words",
        "INDEX\nis being rebuilt",
        "*Next:* try again in a few minutes. `/duplicates status` shows whether the endpoint answers.",
        "[Try again]",
        "Larkfield Support\u00a0· EU\u00a0· "
        "<!date^1795507500^{date_short_pretty} at {time}|24 Nov 2026 08:05 UTC>\u00a0· reference 7F3K-22QD",
    ]
    assert limits.buttons(message)["Try again"]["value"] == "s:9dk2w:0"


def test_a_person_who_is_not_connected_gets_the_link() -> None:
    message = failures.answer(errors.NotConnected(), ABOUT)
    assert limits.buttons(message)["Connect Zoho Desk"]["url"] == LINK.url
    assert "`/duplicates connect`" in said(failures.answer(errors.NotConnected(), Failing()))


def test_a_lost_grant_asks_to_reconnect_and_says_what_is_kept() -> None:
    message = failures.answer(errors.GrantLost(), ABOUT)
    assert limits.buttons(message)["Reconnect Zoho Desk"]["url"] == LINK.url
    assert "- Kept: your flags, decisions and settings" in limits.lines(message)
    assert "Nothing was searched." in said(message)


def test_a_lost_key_is_never_said_to_be_a_lost_connection() -> None:
    text = said(failures.answer(errors.KeyLost(), ABOUT))
    assert "The encryption key of this installation has changed." in text
    assert "no longer accepts" not in text
    assert "not connected" not in text


def test_a_throttled_renewal_is_no_lost_connection() -> None:
    message = failures.answer(errors.TokenThrottled(until=made.AT), ABOUT)
    assert "Your connection is fine. It works again at about <!date^1795507500^{time}|08:05 UTC>." in said(
        message
    )
    assert "in about a minute" in said(failures.answer(errors.TokenThrottled(), CLICK))


def test_missing_permissions_are_named_with_what_they_open() -> None:
    error = errors.ScopeMissing(missing=("Desk.contacts.READ", "Desk.search.READ"))
    message = failures.answer(error, ABOUT)
    assert limits.lines(message)[:3] == [
        ":warning: *2 Zoho permissions are missing*\nThis search needs them, so nothing was searched.",
        "- Desk.contacts.READ: contacts and accounts",
        "- Desk.search.READ: Zoho’s own search",
    ]
    assert limits.buttons(message)["Grant permission"]["url"] == LINK.url


@pytest.mark.parametrize(
    ("until", "back"),
    [
        (made.AT, "- Back: 24 Nov 2026 08:05 UTC"),
        (None, "- Back: Zoho does not say when; usually within 24 hours"),
    ],
)
def test_spent_credits_say_when_they_are_back(until: Any, back: str) -> None:
    message = failures.answer(
        errors.QuotaSpent(until=until), Failing(command="desk products", org_name="Larkfield")
    )
    assert back in limits.lines(message)
    assert not limits.buttons(message)
    assert limits.lines(message)[-1] == "Then type `/duplicates desk products` again."


def test_another_region_is_never_no_duplicates() -> None:
    message = failures.answer(errors.WrongRegion(), ABOUT)
    assert "- Connected in: EU (zoho.eu)" in limits.lines(message)
    assert "would look like “no duplicates”" in said(message)
    assert "white_check_mark" not in said(message)


def test_a_list_that_is_too_large_says_its_size_and_how_to_read_a_part() -> None:
    text = said(failures.answer(errors.TooLarge(rows=100_000), ABOUT))
    assert "*There are 100,000 contacts or more in Larkfield Support*" in text
    assert "Nothing was searched." in text
    assert "`/duplicates desk contacts viewId=…`" in text


def test_a_filter_zoho_refused_and_one_nobody_has_are_named() -> None:
    typed = replace(ABOUT, command="desk contacts Colour=blue")
    error = errors.BadRequest("Extra", parameter="colour", status=422)
    refused = failures.answer(error, typed)
    assert refused.text == "Zoho does not know the filter colour. Nothing was searched."
    unknown = failures.answer(errors.UnknownFilter("ctiy", nearest="city"), Failing(corrected="s:1:0"))
    assert limits.buttons(unknown)["Search with city"]["action_id"] == ids.SEARCH_AGAIN


def test_a_parameter_that_nobody_typed_is_no_filter_to_leave_out() -> None:
    error = errors.BadRequest("Extra", parameter="/productId", status=422)
    text = said(failures.answer(error, replace(ABOUT, command="desk contacts")))
    assert "refused this request" in text
    assert "filter" not in text


def test_a_refused_organisation_is_not_quoted_as_if_zoho_had_named_it() -> None:
    error = errors.OrganisationRefused("Larkfield Support", code="OAUTH_ORG_MISMATCH", status=403)
    lines = limits.lines(failures.answer(error, ABOUT))
    assert "403 OAUTH_ORG_MISMATCH" in lines


def test_a_click_on_records_that_are_gone_says_so() -> None:
    assert "One of these records no longer exists in Zoho" in said(failures.answer(errors.NotFound(), CLICK))


def test_a_child_without_a_sentence_of_its_own_gets_its_parents() -> None:
    class Newer(errors.Throttled):
        pass

    assert failures.answer(Newer(), ABOUT).text == failures.answer(errors.Throttled(), ABOUT).text
    assert failures.in_a_row(Newer()) == "Zoho is busy with other requests"


@pytest.mark.parametrize("error", [ValueError("secret"), KeyError("token"), RuntimeError(), BaseException()])
def test_an_unexpected_error_is_calm_and_carries_a_reference(error: BaseException) -> None:
    message = failures.answer(error, ABOUT)
    limits.check(message)
    assert "reference 7F3K-22QD" in said(message)
    assert "secret" not in said(message)
    assert "token" not in said(message)
    assert failures.in_a_row(error) == "this app stopped at something it did not expect"
    assert "7F3K-22QD" in failures.page(error, ABOUT, "slack://open").html


def test_the_store_and_the_clock_have_sentences_too() -> None:
    limits.check(failures.answer(OperationalError("select token", {}, Exception("disk full")), ABOUT))
    text = said(failures.answer(OperationalError("select token", {}, Exception("disk full")), CLICK))
    assert "This app’s own store does not answer" in text
    assert "token" not in text
    assert "This took longer than a minute" in said(failures.answer(TimeoutError(), ABOUT))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (errors.ConsentDeclined, "You pressed Decline at Zoho. Nothing was stored."),
        (errors.NoOrganisation, "Your Zoho user has no Zoho Desk. Sign in as another user."),
        (errors.CookieMissing, "Start again from Slack, in this browser."),
        (errors.StateRefused, "This link was already used, or its 15 minutes are over."),
        (errors.ClientRefused, "The person who runs it can do that; your part is done."),
    ],
)
def test_a_connection_that_failed_says_why_in_the_browser_and_in_slack(
    kind: type[ZohoError], words: str
) -> None:
    html = failures.page(kind(), ABOUT, "slack://open").html
    assert words in html
    assert ("What to do" in html) is (kind is not errors.ClientRefused)
    assert words in said(failures.answer(kind(), ABOUT))


def test_a_region_without_an_address_is_named_as_letters_only() -> None:
    error = errors.UnsupportedRegion("<b>UK</b>")
    html = failures.page(error, ABOUT, "slack://open").html
    assert "Zoho Desk in the &lt;b&gt;UK&lt;/b&gt; region is not supported yet." in html
    message = failures.answer(error, ABOUT)
    limits.check(message)
    assert "guessing one would send your access to a stranger. Nothing was searched." in said(message)
    assert "in your region" in said(failures.answer(errors.UnsupportedRegion(), ABOUT))


def test_references_are_short_and_hold_no_letters_to_mistake() -> None:
    made_up = {failures.new_reference() for _ in range(200)}
    assert len(made_up) == 200
    for reference in made_up:
        assert len(reference) == 9
        assert not set(reference) & set("01IO")


NASTY = st.text(max_size=400)


@given(NASTY, NASTY, NASTY, st.sampled_from(QUOTING))
def test_any_words_make_a_message_that_slack_takes(
    words: str, code: str, org: str, kind: type[ZohoError]
) -> None:
    about = Failing(org_name=org, region=org, domain=org, command=words, link=LINK, again="s:k:0", at=made.AT)
    limits.check(failures.answer(kind(words, code=code, status=400), about))
    limits.check(failures.answer(errors.BadRequest(words, parameter=words), about))
    limits.check(failures.answer(errors.UnknownFilter(words, nearest=org), about))
    limits.check(failures.answer(errors.ScopeMissing(missing=(words, code)), about))
    failures.page(kind(words), about, "slack://open")
