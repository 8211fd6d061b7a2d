"""What lies on this machine: settings, the database, the keys."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.blocks.words import counted
from bot.doctor.findings import Finding, note, ok, todo
from bot.migrations import revisions
from bot.settings import Settings
from bot.store.rotation import survey
from zoho.database import Database, address

_LOST = (
    "open with none of the keys in ENCRYPTION_KEYS: add the one they were written with; if it is lost, give "
    "them up with rotate-keys --forget, and let people connect anew"
)


def settings_are_read(settings: Settings) -> list[Finding]:
    """They were checked before anything else ran; what they choose is worth a line."""
    ways = [
        way
        for way, value in (
            ("requests", settings.slack_signing_secret),
            ("Socket Mode", settings.slack_app_token),
        )
        if value.get_secret_value()
    ]
    chosen = [f"Slack by {' or '.join(ways)}", f"Zoho client of {settings.zoho_home_dc}"]
    if settings.observe_only:
        chosen.append("nothing is written to Zoho (OBSERVE_ONLY)")
    return [ok("Settings", "; ".join(chosen))]


async def database_is_there(settings: Settings, database: Database) -> list[Finding]:
    """Its revision, and whether it can be written."""
    where = address(settings.database_url)
    name = f"{where.get_backend_name()} {where.host or ''} {where.database or ''}".replace("  ", " ").strip()
    try:
        found, newest = await asyncio.to_thread(revisions, settings.database_url)
        if not found:
            return [todo("Database", f"{name} holds nothing yet: run python -m bot migrate")]
        if found != newest:
            have, want = (", ".join(sorted(some)) for some in (found, newest))
            return [todo("Database", f"{name} has revision {have}, not {want}: run python -m bot migrate")]
        async with database.write() as writer:
            await writer.execute(text("SELECT 1"))
    except DBAPIError as error:
        # The driver's words are about the file or the server, never about what is stored.
        return [todo("Database", f"{name} cannot be opened or written: {error.orig}")]
    return [ok("Database", f"{name} has the newest revision, {', '.join(sorted(found))}, and can be written")]


async def keys_open(settings: Settings, database: Database) -> list[Finding]:
    """Which of what is stored the keys open."""
    counts = await survey(database, settings.keys)
    lost = sum(count.lost for count in counts)
    older = sum(count.older for count in counts)
    total = sum(count.newest for count in counts) + older + lost
    keys = counted(len(settings.keys), "key")
    if lost:
        where = ", ".join(count.place for count in counts if count.lost)
        return [todo("Encryption keys", f"{lost} of {total} stored values ({where}) {_LOST}")]
    if older:
        how = "run python -m bot rotate-keys before an older key is taken out"
        return [
            note(
                "Encryption keys",
                f"{keys} open all {total} stored values, {older} of them by an older one; {how}",
            )
        ]
    if len(settings.keys) > 1:
        return [
            ok("Encryption keys", f"the newest opens all {total} stored values; the others may be taken out")
        ]
    return [ok("Encryption keys", f"the key opens all {total} stored values")]
