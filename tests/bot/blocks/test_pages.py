"""The pages of the connect flow: letters stay letters, one style, no script, a policy that allows no more."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st

from bot.blocks import pages
from bot.blocks.pages import Asking, Page
from tests.bot.blocks import made

MARA = Asking("Mara Lindqvist", "Larkfield")
READ = ("Desk.contacts.READ", "Desk.products.READ", "Desk.search.READ", "Desk.basic.READ")
ADDRESS = pages.slack_address("T01LARKFIELD", "A01DUP")


class Reader(HTMLParser):
    """What a browser would find on a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self._in_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.words += data
        self._in_style = False


def check(page: Page) -> Reader:
    reader = Reader(page.html)
    assert reader.tags.count("style") == 1
    assert "script" not in reader.tags
    names = {name for _, name, _ in reader.attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    style = re.search(r"<style>(.*?)</style>", page.html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.policy
    assert page.policy.startswith("default-src 'none'; ")
    assert "unsafe" not in page.policy
    return reader


def test_the_page_before_consent_says_whose_bot_it_feeds() -> None:
    page = pages.connect_page(MARA, "one-time<", READ)
    reader = check(page)
    assert "Connect Zoho Desk to this Slack user?" in reader.words
    for fact in ("Mara Lindqvist", "Larkfield", "Nothing", "Is this not you?"):
        assert fact in reader.words
    assert "Contacts, accounts, products, search, your organisation’s name" in reader.words
    assert ("form", "method", "post") in reader.attributes
    assert ("form", "action", "/zoho/connect") in reader.attributes
    assert ("input", "value", "one-time<") in reader.attributes
    assert "form-action" not in page.policy


def test_a_page_that_asks_for_writing_says_what_may_change() -> None:
    reader = check(pages.connect_page(MARA, "x", (*READ, "Desk.contacts.UPDATE")))
    assert "Contacts, accounts, only when you press a button" in reader.words


def test_the_connected_page_says_who_where_and_what() -> None:
    reader = check(pages.connected_page(MARA, "Larkfield Support", "EU", READ, ADDRESS, going_on=True))
    assert "Zoho Desk is connected" in reader.words
    assert "You can close this page. Your search goes on in Slack." in reader.words
    assert "Mara Lindqvist, workspace Larkfield" in reader.words
    assert "Reading only" in reader.words
    assert ("a", "href", "slack://app?team=T01LARKFIELD&id=A01DUP&tab=messages") in reader.attributes


def test_an_organisation_that_is_still_to_be_chosen_is_said() -> None:
    reader = check(pages.connected_page(MARA, "", "EU", (*READ, "Desk.contacts.UPDATE"), ADDRESS))
    assert "To be chosen in Slack" in reader.words
    assert "Reading, and writing when you press a button" in reader.words


def test_the_failed_page_says_what_to_do_and_what_to_tell() -> None:
    page = pages.failed_page("It failed.", ADDRESS, steps=("Again.",), reference="7F3K-22QD", at=made.AT)
    reader = check(page)
    for said in ("Zoho Desk was not connected", "It failed.", "Again.", "7F3K-22QD, 24 Nov 2026, 08:05 UTC."):
        assert said in reader.words


def test_without_a_reference_there_is_nothing_to_tell() -> None:
    assert "reference" not in check(pages.failed_page("It failed.", ADDRESS)).words


def test_without_the_apps_id_the_button_opens_slack() -> None:
    assert pages.slack_address("T01LARKFIELD", "") == "slack://open"


EVIL = "<img src=x onerror=alert(1)>\"&'</bdi><script>alert(1)</script>"


@given(st.text(max_size=300) | st.just(EVIL))
@example(EVIL)
def test_names_of_people_are_letters_only(name: str) -> None:
    asking = Asking(name, name)
    known = set(check(pages.connect_page(MARA, "x", READ)).tags)
    assert set(check(pages.connect_page(asking, name, READ)).tags) == known
    check(pages.connected_page(asking, name, name, READ, pages.slack_address(name, name)))
