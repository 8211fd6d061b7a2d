"""The story: one morning of Mara's, from not being connected to having left again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from bot import ids
from bot.sandbox.demo.acting import Acting, there
from bot.sandbox.demo.alerts_story import AlertsStory
from bot.sandbox.demo.browser import Browser
from bot.sandbox.demo.stage import Stage, address, walk
from bot.sandbox.demo.telling import NotPlayed, Step, Telling, check
from bot.sandbox.things import Message
from zoho.sandbox.calls import Call

MARA, PRIYA, ELIF = "U01MARA", "U03PRIYA", "U05ELIF"
ENDPOINT = "/api/v1/products/duplicate"
LIST = "/api/v1/products"


async def play(stage: Stage, say: Callable[[str], None], *, data: Path | None = None) -> bool:
    """Tell the whole story; True when every step holds. ``data`` holds the records of one list, if given."""
    names = {person.id: person.name for person in stage.slack.world.people.values()}
    names |= {channel.id: f"#{channel.name}" for channel in stage.slack.world.channels.values()}
    tell = Telling(say, names)
    say("The duplicates bot, with a stand-in Slack and a stand-in Zoho, played through once.")
    module = (data / "module.txt").read_text().strip() if data else ""
    if data:
        say(f"Its {module} come from {data}.")
    return await tell.play([*_Story(stage, tell, module).steps(), *AlertsStory(stage, tell, module).steps()])


class _Story:
    """The steps, in order; each returns the sentence that holds."""

    def __init__(self, stage: Stage, tell: Telling, foreign: str) -> None:
        """``foreign`` is the list whose records are not the stand-in's own, "" for none."""
        self._slack = stage.slack
        self._zoho = stage.zoho
        self._stage = stage
        self._tell = tell
        self._act = Acting(stage, tell)
        self._foreign = foreign
        self._offer: Message | None = None
        self._list: Message | None = None
        self._writing: Message | None = None

    def steps(self) -> list[tuple[str, Step]]:
        """Every step with its title."""
        accounts: list[tuple[str, Step]] = (
            [("Accounts", self.accounts)] if self._foreign == "accounts" else []
        )
        return [
            ("Not connected", self.not_connected),
            ("Connect", self.connect),
            ("The command goes on by itself: a summary", self.summary),
            ("Contacts, with reasons and whole links", self.contacts),
            ("Turn the page, and back", self.page_turn),
            ("Flag, and the offer to write it to Zoho", self.flag),
            ("Allow writing: the comment in Zoho", self.allow_writing),
            ("Undo", self.undo),
            *accounts,
            ("Products, by Zoho's duplicate endpoint", self.products_by_endpoint),
            ("Products in an organisation without that endpoint", self.products_by_list),
            ("A parameter Zoho refuses", self.refused_parameter),
            ("Somebody of another company", self.another_company),
            ("Disconnect", self.disconnect),
        ]

    # The steps

    async def not_connected(self) -> str:
        self._offer = await self._act.types(MARA, "", lambda m: bool(address(m)))
        check(self._offer.ephemeral, "others see the link too")
        check(not self._zoho.calls, f"Zoho was called {len(self._zoho.calls)} times")
        return "A link for her alone; Zoho was not called."

    async def connect(self) -> str:
        link = address(there(self._offer))
        await self._look_only(link)
        await self._walk(link)
        message = await self._act.hears(lambda m: self._is_direct(m) and "is connected" in m.words, user=MARA)
        check("Larkfield Support" in message.words, "the organisation is not named")
        return "The page says whose bot it is; a direct message says as whom and where she is connected."

    async def summary(self) -> str:
        message = await self._act.hears(lambda m: bool(m.elements(ids.SEARCH_MODULE)), user=MARA)
        lists = [element.value for element in message.elements(ids.SEARCH_MODULE)]
        check(lists, "no list is named")
        return (
            f"What she had typed was carried out: {_number(message)} possible duplicates, {len(lists)} lists."
        )

    async def contacts(self) -> str:
        self._list = await self._act.types(MARA, "desk contacts", _is_list)
        groups, links = _reasons(self._list), _links(self._list)
        if self._foreign == "contacts" and not groups:
            return "No possible duplicates among these contacts."
        check(groups, "no group is shown")
        own = self._zoho.hosts["eu"]["desk_web"]
        check(links and all(link.startswith(own) for link in links), "a link leads into another region")
        async with Browser.start() as browser:
            record = await browser.open(links[0])
        check(record.status == 200, f"{links[0]} answers {record.status}")
        return (
            f"{len(groups)} groups, each with its reason; {len(links)} links into her region, and they open."
        )

    async def page_turn(self) -> str:
        first = there(self._list)
        if not first.elements(ids.PAGE_NEXT):
            raise NotPlayed("everything fits on one page")
        second = await self._act.presses(MARA, first, ids.PAGE_NEXT, _is_list)
        check(set(_reasons(second)).isdisjoint(_reasons(first)), "a group stands on both pages")
        self._list = await self._act.presses(MARA, second, ids.PAGE_PREVIOUS, _is_list)
        check(_reasons(self._list) == _reasons(first), "the first page came back otherwise")
        return "The next groups stand in the same message, and the first ones come back as they were."

    async def flag(self) -> str:
        shown = there(self._list)
        if not shown.elements(ids.GROUP_FLAG):
            raise NotPlayed("there is no group to flag")
        mark = self._slack.mark
        self._list = await self._act.presses(
            MARA, shown, ids.GROUP_FLAG, lambda m: bool(m.elements(ids.FLAG_UNDO))
        )
        self._writing = await self._act.hears(lambda m: bool(address(m)), user=MARA, mark=mark)
        check(self._zoho.writes == 0, "something was written to Zoho")
        return "The flag stands in Slack; Zoho is untouched, and writing is offered."

    async def allow_writing(self) -> str:
        if self._writing is None:
            raise NotPlayed("nothing is flagged")
        await self._walk(address(self._writing))
        await self._act.hears(lambda m: "Writing is allowed" in m.words, user=MARA)
        comments = self._comments()
        self._tell.quotes("Zoho Desk shows on the records:", comments)
        check(len(comments) >= 2, "the comment is not on every record")
        check(self._zoho.writes == len(comments), "something else was written too")
        check("Suspected duplicate of" in comments[0], "the comment says something else")
        return f"The flag that waited is written: {len(comments)} comments, nothing else."

    async def undo(self) -> str:
        if self._writing is None:
            raise NotPlayed("nothing is flagged")
        shown = self._slack.message(there(self._list).ts)
        check(shown.elements(ids.FLAG_UNDO), "there is nothing to undo")
        self._list = await self._act.presses(
            MARA, shown, ids.FLAG_UNDO, lambda m: not m.elements(ids.FLAG_UNDO)
        )
        left = self._comments()
        check(not left, f"{len(left)} comments are left in Zoho")
        return "The flag is gone, and so are the comments in Zoho."

    async def accounts(self) -> str:
        message = await self._act.types(MARA, "desk accounts", _is_list)
        return f"{_counts(message)}."

    async def products_by_endpoint(self) -> str:
        before = len(self._zoho.calls)
        message = await self._act.types(MARA, "desk products", _is_list)
        calls = self._desk_calls(before)
        check(
            [call.status for call in calls if call.path == ENDPOINT] == [200],
            "the endpoint was not asked, or did not answer",
        )
        check(not any(call.path == LIST for call in calls), "the list was read as well")
        return f"{_counts(message)}, from one call to {ENDPOINT}."

    async def products_by_list(self) -> str:
        await self._stage.connect(PRIYA)
        before = len(self._zoho.calls)
        message = await self._act.types(PRIYA, "desk products", _is_list)
        calls = self._desk_calls(before)
        refused = [call.status for call in calls if call.path == ENDPOINT]
        check(refused and 200 not in refused, "the endpoint was not tried first")
        check(any(call.path == LIST and call.status == 200 for call in calls), "the list was not read")
        own = self._zoho.hosts["in"]["desk_web"]
        links = _links(message)
        check(links and all(link.startswith(own) for link in links), "a link leads into another region")
        instead = f"the endpoint answered {refused[0]}, so the list was read"
        return f"{_counts(message)}; {instead}. Links lead to India."

    async def refused_parameter(self) -> str:
        before = len(self._zoho.calls)
        message = await self._act.types(MARA, "desk products colour=blue", lambda m: "colour" in m.words)
        check(not any(call.path == LIST for call in self._desk_calls(before)), "something was read instead")
        check(not message.elements(ids.GROUP_FLAG), "groups are shown all the same")
        return "Zoho's refusal is told by name, and nothing was read instead."

    async def another_company(self) -> str:
        message = await self._act.types(
            ELIF, "desk contacts", lambda m: "Larkfield" in m.words, channel="C03SHARED"
        )
        check(not address(message), "a link is offered")
        return "Refused in one sentence."

    async def disconnect(self) -> str:
        mark = len(self._zoho.calls)
        await self._act.types(MARA, "disconnect", lambda m: "disconnected" in m.words)
        revoked = [call for call in self._zoho.calls[mark:] if call.path.endswith("/token/revoke")]
        check(revoked, "Zoho was not asked to revoke")
        await self._act.types(MARA, "desk contacts", lambda m: bool(address(m)))
        return "Revoked at Zoho and deleted here; the next search begins with a link again."

    # What several steps need

    async def _look_only(self, link: str) -> None:
        async with Browser.start() as scanner:
            await scanner.open(link)

    async def _walk(self, link: str) -> None:
        async with Browser.start() as browser:
            before, consent, end = await walk(browser, link, "Mara Lindqvist")
        for page in (before, consent, end):
            self._tell.quotes(f"{page.url.partition('?')[0]} shows her:", page.lines)
        check("Mara Lindqvist" in before.words and "Larkfield" in before.words, "the page names nobody")
        check(end.status == 200, f"the last page answers {end.status}")

    def _is_direct(self, message: Message) -> bool:
        return message.channel == self._slack.person(MARA).dm

    def _comments(self) -> list[str]:
        return [comment.content for comment in self._zoho.org("larkfield").comments.values()]

    def _desk_calls(self, before: int) -> list[Call]:
        return [call for call in self._zoho.calls[before:] if call.path.startswith("/api/")]


def _is_list(message: Message) -> bool:
    return bool(message.elements(ids.GROUP_FLAG)) or "No duplicates" in message.words


def _reasons(message: Message) -> list[str]:
    """The first lines of the groups: number, reason, what is shared."""
    bodies = [block for block in message.blocks if block["type"] == "rich_text"]
    firsts = ["".join(piece.get("text", "") for piece in body["elements"][0]["elements"]) for body in bodies]
    return [first for first in firsts if re.match(r"\d+\. \S", first)]


def _links(message: Message) -> list[str]:
    return [
        piece["url"]
        for block in message.blocks
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_list"
        for item in part["elements"]
        for piece in item["elements"]
        if piece["type"] == "link"
    ]


def _number(message: Message) -> str:
    found = re.match(r"[\d,]+|No", message.text)
    return found[0] if found else "?"


def _counts(message: Message) -> str:
    """Groups and records, as the message says them."""
    number = _number(message)
    groups = f"{number} group{'' if number == '1' else 's'}{' so far' if ' so far' in message.words else ''}"
    records = re.search(r"([\d,]+)(?: of [\d,]+)? (?:products|accounts)\b", message.words)
    return f"{groups}, {records[1]} records" if records else groups
