"""How the demo's story is told and counted."""

from __future__ import annotations

from bot.sandbox.demo.telling import NotPlayed, Telling, check
from bot.sandbox.things import Message

NAMES = {"U01MARA": "Mara Lindqvist"}


async def holds() -> str:
    return "It holds."


async def waits() -> str:
    raise TimeoutError("no such message within 10 s")


async def is_otherwise() -> str:
    check([], "nothing is there")
    return "never said"


async def has_nothing_to_show() -> str:
    raise NotPlayed("everything fits on one page")


async def test_a_story_that_holds_ends_with_its_count() -> None:
    lines: list[str] = []

    assert await Telling(lines.append, NAMES).play([("One", holds), ("Two", holds)])

    assert lines == ["", "1. One", "   ✓ It holds.", "", "2. Two", "   ✓ It holds.", "", "2 of 2 steps hold"]


async def test_a_step_that_does_not_hold_is_told_and_the_others_are_played() -> None:
    lines: list[str] = []
    steps = [("One", is_otherwise), ("Two", waits), ("Three", holds)]

    assert not await Telling(lines.append, NAMES).play(steps)

    assert "   ✗ DoesNotHold: nothing is there" in lines
    assert "   ✗ TimeoutError: no such message within 10 s" in lines
    assert lines[-1] == "1 of 3 steps hold"


async def test_a_step_with_nothing_to_show_is_not_counted() -> None:
    lines: list[str] = []

    assert await Telling(lines.append, NAMES).play([("One", has_nothing_to_show), ("Two", holds)])

    assert "   – not played: everything fits on one page" in lines
    assert lines[-1] == "1 of 1 steps hold"


def test_it_is_said_who_sees_an_answer_and_when_it_took_anothers_place() -> None:
    lines: list[str] = []
    tell = Telling(lines.append, NAMES)

    tell.does("U01MARA", "types  /duplicates help")
    tell.shows(Message("1.0", "C01", "U00BOT", text="for *her*", to="U01MARA"))
    tell.shows(Message("2.0", "D01MARA", "U00BOT", text="direct"))
    tell.shows(Message("3.0", "C01", "U00BOT", text="for everybody"))
    tell.happens("Time passes.")

    assert lines == [
        "",
        "   Mara Lindqvist types  /duplicates help",
        "   Duplicates answers to Mara Lindqvist alone:",
        "   │ for her",
        "   Duplicates answers in a direct message:",
        "   │ direct",
        "   Duplicates answers in the channel:",
        "   │ for everybody",
        "",
        "   Time passes.",
    ]


def test_of_a_message_that_took_anothers_place_only_the_news_is_told() -> None:
    lines: list[str] = []
    tell = Telling(lines.append, NAMES)
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": word}} for word in "abcde"]
    changed = [*blocks[:3], {"type": "section", "text": {"type": "plain_text", "text": "new"}}, blocks[4]]

    tell.shows(Message("1.0", "C01", "U00BOT", blocks=tuple(blocks), to="U01MARA"))
    lines.clear()
    tell.shows(Message("1.0", "C01", "U00BOT", blocks=tuple(changed), to="U01MARA", edits=1))

    assert lines == [
        "   Duplicates answers to Mara Lindqvist alone, in place of what stood there:",
        "   │ …",
        "   │ new",
        "   │ …",
    ]
