"""The answers as they go over the wire: JSON, web pages, refusals."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from zoho.sandbox.pages import page


class Refusal(Exception):
    """An endpoint says no; it becomes the answer that it carries."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.body: dict[str, Any] = {"errorCode": code, "message": message, **(extra or {})}
        if errors:
            self.body["errors"] = errors
        self.headers = headers or {}

    def response(self) -> web.Response:
        """The answer."""
        return web.json_response(self.body, status=self.status, headers=self.headers)


def extra_parameter(name: str) -> Refusal:
    """422 for a query parameter the endpoint does not define; Zoho's own words."""
    return Refusal(422, "UNPROCESSABLE_ENTITY", f"Extra query parameter '{name}' is present in the input.")


def out_of_range(name: str, allowed: str) -> Refusal:
    """422 for a number outside what the endpoint takes."""
    message = f"The value passed for the '{name}' parameter exceeds the range of '{allowed}'."
    return Refusal(422, "UNPROCESSABLE_ENTITY", message)


def missing_parameter(name: str) -> Refusal:
    """422 for a parameter the endpoint cannot do without."""
    return Refusal(422, "UNPROCESSABLE_ENTITY", f"The query parameter '{name}' is missing.")


def invalid(pointer: str, message: str, *, kind: str = "invalid") -> Refusal:
    """422 INVALID_DATA about one field, named by its JSON pointer."""
    return Refusal(
        422,
        "INVALID_DATA",
        "The data is invalid due to validation restrictions",
        errors=[{"fieldName": pointer, "errorType": kind, "errorMessage": message}],
    )


def not_found() -> Refusal:
    """404 for a path that does not exist or a record that is gone."""
    return Refusal(404, "URL_NOT_FOUND", "The URL you've sent is invalid.")


def forbidden(message: str) -> Refusal:
    """403 for what the person's profile does not allow."""
    return Refusal(403, "FORBIDDEN", message)


def json(body: Any, *, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.json_response(body, status=status)


def nothing() -> web.Response:
    """204: nothing found, or done."""
    return web.Response(status=204)


def html(status: int, title: str, words: str) -> web.Response:
    """A web page where the client hoped for JSON."""
    return web.Response(text=page(title, words), status=status, content_type="text/html", charset="utf-8")
