"""Alerts as they are described wherever they stand: what they watch, when they speak, what members see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, ConfirmObject

from bot import ids
from bot.blocks import parts, words
from bot.ids import Detail
from zoho.records import Module

DETAILS = {
    Detail.COUNTS: "the numbers only",
    Detail.MASKED: "names and links; e-mail and phone shortened",
    Detail.FULL: "everything that the owner sees",
}


@dataclass(frozen=True, slots=True)
class AlertsTold:
    """Alerts in words. ``owner`` is a Slack id, ``owner_name`` what that person is called ("" when Slack does
    not say); ``speaks`` is the schedule in words; ``narrowed`` the filters as the channel may see them."""

    key: str
    channel: str
    owner: str
    owner_name: str
    modules: tuple[Module, ...]
    org_name: str
    region_name: str
    speaks: str
    detail: Detail
    narrowed: str = ""
    next_at: datetime | None = None
    snoozed_until: datetime | None = None
    paused: str = ""
    known: int | None = None

    @property
    def watches(self) -> str:
        """The lists, and the organisation they are in, for mrkdwn."""
        where = f"{words.inert(self.org_name)}, {words.inert(self.region_name)}"
        return f"{words.labels(self.modules)} of {where}"


def confirmed(
    action_id: str, text: str, value: str, *, title: str, told: str, go: str = "Stop alerts"
) -> ButtonElement:
    """A button that asks before it does something."""
    return ButtonElement(
        action_id=action_id,
        text=parts.plain(text),
        value=value,
        confirm=ConfirmObject(
            title=parts.plain(title),
            text=parts.plain(told),
            confirm=parts.plain(go),
            deny=parts.plain("Keep them"),
            style="danger",
        ),
    )


def set_up_button() -> ButtonElement:
    """*Set up alerts*: opens the form for new ones, for whoever is connected."""
    return parts.button(ids.SUB_NEW, "Set up alerts", value="new")


def stop_button(key: str) -> ButtonElement:
    """*Stop alerts*, which asks first."""
    told = "This channel will no longer hear of new duplicates. What was posted stays."
    return confirmed(ids.SUB_STOP, "Stop alerts", key, title="Stop these alerts?", told=told)
