"""What an answer of the API means: by its code where that decides, else by its status; never by hope."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoho.client import Answer, decode
from zoho.client.decode import token_refused
from zoho.errors import (
    BadRequest,
    EditionRefused,
    GrantLost,
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

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    """An answer; anything but bytes becomes JSON. Header names: ``retry_after`` for ``retry-after``."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def failure(said: Answer) -> ZohoError:
    with pytest.raises(ZohoError) as raised:
        decode(said, now=NOW)
    return raised.value


@pytest.mark.parametrize("value", [{"data": []}, [], {}, {"data": [{"id": "1"}]}, None, 0, "text"])
def test_a_good_answer_is_its_json(value: object) -> None:
    assert decode(answer(200, value), now=NOW) == (200, value)


@pytest.mark.parametrize("status", [202, 204])
@pytest.mark.parametrize("body", [b"", PAGE, b"  "])
def test_accepted_and_no_content_need_no_body(status: int, body: bytes) -> None:
    assert decode(answer(status, body), now=NOW) == (status, None)


def test_a_write_may_be_answered_with_nothing_but_not_with_a_web_page() -> None:
    assert decode(answer(200), now=NOW, body_due=False) == (200, None)
    with pytest.raises(ServerError):
        decode(answer(200, PAGE), now=NOW, body_due=False)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "BAD_REQUEST", BadRequest),
        (401, "INVALID_OAUTH", GrantLost),
        (401, "UNAUTHORIZED", GrantLost),
        (401, "SCOPE_MISMATCH", ScopeMissing),
        (403, "SCOPE_MISMATCH", ScopeMissing),
        (403, "scope_mismatch", ScopeMissing),
        (403, "OAUTH_ORG_MISMATCH", OrganisationRefused),
        (403, "FORBIDDEN", PermissionRefused),
        (422, "FORBIDDEN", PermissionRefused),
        (403, "LICENSE_ACCESS_LIMITED", EditionRefused),
        (422, "LICENSE_ACCESS_LIMITED", EditionRefused),
        (403, "ONLY_LIVECHAT_USER", PermissionRefused),
        (404, "URL_NOT_FOUND", NotFound),
        (405, "METHOD_NOT_ALLOWED", NotFound),
        (413, "RESOURCE_SIZE_EXCEEDED", BadRequest),
        (415, "UNSUPPORTED_MEDIA_TYPE", BadRequest),
        (422, "INVALID_DATA", BadRequest),
        (422, "UNPROCESSABLE_ENTITY", BadRequest),
        (429, "THRESHOLD_EXCEEDED", QuotaSpent),
        (429, "TOO_MANY_REQUESTS", Throttled),
        (500, "INTERNAL_SERVER_ERROR", ServerError),
        (503, "", ServerError),
    ],
)
def test_every_error_of_the_reference_has_its_own_kind(status: int, code: str, kind: type[ZohoError]) -> None:
    error = failure(answer(status, {"errorCode": code, "message": "What Zoho says."}))

    assert type(error) is kind
    assert (error.status, error.code, error.words) == (status, code, "What Zoho says.")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "INVALID_TOKEN", GrantLost),
        (401, "OAUTH_SCOPE_MISMATCH", ScopeMissing),
        (403, "NO_PERMISSION", PermissionRefused),
        (404, "INVALID_URL_PATTERN", NotFound),
    ],
)
def test_the_other_products_name_for_the_code_is_understood(
    status: int, code: str, kind: type[ZohoError]
) -> None:
    error = failure(answer(status, {"code": code, "status": "error", "details": {}}))

    assert type(error) is kind
    assert error.code == code


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, PAGE, WrongRegion),
        (401, b"Unauthorized", WrongRegion),
        (401, b"", ServerError),
        (200, PAGE, ServerError),
        (200, b"", ServerError),
        (200, b'{"data": [', ServerError),
        (200, b"\xff\xfe\x00", ServerError),
        (302, b"", ServerError),
        (301, PAGE, ServerError),
        (400, PAGE, ServerError),
        (403, PAGE, ServerError),
        (422, b"", ServerError),
        (404, PAGE, NotFound),
        (404, b"", NotFound),
        (405, PAGE, NotFound),
        (429, PAGE, Throttled),
        (500, PAGE, ServerError),
        (502, b"", ServerError),
        (500, b'["not", "an", "object"]', ServerError),
        (403, b'{"errorCode": 7, "message": ["odd"]}', PermissionRefused),
    ],
)
def test_a_web_page_or_nothing_is_never_read_as_json(status: int, body: bytes, kind: type[ZohoError]) -> None:
    assert type(failure(answer(status, body))) is kind


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"message": "Extra query parameter 'sortOrder' is present in the input."}, "sortOrder"),
        ({"message": 'Extra query parameter "cf_x.y" is present'}, "cf_x.y"),
        ({"message": "The 'vendor' parameter is not supported."}, "vendor"),
        ({"message": "Invalid parameter: brand"}, "brand"),
        ({"message": "A parameter is missing."}, ""),
        ({"message": "The data is invalid"}, ""),
        ({"errors": [{"fieldName": "/contactId", "errorType": "invalid"}]}, "contactId"),
        ({"errors": [{"fieldName": "/cf/cf_flag", "errorType": "invalid"}]}, "cf/cf_flag"),
        ({"errors": [{"fieldName": "/a~1b~0c"}]}, "a/b~c"),
        ({"errors": []}, ""),
        ({"errors": ["odd"]}, ""),
        ({"errors": [{"fieldName": None}]}, ""),
    ],
)
def test_a_bad_request_names_the_parameter_where_zoho_did(body: dict[str, object], name: str) -> None:
    error = failure(answer(422, {"errorCode": "UNPROCESSABLE_ENTITY", **body}))

    assert isinstance(error, BadRequest)
    assert error.parameter == name


