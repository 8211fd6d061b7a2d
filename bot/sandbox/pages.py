"""Serves the web page: plain files that lie beside this module."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self';"
        " img-src 'self' data: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def _file(path: Path) -> web.Response:
    return web.Response(
        body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8", headers=HEADERS
    )


async def index(request: web.Request) -> web.Response:
    """The page itself; person and place stand in its query, for the script to read."""
    return _file(FOLDER / "index.html")


async def part(request: web.Request) -> web.Response:
    """One of its scripts, style sheets or pictures; 404 for any other name."""
    known = {path.name: path for path in FOLDER.iterdir() if path.suffix in TYPES}
    name = request.match_info["name"]
    if name not in known:
        raise web.HTTPNotFound
    return _file(known[name])


def add_to(app: web.Application) -> None:
    """Add the page's routes."""
    app.router.add_get("/", index)
    app.router.add_get("/page/{name}", part)
