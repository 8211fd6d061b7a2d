"""What was being done when something failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import ids
from bot.blocks import parts, words
from zoho.records import Module, Product
from zoho.scopes import READ_DESK


@dataclass(frozen=True, slots=True)
class Failing:
    """As far as it is known.

    ``command`` is what was typed after ``/duplicates``. ``link`` leads to a new connection with ``scopes``.
    ``again`` is the value of *Try again*, ``corrected`` that of the same search with the nearest filter; ""
    draws no button. ``region`` is the connection's ("EU"), ``domain`` its Zoho domain ("zoho.eu"),
    ``elsewhere`` the region and domain that answered in its place ("India (zoho.in)"). ``searched`` is
    False for clicks on a group or on alerts, which ``shown_by`` names, and for what was submitted;
    ``only_looked`` where such a click changes nothing. ``read`` is how many
    records a long read had come to.
    """

    product: Product = Product.DESK
    module: Module | None = None
    org_name: str = ""
    region: str = ""
    domain: str = ""
    elsewhere: str = ""
    command: str = ""
    link: parts.Link | None = None
    scopes: tuple[str, ...] = READ_DESK
    again: str = ""
    corrected: str = ""
    reference: str = ""
    at: datetime | None = None
    last_worked: datetime | None = None
    searched: bool = True
    shown_by: str = "the group"
    only_looked: bool = False
    read: int = 0

    @property
    def brand(self) -> str:
        """The Zoho product, in words."""
        return words.brand(self.product)

    @property
    def nothing(self) -> str:
        """What was not done, as a sentence."""
        if self.read:
            return self.stopped
        return "Nothing was searched." if self.searched else "Nothing was changed."

    @property
    def stopped(self) -> str:
        """How far it came, when that is not known exactly."""
        if self.only_looked:
            return self.nothing
        if not self.searched:
            return f"It is not certain that everything was done; {self.shown_by} shows what stands."
        what = f"The search for duplicate {self.module.plural}" if self.module else "The search"
        if self.read:
            come = f"{words.number(self.read)} {self.module.plural if self.module else 'records'}"
            return f"{what} stopped after {come}. Nothing was changed and nothing is kept."
        return f"{what} stopped there. Nothing was changed."

    @property
    def org(self) -> str:
        """The organisation in the middle of a sentence, in mrkdwn."""
        return words.inert(self.org_name) or "your organisation"

    @property
    def typed(self) -> str:
        """The command that asks for the same again."""
        if self.command or not self.module:
            return f"{ids.COMMAND} {self.command}".strip()
        return f"{ids.COMMAND} {self.module.product} {self.module.plural}"

    @property
    def place(self) -> str:
        """Where and when, and the reference, in mrkdwn."""
        moment = words.when(self.at) if self.at else ""
        reference = f"reference {self.reference}" if self.reference else ""
        return words.dotted(words.inert(self.org_name), words.inert(self.region), moment, reference)
