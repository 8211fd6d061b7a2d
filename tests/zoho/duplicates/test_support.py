"""Whether an organisation has the mission's endpoint: every answer it may give, and what is asked next."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoho.test_desk import Fake
from zoho.desk import Desk
from zoho.duplicates.support import Verdict, ask, culprit, judge
from zoho.errors import (
    BadRequest,
    GrantLost,
    ModuleError,
    NoAnswer,
    NotFound,
    OrganisationRefused,
    PermissionRefused,
    QuotaSpent,
    ScopeMissing,
    ServerError,
    Throttled,
    WrongRegion,
    ZohoError,
)

EXTRA = "Extra query parameter 'colour' is present in the input."
VAGUE = "The data is invalid."
PATH = BadRequest(VAGUE, code="INVALID_DATA", status=422, parameter="productId")
SCOPE = ScopeMissing(code="SCOPE_MISMATCH", status=403)
SILENT: tuple[ZohoError, ...] = (
    GrantLost(status=401),
    WrongRegion(status=401),
    OrganisationRefused(status=403),
    PermissionRefused(status=403),
    BadRequest(status=400),
    BadRequest("colour", status=409),
    Throttled(status=429),
    QuotaSpent(status=429),
    ServerError(status=500),
    ServerError(status=200),
    ServerError(status=502),
    NoAnswer(),
    ModuleError("off", status=200),
)


@pytest.mark.parametrize(
    ("error", "keys", "verdict"),
    [
        (None, (), Verdict.SUPPORTED),
        (None, ("colour",), Verdict.SUPPORTED),
        (NotFound(status=404), (), Verdict.UNSUPPORTED),
        (NotFound(status=404), ("colour",), Verdict.UNSUPPORTED),
        (NotFound(status=405), (), Verdict.UNSUPPORTED),
        (BadRequest(status=405), (), Verdict.UNSUPPORTED),
        (PATH, (), Verdict.UNSUPPORTED),
        (BadRequest(EXTRA, status=422), (), Verdict.UNSUPPORTED),
        (BadRequest(EXTRA, status=422), ("colour", "size"), Verdict.BAD_PARAMETER),
        (BadRequest(VAGUE, status=422, parameter="size"), ("colour", "size"), Verdict.BAD_PARAMETER),
        (BadRequest(VAGUE, status=422), ("colour",), Verdict.ASK_PLAIN),
        (PATH, ("colour",), Verdict.ASK_PLAIN),
        (BadRequest(EXTRA, status=422), ("size",), Verdict.ASK_PLAIN),
        (SCOPE, ("colour",), Verdict.ASK_LIST),
        (ScopeMissing(status=401), (), Verdict.ASK_LIST),
        *((error, ("colour",), Verdict.NONE) for error in SILENT),
        *((error, (), Verdict.NONE) for error in SILENT),
    ],
)
def test_an_answer_says_of_the_path_what_the_table_says(
    error: ZohoError | None, keys: tuple[str, ...], verdict: Verdict
) -> None:
    assert judge(error, keys) is verdict


@pytest.mark.parametrize(
    ("words", "parameter", "keys", "named"),
    [
        (EXTRA, "", ("colour",), "colour"),
        ("Extra query parameter “Colour” found", "", ("colour",), "colour"),
        ("The parameter colour is not allowed.", "", ("colour",), "colour"),
        ("The value passed for '/colour' is invalid", "", ("colour",), "colour"),
        ("Extra query parameter 'is' is present", "", ("present", "is"), "is"),
        (EXTRA, "", ("is", "present"), ""),
        (EXTRA, "size", ("colour",), "colour"),
        (VAGUE, "/cf.x", ("cf.x",), "cf.x"),
        (VAGUE, "", ("colours",), ""),
        ("", "", ("colour",), ""),
    ],
)
def test_the_key_zoho_objects_to_is_found_where_it_is_quoted_before_where_it_is_mentioned(
    words: str, parameter: str, keys: tuple[str, ...], named: str
) -> None:
    assert culprit(BadRequest(words, status=422, parameter=parameter), keys) == named


class Asking:
    """What happened when an organisation was asked: the calls, and the verdicts that were kept."""

    def __init__(self, with_keys: object, plain: object = (), listing: object = ()) -> None:
        def answers(path: str, query: Mapping[str, str]) -> object:
            if path == "products":
                return listing or []
            return (with_keys if query else plain) or []

        self.fake = Fake(answers)
        self.kept: list[bool] = []

    async def note(self, answers: bool) -> None:
        self.kept.append(answers)

    async def ask(self, p: Mapping[str, str]) -> object:
        return await ask(Desk(self.fake), p, self.note)

    @property
    def asked(self) -> list[tuple[str, Mapping[str, object]]]:
        return [(path, sent) for _, path, sent in self.fake.asked]


P = {"colour": "red"}


async def test_an_answer_is_kept_as_support() -> None:
    asking = Asking([{"id": "1"}])

    assert await asking.ask(P) is not None
    assert (asking.kept, len(asking.asked)) == ([True], 1)


@pytest.mark.parametrize("error", [NotFound(status=404), NotFound(status=405)])
async def test_a_missing_path_is_kept_and_nothing_more_is_asked(error: ZohoError) -> None:
    asking = Asking(error)

    assert await asking.ask(P) is None
    assert (asking.kept, len(asking.asked)) == ([False], 1)


async def test_a_422_without_keys_is_a_missing_path() -> None:
    asking = Asking([], plain=PATH)

    assert await asking.ask({}) is None
    assert (asking.kept, len(asking.asked)) == ([False], 1)


async def test_a_named_key_is_a_bad_parameter_and_nothing_is_kept() -> None:
    asking = Asking(BadRequest(EXTRA, code="UNPROCESSABLE_ENTITY", status=422))

    with pytest.raises(BadRequest) as raised:
        await asking.ask(P)
    assert (raised.value.parameter, raised.value.words) == ("colour", EXTRA)
    assert (asking.kept, len(asking.asked)) == ([], 1)


@pytest.mark.parametrize("second", [NotFound(status=404), NotFound(status=405), PATH])
async def test_a_vague_422_is_asked_again_without_keys_and_may_be_a_missing_path(second: ZohoError) -> None:
    asking = Asking(BadRequest(VAGUE, status=422), plain=second)

    assert await asking.ask(P) is None
    assert asking.kept == [False]
    assert [sent for _, sent in asking.asked] == [P, {}]


@pytest.mark.parametrize(("p", "named"), [(P, "colour"), ({**P, "size": "3"}, "")])
async def test_a_vague_422_is_a_bad_parameter_when_the_plain_call_works(
    p: dict[str, str], named: str
) -> None:
    asking = Asking(BadRequest(VAGUE, status=422), plain=[{"id": "1"}])

    with pytest.raises(BadRequest) as raised:
        await asking.ask(p)
    assert raised.value.parameter == named
    assert asking.kept == [True]


@pytest.mark.parametrize("second", SILENT)
async def test_a_vague_422_followed_by_another_error_ends_with_that_error(second: ZohoError) -> None:
    asking = Asking(BadRequest(VAGUE, status=422), plain=second)

    with pytest.raises(type(second)):
        await asking.ask(P)
    assert asking.kept == []


async def test_a_vague_422_followed_by_a_scope_error_is_judged_as_a_scope_error() -> None:
    asking = Asking(BadRequest(VAGUE, status=422), plain=SCOPE, listing=[{"id": "1"}])

    assert await asking.ask(P) is None
    assert asking.kept == [False]


async def test_a_scope_error_is_a_missing_path_when_products_can_be_listed() -> None:
    asking = Asking(SCOPE, plain=SCOPE, listing=[{"id": "1"}])

    assert await asking.ask({}) is None
    assert asking.kept == [False]
    assert asking.asked[1] == ("products", {"from": "0", "limit": "1", "sortBy": "createdTime"})


@pytest.mark.parametrize(
    ("listing", "raised"),
    [
        (SCOPE, ScopeMissing),
        (PermissionRefused(status=403), ScopeMissing),
        (Throttled(status=429), Throttled),
        (ServerError(status=500), ServerError),
        (NoAnswer(), NoAnswer),
    ],
)
async def test_a_scope_error_stands_when_products_cannot_be_listed_either(
    listing: ZohoError, raised: type[ZohoError]
) -> None:
    asking = Asking(SCOPE, plain=SCOPE, listing=listing)

    with pytest.raises(raised):
        await asking.ask({})
    assert asking.kept == []


@pytest.mark.parametrize("error", SILENT)
@pytest.mark.parametrize("p", [{}, P])
async def test_what_says_nothing_of_the_path_rises_and_is_not_kept(
    error: ZohoError, p: dict[str, str]
) -> None:
    asking = Asking(error, plain=error)

    with pytest.raises(type(error)):
        await asking.ask(p)
    assert (asking.kept, len(asking.asked)) == ([], 1)


ERRORS = st.one_of(
    st.none(),
    st.sampled_from(SILENT),
    st.just(SCOPE),
    st.builds(NotFound, status=st.sampled_from((404, 405))),
    st.builds(
        BadRequest,
        st.sampled_from((EXTRA, VAGUE, "")),
        status=st.just(422),
        parameter=st.sampled_from(("", "size")),
    ),
)
KEYS = st.dictionaries(st.sampled_from(("colour", "size", "is")), st.just("x"), max_size=3)


@given(first=ERRORS, plain=ERRORS, listing=ERRORS, p=KEYS)
async def test_asking_always_ends_in_an_answer_a_kept_verdict_or_an_error(
    first: ZohoError | None, plain: ZohoError | None, listing: ZohoError | None, p: dict[str, str]
) -> None:
    asking = Asking(first, plain=first if not p else plain, listing=listing)
    try:
        answer = await asking.ask(p)
    except ZohoError:
        assert asking.kept in ([], [True])
    else:
        assert asking.kept == [answer is not None]
    assert len(asking.asked) <= 3
    assert [sent for path, sent in asking.asked if path != "products"] in ([p], [p, {}])
