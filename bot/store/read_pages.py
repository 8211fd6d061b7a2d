"""The pages of a long read as they came, encrypted, while it is under way: whoever goes on with it after its
process has ended pays for none of them twice."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Insert, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.store.tables import read_pages, reads
from zoho.database import Database
from zoho.desk import SearchPage

log = structlog.get_logger(__name__)

_PAGE = TypeAdapter(SearchPage)


class ReadPages:
    """The pages of one read, see `zoho.duplicates.windows.Journal` for ``began`` and ``used``."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        key: str,
        began: datetime,
        used: int,
        places: frozenset[str],
        is_ours: ColumnElement[bool],
        when_over: Callable[[], object],
    ) -> None:
        """``places`` are those of which a page is kept already; ``is_ours`` holds while the read under
        ``key`` is under way here, and ``when_over`` is called when a page comes and it does not."""
        self.began = began
        self.used = used
        self._database = database
        self._now = now
        self._key = key
        self._places = places
        self._is_ours = is_ours
        self._when_over = when_over

    async def find(self, place: str) -> SearchPage | None:
        """The page that was kept for this place, else None. Raises KeyLost when no key opens it."""
        if place not in self._places:
            return None
        this = (read_pages.c.read == self._key, read_pages.c.place == place)
        async with self._database.read() as connection:
            text = (await connection.execute(select(read_pages.c.page).where(*this))).scalar_one_or_none()
        return None if text is None else _unpacked(text)

    async def keep(self, place: str, page: SearchPage, *, read: int, used: int) -> None:
        """Keep a page and how far the read has come with it, unless it is over or in other hands."""
        row = {"read": self._key, "place": place, "page": _packed(page)}
        await self._write({"read": read, "used": used}, insert(read_pages).values(row))

    async def note(self, used: int) -> None:
        """Keep the credits used up to here, likewise."""
        await self._write({"used": used})

    async def _write(self, figures: Mapping[str, int], *along: Insert) -> None:
        """A store that does not answer for a moment stops nothing: that page would be paid for once more."""
        try:
            is_ours = await self._is_written(figures, along)
        except SQLAlchemyError as error:
            log.warning("page_not_kept", error=type(error).__name__)
            return
        if not is_ours:
            self._when_over()

    async def _is_written(self, figures: Mapping[str, int], along: Sequence[Insert]) -> bool:
        noted = update(reads).where(self._is_ours).values(**figures, seen_at=self._now())
        async with self._database.write() as connection:
            is_ours = (await connection.execute(noted)).rowcount == 1
            for statement in along if is_ours else ():
                await connection.execute(statement)
        return is_ours


def _packed(page: SearchPage) -> str:
    return base64.b85encode(zlib.compress(_PAGE.dump_json(page, exclude_defaults=True))).decode()


def _unpacked(text: str) -> SearchPage:
    return _PAGE.validate_json(zlib.decompress(base64.b85decode(text)))
