"""An error in, the sentence a person reads out: in Slack, in a row of the summary, on a web page.

`answer`, `in_a_row` and `page` each look along the error's ancestors and take the first that has a sentence.
"""

from __future__ import annotations

import secrets
from html import escape

from bot.blocks import pages, parts, words
from bot.failures.about import Failing
from bot.failures.answers import ANSWERS
from bot.failures.searching import unexpected
from bot.failures.short import PAGE_UNEXPECTED, PAGES, ROWS, filled, nearest, row_unexpected, steps
from zoho.errors import ZohoError

__all__ = ["Failing", "answer", "in_a_row", "new_reference", "page"]

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """A short reference for a person to tell and for the log to be found by: "7F3K-22QD"."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def answer(error: BaseException, about: Failing) -> parts.Message:
    """What the person reads in Slack after ``error``. Any exception has an answer."""
    return nearest(ANSWERS, error, unexpected)(error, about)


def in_a_row(error: BaseException) -> str:
    """The same in a few words of mrkdwn, for one list among several."""
    return nearest(ROWS, error, row_unexpected)(error)


def page(error: BaseException, about: Failing, address: str) -> pages.Page:
    """The web page after ``error`` in the connect flow; ``address`` opens Slack."""
    said = nearest(PAGES, error, PAGE_UNEXPECTED)
    region = error.words if isinstance(error, ZohoError) else ""
    return pages.failed_page(
        filled(said, about.brand, escape(words.cut(words.clean(region), words.NAME_LENGTH))),
        address,
        steps=steps(said, about.brand),
        reference=about.reference,
        at=about.at,
        product=about.product,
    )
