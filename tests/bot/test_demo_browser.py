"""The browser without a window that the demo walks consent with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.demo.browser import Browser

PAGE = """<!doctype html><title>not read</title><style>p {{}}</style><h1>Who are you?</h1>
<form method="post" action="/chosen?{query}"><input type="hidden" name="state" value="a&amp;b">
<button name="user" value="mara">Mara <b>Lindqvist</b></button>
<input type="submit" name="user" value="Decline"></form>
<form action="search"><input name="q" value="x y"><button>Search</button></form>"""


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async def show(request: web.Request) -> web.Response:
        return web.Response(
            text=PAGE.format(query=request.query_string or "from=here"), content_type="text/html"
        )

    async def chosen(request: web.Request) -> web.Response:
        fields = await request.post()
        where = f"/end?user={fields['user']!s}&from={request.query['from']}"
        answer = web.Response(status=302, headers={"Location": where})
        answer.set_cookie("state", str(len(str(fields["state"]))))
        return answer

    async def end(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.query_string} {request.cookies.get('state')}", status=201)

    app = web.Application()
    app.router.add_get("/ask/page", show)
    app.router.add_get("/ask/search", end)
    app.router.add_post("/chosen", chosen)
    app.router.add_get("/end", end)
    async with TestServer(app) as server:
        yield str(server.make_url("/ask/page"))


async def test_a_pressed_button_sends_its_form_and_what_it_carries_and_follows(site: str) -> None:
    async with Browser.start() as browser:
        page = await browser.open(site)
        assert page.lines == ("Who are you?", "[Mara Lindqvist ]", "[Decline]", "[Search]")

        end = await browser.press(page, "Mara Lindqvist")

    assert (end.status, end.words) == (201, "user=mara&from=here 3")


async def test_an_input_that_submits_is_a_button_too(site: str) -> None:
    async with Browser.start() as browser:
        end = await browser.press(await browser.open(site), "Decline")

    assert end.words.startswith("user=Decline")


async def test_a_form_without_a_method_asks_with_a_query(site: str) -> None:
    async with Browser.start() as browser:
        end = await browser.press(await browser.open(site), "Search")

    assert end.words == "q=x y None"


async def test_a_button_that_is_not_there_is_named(site: str) -> None:
    async with Browser.start() as browser:
        page = await browser.open(site)

        with pytest.raises(LookupError, match="no button “Accept”"):
            await browser.press(page, "Accept")
