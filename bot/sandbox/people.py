"""Who and what is in the made-up workspace: persons, channels, the app."""

from __future__ import annotations

from dataclasses import dataclass, field

TEAM = "T01LARKFIELD"
OTHER_TEAM = "T02HALDEN"
TEAMS = {TEAM: ("Larkfield", "larkfield"), OTHER_TEAM: ("Halden", "halden")}
APP = "A01DUP"
APP_NAME = "Duplicates"
BOT_USER = "U00BOT"
BOT = "B00BOT"


@dataclass(frozen=True)
class Person:
    """Somebody who can be chosen on the page; `note` says there what is special about them."""

    id: str
    name: str
    handle: str
    team: str = TEAM
    zone: str = "Europe/Berlin"
    note: str = ""
    is_deactivated: bool = False

    @property
    def email(self) -> str:
        """An address under a reserved name, so that nothing can ever be sent to it."""
        return f"{self.handle}@{TEAMS[self.team][1]}.example"

    @property
    def dm(self) -> str:
        """The conversation between this person and the app."""
        return "D" + self.id[1:]


@dataclass
class Channel:
    """A conversation; `people` are the ids of its members, the app's own user among them."""

    id: str
    name: str
    people: set[str] = field(default_factory=set)
    private: bool = False
    shared: bool = False
    archived: bool = False

    @property
    def is_dm(self) -> bool:
        """True for a conversation between one person and the app."""
        return self.id.startswith("D")


def persons() -> dict[str, Person]:
    """The five persons, by id."""
    everybody = (
        Person("U01MARA", "Mara Lindqvist", "mara", note="Support, EU"),
        Person("U02TOMAS", "Tomás Reyes", "tomas", note="EU, sees fewer records", zone="Europe/Madrid"),
        Person("U03PRIYA", "Priya Nair", "priya", note="Support, India", zone="Asia/Kolkata"),
        Person("U04JONAS", "Jonas Weil", "jonas", note="not connected to Zoho"),
        Person("U05ELIF", "Elif Kaya", "elif", OTHER_TEAM, "Europe/Istanbul", "from another company, Halden"),
    )
    return {person.id: person for person in everybody}


def channels(everybody: dict[str, Person]) -> dict[str, Channel]:
    """Four channels, and a direct conversation with the app for each person, by id."""
    ours = {person.id for person in everybody.values() if person.team == TEAM}
    found = [
        Channel("C01SUPPORT", "support", ours | {BOT_USER}),
        Channel("C02GENERAL", "general", ours | {BOT_USER}),
        Channel("C03SHARED", "with-halden", set(everybody) | {BOT_USER}, shared=True),
        Channel("C04PRIVATE", "leads-private", {"U01MARA", "U02TOMAS"}, private=True),
    ]
    found += [Channel(person.dm, person.handle, {person.id, BOT_USER}) for person in everybody.values()]
    return {channel.id: channel for channel in found}
