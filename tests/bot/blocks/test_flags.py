"""Second clicks and the offer to write to Zoho."""

from __future__ import annotations

from datetime import timedelta

from bot import ids
from bot.blocks import flags
from bot.blocks.duplicates import FlagState
from bot.blocks.parts import Link
from tests.bot.blocks import limits, made

LINK = Link("https://duplicates.example/zoho/connect?link=one-time", made.AT + timedelta(minutes=15))
FIVE_PAST = "<!date^1795507500^{time}|08:05 UTC>"


def test_the_second_of_two_clicks_changed_nothing() -> None:
    message = flags.already_flagged(FlagState("U01MARA", made.AT, name="Mara <Lindqvist>"))
    limits.check(message)
    said = f"<@U01MARA> flagged this group at {FIVE_PAST}, just before you. Your click changed nothing."
    assert limits.lines(message) == [said]
    assert message.text.startswith("Mara &lt;Lindqvist&gt; flagged this group at ")


def test_a_flag_that_is_gone_already_is_said() -> None:
    limits.check(flags.not_flagged())


def test_the_offer_says_what_would_be_written_and_asked_for() -> None:
    message = flags.offer_writing(made.card(revision=2), LINK, ("Desk.contacts.UPDATE",))
    limits.check(message)
    assert limits.lines(message) == [
        ":triangular_flag_on_post: *Flagged, in Slack only*\n"
        "Zoho does not show it, because your connection may only read. "
        "Everybody here can see it with `/duplicates flagged`.",
        "- With writing allowed: a comment “suspected duplicate” on both contacts, which Undo removes",
        "- Asked for: Desk.contacts.UPDATE, used only when you press a button",
        "[Allow writing] [Keep it in Slack]",
        "The link is for you alone, until <!date^1795508400^{time}|08:20 UTC>.",
    ]
    keep = limits.buttons(message)["Keep it in Slack"]
    assert (keep["action_id"], ids.read_group(keep["value"])) == (ids.FLAG_LOCAL, ids.GroupRef("7kq2m", 2))


def test_a_field_is_offered_as_a_mark() -> None:
    message = flags.offer_writing(made.card(), LINK, ("Desk.products.UPDATE",), field=True)
    assert "- With writing allowed: a mark on both contacts, which Undo removes" in limits.lines(message)


def test_keeping_it_in_slack_is_confirmed() -> None:
    limits.check(flags.kept_in_slack())


def test_the_grant_says_how_many_flags_it_released() -> None:
    message = flags.writing_allowed(2)
    limits.check(message)
    assert message.text == "Writing is allowed. 2 waiting flags were written to Zoho."
    assert flags.writing_allowed(1, 1).text == "Writing is allowed. 1 waiting flag was written to Zoho."
    assert flags.writing_allowed(0).text == "Writing is allowed. No waiting flags were written to Zoho."
