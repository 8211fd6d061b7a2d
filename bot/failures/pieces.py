"""What several answers share: buttons, feet, quotes."""

from __future__ import annotations

from slack_sdk.models.blocks import InteractiveElement

from bot import ids
from bot.blocks import connection, parts, words
from bot.failures.about import Failing
from zoho import errors

_FINE = 200


def try_again(about: Failing) -> InteractiveElement | None:
    """The button that asks for the same once more; None where it would not know what."""
    return parts.button(ids.SEARCH_AGAIN, "Try again", value=about.again) if about.again else None


def repeat(about: Failing) -> str:
    """How to ask again where no button does it."""
    return "" if about.again else type_again(about)


def type_again(about: Failing) -> str:
    """How to ask again where a button would only fail again."""
    if not about.searched:
        return ""
    return f"Then type {words.in_code(about.typed)} again."


def connect(about: Failing, text: str, label: str = "") -> InteractiveElement | None:
    """The button to a new connection; None without a link."""
    return connection.connect_button(about.link, text, label) if about.link else None


def reconnect(about: Failing) -> InteractiveElement | None:
    """The button to the same connection anew."""
    return connect(about, f"Reconnect {about.brand}")


def link_foot(about: Failing) -> str:
    """For whom the link is, or how to get one."""
    return connection.link_line(about.link) if about.link else f"`{ids.COMMAND} connect` makes a link."


def zoho_words(error: errors.ZohoError) -> str:
    """Zoho's words under its code; nothing for a bare status, nor for that of an answer that was none of
    HTTP's errors, which explain nothing."""
    if not error.words and not error.code:
        return ""
    status = str(error.status) if error.status and error.status != _FINE else ""
    head = " ".join(part for part in (status, error.code) if part)
    return f"{head}\n{error.words}" if head else f"error: {error.words}"
