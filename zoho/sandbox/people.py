"""The made-up Zoho users: who they are, which portals they reach, and what their profile shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """One Zoho user of one data centre; the first portal is the default one.

    ``is_admin`` may delete what others wrote, merge and trash. ``sees_all`` is False for a profile that hides
    the records marked as restricted.
    """

    key: str
    first_name: str
    last_name: str
    email: str
    dc: str
    portals: tuple[str, ...]
    agent_id: str
    is_admin: bool = False
    sees_all: bool = True
    note: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def profile_id(self) -> str:
        """The id of the person's profile in Desk."""
        return "20060000000901" if self.is_admin else "20060000000902"


PEOPLE = (
    Person(
        key="mara",
        first_name="Mara",
        last_name="Lindqvist",
        email="mara.lindqvist@larkfield.example",
        dc="eu",
        portals=("larkfield",),
        agent_id="20060000010001",
        is_admin=True,
        note="administrator of Larkfield Support",
    ),
    Person(
        key="tomas",
        first_name="Tomás",
        last_name="Reyes",
        email="tomas.reyes@larkfield.example",
        dc="eu",
        portals=("larkfield",),
        agent_id="20060000010002",
        sees_all=False,
        note="agent of Larkfield Support; the profile shows fewer records",
    ),
    Person(
        key="jonas",
        first_name="Jonas",
        last_name="Weil",
        email="jonas.weil@kestrel.example",
        dc="eu",
        portals=("kestrel",),
        agent_id="20060000010003",
        is_admin=True,
        note="administrator of Kestrel Logistics",
    ),
    Person(
        key="sofia",
        first_name="Sofia",
        last_name="Marchetti",
        email="sofia.marchetti@larkfield.example",
        dc="eu",
        portals=("larkfield", "kestrel", "larkfieldtest"),
        agent_id="20060000010004",
        note="agent in two portals, and in a sandbox portal",
    ),
    Person(
        key="priya",
        first_name="Priya",
        last_name="Nair",
        email="priya.nair@bellbird.example",
        dc="in",
        portals=("bellbird",),
        agent_id="60010000010001",
        is_admin=True,
        note="administrator of Bellbird Outdoor",
    ),
    Person(
        key="elif",
        first_name="Elif",
        last_name="Kaya",
        email="elif.kaya@halden.example",
        dc="in",
        portals=("halden",),
        agent_id="60010000010002",
        is_admin=True,
        note="administrator of Halden Clinics",
    ),
    Person(
        key="nodesk",
        first_name="Kofi",
        last_name="Mensah",
        email="kofi.mensah@aldertree.example",
        dc="eu",
        portals=(),
        agent_id="",
        note="has a Zoho account but no Zoho Desk",
    ),
)
