"""Addresses and numbers in what people write."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.values import Values, in_brackets, in_message, of_message, typed


@pytest.mark.parametrize(
    ("text", "emails"),
    [
        (
            "Write to a@kestrel.example, or B.Roe+x@sub.kestrel.example.",
            "a@kestrel.example B.Roe+x@sub.kestrel.example",
        ),
        ("<mailto:ann@kestrel.example|ann@kestrel.example>", "ann@kestrel.example"),
        ("<mailto:ann@kestrel.example?subject=Hello|Ann>", "ann@kestrel.example"),
        ("ann@kestrel.example ANN@kestrel.example", "ann@kestrel.example"),
        ("(ann@kestrel.example) “bob@kestrel.example”", "ann@kestrel.example bob@kestrel.example"),
        ("*ann@kestrel.example*, _bob@kestrel.example_", "ann@kestrel.example bob@kestrel.example"),
        (
            "\u2068ann@kestrel.example\u2069, \u200ebob@kestrel.example",
            "ann@kestrel.example bob@kestrel.example",
        ),
        ("R&amp;D: r&amp;d@kestrel.example", "r&d@kestrel.example"),
        ("ann@localhost, @ann, ann@, @kestrel.example, a@b@c.example", ""),
        ("<https://x.example/?to=ann@kestrel.example|here> https://y.example/ann@kestrel.example", ""),
        ("<@U01MARA> in <#C01SUPPORT|support>", ""),
    ],
)
def test_addresses_in_a_message(text: str, emails: str) -> None:
    assert in_message(text) == Values(tuple(emails.split()))


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("call +49 30 5550 142.", ["+49 30 5550 142"]),
        ("(030) 555-0142 or 0049/30/5550142", ["(030) 555-0142", "0049/30/5550142"]),
        ("020\u00a07946\u00a00958", ["020 7946 0958"]),
        ("ring \u202a+49\u201130\u20115550142\u202c", ["+49-30-5550142"]),
        ("<tel:+49305550142|+49 30 5550142> <tel:+49305550143>", ["+49 30 5550142", "+49305550143"]),
        ("+49305550142, +49 30 5550142", ["+49305550142"]),
        ("0305550142", ["0305550142"]),
        ("2025550142", ["2025550142"]),
        ("order 4711234, #4711234567, 2024-03-12 10:30, 12.03.2024, 1,200.00, 10.0.0.120", []),
        ("v1.2.3.4.5.6.7.8 a1234567890 ticket-1234567890", []),
        ("160000000204417001 is an id", []),
        ("<!date^1795507500^{date}|24 Nov 2026 08:05> <https://x.example/1795507500|1795507500>", []),
    ],
)
def test_numbers_in_a_message(text: str, phones: list[str]) -> None:
    assert in_message(text) == Values((), tuple(phones))


ANN, NUMBER = "ann@kestrel.example", "+49 30 5550 142"


@pytest.mark.parametrize(
    "message",
    [
        {"text": f"{ANN} {NUMBER}"},
        {"text": ANN, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"{ANN} {NUMBER}"}}]},
        {"blocks": [{"fields": [{"text": f"*E-mail*\n<mailto:{ANN}|{ANN}>"}, {"text": NUMBER}]}]},
        {"text": "", "attachments": [{"fallback": ANN, "fields": [{"title": "Phone", "value": NUMBER}]}]},
        {"text": "New lead", "attachments": [{"pretext": ANN, "blocks": [{"elements": [{"text": NUMBER}]}]}]},
        {"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "link", "url": f"mailto:{ANN}", "text": "Ann"},
            {"type": "text", "text": f" or {NUMBER}"},
        ]}]}]},
    ],
)  # fmt: skip
def test_what_a_message_shows_is_read_wherever_an_app_put_it(message: dict[str, object]) -> None:
    assert of_message(message) == Values((ANN,), (NUMBER,))


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": None, "blocks": None, "attachments": [None, 1]},
        {"blocks": [{"elements": [{"type": "button", "text": {"text": "Call"}, "value": NUMBER}]}]},
        {"blocks": [{"elements": [{"type": "link", "url": "https://x.example/", "text": "4711234567"}]}]},
        {"blocks": [{"elements": [{"type": "link"}]}]},
    ],
)
def test_what_a_message_does_not_show_is_not_read(message: dict[str, object]) -> None:
    assert of_message(message) == Values()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann@kestrel.example", Values(("ann@kestrel.example",))),
        ("<ann@kestrel.example>", Values(("ann@kestrel.example",))),
        ("+49 30 5550 142", Values((), ("+49 30 5550 142",))),
        ("555 0142", Values((), ("555 0142",))),
        (
            "ann@kestrel.example; bob@kestrel.example, +49 30 5550 142",
            Values(("ann@kestrel.example", "bob@kestrel.example"), ("+49 30 5550 142",)),
        ),
        ("ann@kestrel.example please", None),
        *(
            (text, Values(("ann@kestrel.example",)))
            for text in (
                "`ann@kestrel.example`",
                "*_ann@kestrel.example_*",
                "(ann@kestrel.example)",
                "ann@kestrel.example.",
                "mailto:ann@kestrel.example",
                "<Mailto:ann@kestrel.example>",
                "[ann@kestrel.example]:",
            )
        ),
        ("_ann@kestrel.example", Values(("_ann@kestrel.example",))),
        ("tel:+49305550142", Values((), ("+49305550142",))),
        ("`+49 30 5550142`", Values((), ("+49 30 5550142",))),
        ("*555-0142*", Values((), ("555-0142",))),
        ("+49\u201130\u20135550142", Values((), ("+49-30-5550142",))),
        ("12345", None),
        ("1600000002044170", None),
        ("contacts", None),
        ("", None),
    ],
)
def test_what_a_command_may_consist_of(text: str, expected: Values | None) -> None:
    assert typed(text) == expected


def test_a_name_before_an_address_in_brackets_is_no_hindrance() -> None:
    address = Values(("ann@kestrel.example",))
    assert in_brackets("Ann Roe <ann@kestrel.example>") == address
    assert in_brackets("Ann <mailto:ann@kestrel.example|ann@kestrel.example> ") == address
    assert in_brackets("Ann Roe") is None
    assert in_brackets("Ann <kestrel>") is None


@given(st.text(max_size=300))
def test_what_is_found_can_be_asked_for_by_a_command(text: str) -> None:
    found = in_message(text).first
    if found != Values():
        again = typed(found.text)
        assert again is None or again.emails == found.emails


@pytest.mark.parametrize("piece", ["a@", "1 ", "1-", "(1", "<", "<mailto:", "https://", "@", "a.", "+"])
def test_forty_thousand_characters_of_anything_are_read_in_no_time(piece: str) -> None:
    begun = time.process_time()
    in_message(piece * (40_000 // len(piece)))
    typed(piece * (5_000 // len(piece)))
    in_brackets(piece * (5_000 // len(piece)))
    assert time.process_time() - begun < 1