@pytest.mark.parametrize(
    ("code", "header", "kind", "until"),
    [
        ("THRESHOLD_EXCEEDED", "3600", QuotaSpent, NOW + timedelta(hours=1)),
        ("THRESHOLD_EXCEEDED", "", QuotaSpent, None),
        ("THRESHOLD_EXCEEDED", "soon", QuotaSpent, None),
        (
            "THRESHOLD_EXCEEDED",
            "Tue, 03 Mar 2026 00:00:00 GMT",
            QuotaSpent,
            NOW.replace(day=3, hour=0),
        ),
        ("THRESHOLD_EXCEEDED", "9" * 40, QuotaSpent, NOW + timedelta(days=7)),
        ("", "3600", QuotaSpent, NOW + timedelta(hours=1)),
        ("TOO_MANY_REQUESTS", "2", Throttled, NOW + timedelta(seconds=2)),
        ("TOO_MANY_REQUESTS", "", Throttled, None),
        ("TOO_MANY_REQUESTS", "0" * 30 + "2", Throttled, NOW + timedelta(seconds=2)),
        ("THRESHOLD_EXCEEDED", "9" * 5000, QuotaSpent, NOW + timedelta(days=7)),
        ("THRESHOLD_EXCEEDED", "\N{SUPERSCRIPT TWO}", QuotaSpent, None),
        ("TOO_MANY_REQUESTS", f"Mon, 2 Nov 2026 08:00:00 +{'9' * 19}", Throttled, None),
        ("", "", Throttled, None),
    ],
)
def test_the_days_credits_and_too_many_calls_at_once_are_told_apart(
    code: str, header: str, kind: type[QuotaSpent | Throttled], until: datetime | None
) -> None:
    error = failure(answer(429, {"errorCode": code}, retry_after=header))

    assert type(error) is kind
    assert getattr(error, "until", NOW) == until


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (answer(401, {"errorCode": "INVALID_OAUTH"}), True),
        (answer(401, {"errorCode": "UNAUTHORIZED"}), True),
        (answer(401, {"code": "AUTHENTICATION_FAILURE"}), True),
        (answer(401, {"code": "OAUTH_SCOPE_MISMATCH"}), False),
        (answer(401, PAGE), False),
        (answer(401), False),
        (answer(403, {"errorCode": "INVALID_OAUTH"}), False),
        (answer(200, {"errorCode": "INVALID_OAUTH"}), False),
    ],
)
def test_only_a_401_in_json_that_is_not_about_a_scope_is_about_the_token(said: Answer, refused: bool) -> None:
    assert token_refused(said) is refused


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
error_bodies = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("errorCode", "code", "error", "message", "errors"), anything)
)


@given(
    status=st.integers(100, 599),
    body=st.binary() | (error_bodies | anything).map(lambda value: json.dumps(value).encode()),
    retry_after=st.text(st.characters(codec="latin-1")),
)
def test_no_answer_whatever_leads_to_anything_but_a_value_or_an_error_of_ours(
    status: int, body: bytes, retry_after: str
) -> None:
    said = answer(status, body, retry_after=retry_after)
    token_refused(said)
    try:
        reply = decode(said, now=NOW)
    except ZohoError:
        return
    assert 200 <= reply.status < 300


def test_a_body_that_nests_without_end_is_no_answer() -> None:
    assert type(failure(answer(200, b"[" * 200_000))) is ServerError


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (rb'[{"name":"Ann \ud83d"}]', "Ann ?"),
        (rb'[{"name":"\uDE00\uD83D"}]', "??"),
        (b'[{"name":"Ann \xed\xa0\xbd"}]', "Ann ?"),
        (rb'[{"name":"Ann \ud83d\ude00"}]', "Ann \U0001f600"),
        (rb'[{"name":"\\ud83d \u00e9"}]', "\\ud83d \u00e9"),
    ],
)
def test_a_name_cut_in_the_middle_of_a_character_hides_no_answer(body: bytes, name: str) -> None:
    assert decode(answer(200, body), now=NOW).value == [{"name": name}]


def test_zohos_words_are_short_and_hold_no_token() -> None:
    token = "1000.0123456789abcdef0123456789abcdef.fedcba98"
    error = failure(answer(401, {"errorCode": "INVALID_OAUTH", "message": f"{token} expired " + "x" * 900}))

    assert error.words.startswith("… expired")
    assert len(error.words) == 300
    assert "1000." not in f"{error!r} {error}"
