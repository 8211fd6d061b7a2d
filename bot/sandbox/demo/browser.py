"""A browser without a window: opens pages, reads their forms, presses buttons, keeps cookies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

_SILENT = ("script", "style", "title")
_ENDS_A_LINE = ("br", "button", "div", "h1", "h2", "h3", "li", "p", "small", "tr")


@dataclass
class Form:
    """One form of a page: where it goes, what it carries, and the words on its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


@dataclass
class Button:
    """A button that sends its form; ``name`` and ``value`` go along when it has them."""

    name: str
    value: str
    words: str = ""


@dataclass(frozen=True)
class Page:
    """What the browser shows after an address was opened or a button pressed."""

    url: str
    status: int
    lines: tuple[str, ...]
    forms: tuple[Form, ...]

    @property
    def words(self) -> str:
        """Everything readable, in one line."""
        return " ".join(self.lines)


class Browser:
    """One person's browser; what it is sent on to, it follows."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[Browser]:
        """A browser without any cookie, closed at the end of the block."""
        async with httpx.AsyncClient(follow_redirects=True, timeout=15, trust_env=False) as http:
            yield cls(http)

    async def open(self, url: str) -> Page:
        """Open an address; httpx.HTTPError when nobody answers there."""
        return _page(await self._http.get(url))

    async def press(self, page: Page, words: str) -> Page:
        """Press the first button whose words hold these; LookupError when the page has none."""
        for form in page.forms:
            for button in form.buttons:
                if words in button.words:
                    return await self._send(page, form, button)
        raise LookupError(f"no button “{words}” on {page.url}")

    async def _send(self, page: Page, form: Form, button: Button) -> Page:
        fields = {**form.fields, **({button.name: button.value} if button.name else {})}
        target = urljoin(page.url, form.action)
        if form.method == "get":
            return _page(await self._http.get(target, params=fields))
        return _page(await self._http.post(target, data=fields))


def _page(response: httpx.Response) -> Page:
    reader = _Reader()
    reader.feed(response.text)
    return Page(str(response.url), response.status_code, tuple(reader.lines()), tuple(reader.forms))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._silent = 0
        self._button: Button | None = None

    def lines(self) -> list[str]:
        """What can be read, a line for each paragraph, button, row of a table."""
        lines = [" ".join(line.split()) for line in "".join(self._words).split("\n")]
        return [line for line in lines if line]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._silent += tag in _SILENT
        self._words.append(" [" if tag == "button" else " ")
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "input" and self.forms:
            self._add_input(given)
        elif tag == "button" and self.forms:
            self._button = Button(given.get("name", ""), given.get("value", ""))
            self.forms[-1].buttons.append(self._button)

    def _add_input(self, given: dict[str, str]) -> None:
        if given.get("type") == "submit":
            value = given.get("value", "")
            self._words.append(f"[{value}]\n")
            self.forms[-1].buttons.append(Button(given.get("name", ""), value, value))
        elif given.get("name"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag == "button":
            self._button = None
            self._words.append("]")
        self._words.append("\n" if tag in _ENDS_A_LINE else " ")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self._words.append(data.replace("\n", " "))
        if self._button is not None:
            self._button.words += data
