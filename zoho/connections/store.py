"""The stored connections: whose they are, what they reach, and how they begin and end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Update, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from zoho.connections.attempts import Attempt, Attempts
from zoho.connections.renewal import Pace, Renewal
from zoho.connections.tables import (
    SECRET_COLUMNS,
    Connection,
    Grant,
    Replaced,
    Status,
    Token,
    TokenServer,
    connection_from,
    connections,
    of,
    organisation_columns,
    reading_tokens,
)
from zoho.database import Database, insert_or_ignore
from zoho.errors import GrantLost, KeyLost, NotConnected, OrganisationRefused, WrongRegion
from zoho.records import Organisation, Product, Who

_TELLING = tuple(column for column in connections.c if column.name not in SECRET_COLUMNS)


class Connections:
    """Who is connected to what."""

    def __init__(
        self,
        database: Database,
        tokens: TokenServer,
        *,
        now: Callable[[], datetime],
        pace: Pace = Pace(),  # noqa: B008  # frozen
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._now = now
        self._renewal = Renewal(database, tokens, now=now, pace=pace)
        self.attempts = Attempts(database, now=now)

    async def start_attempt(
        self,
        who: Who,
        product: Product,
        *,
        scopes: Sequence[str],
        resume: str = "",
        now: datetime | None = None,
    ) -> str:
        """Open an attempt to connect for fifteen minutes; the secret for its link.

        ``resume`` is the caller's own text, stored encrypted, to go on with when the connection stands.
        """
        return await self.attempts.start(who, product, scopes=scopes, resume=resume, now=now or self._now())

    async def peek_attempt(self, link: str) -> Attempt | None:
        """The attempt behind a link, or None when it is unknown, used or expired. Spends nothing. KeyLost."""
        return await self.attempts.peek(link)

    async def get(self, who: Who, product: Product) -> Connection | None:
        """This person's connection, or None. Needs no key: the tokens are not read."""
        found = await self._select(who, product)
        return found[0] if found else None

    async def of(self, who: Who) -> tuple[Connection, ...]:
        """Every connection of this person, by product. Needs no key."""
        return await self._select(who, None)

    async def everybodys(self) -> tuple[Connection, ...]:
        """Every connection of this installation, the oldest first. Needs no key."""
        query = select(*_TELLING).order_by(connections.c.connected_at, *connections.primary_key.columns)
        async with self._database.read() as reader:
            rows = (await reader.execute(query)).mappings().all()
        return tuple(connection_from(row, self._now()) for row in rows)

    async def people(self, workspace: str) -> tuple[Who, ...]:
        """Everybody of a workspace who is connected to something."""
        query = select(connections.c.user_id).where(connections.c.workspace == workspace).distinct()
        async with self._database.read() as reader:
            return tuple(Who(workspace, user) for user in (await reader.execute(query)).scalars())

    async def opened(self, who: Who, product: Product) -> Connection:
        """This person's connection, fit for calls.

        Raises NotConnected, GrantLost when it needs a reconnect, TokensLost when its tokens cannot be read.
        """
        query = select(connections).where(*of(connections, who, product))
        async with self._database.read() as reader:
            with reading_tokens():
                row = (await reader.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotConnected
        connection = connection_from(row, self._now())
        if connection.status is Status.NEEDS_RECONNECT:
            raise GrantLost
        return connection

    async def choose_portal(self, who: Who, product: Product, org_id: str) -> Connection:
        """Take one of the organisations offered at connect; choosing the same one again changes nothing.

        Raises NotConnected, and OrganisationRefused for one that was not offered.
        """
        async with self._database.write() as writer:
            connection = await self._locked(writer, who, product)
            if connection.org_id == org_id:
                return connection
            chosen = [choice for choice in connection.choices if choice.id == org_id]
            if not chosen:
                raise OrganisationRefused(org_id)
            await writer.execute(_change(who, product, organisation_columns(chosen)))
        return await self._required(who, product)

    async def note_organisations(
        self, who: Who, product: Product, listed: Sequence[Organisation]
    ) -> Connection:
        """Compare the stored organisation with what Zoho lists now; a renamed one gets its new name.

        Raises NotConnected, OrganisationRefused, naming it, when the stored one is not listed any more, and
        WrongRegion when it is listed as one of another data centre.
        """
        async with self._database.write() as writer:
            connection = await self._locked(writer, who, product)
            now_listed = next((one for one in listed if one.id == connection.org_id), None)
            if now_listed is None:
                raise OrganisationRefused(connection.org_name or connection.org_id)
            if now_listed.dc not in ("", connection.dc):
                raise WrongRegion(dc=now_listed.dc)
            named = {"org_name": now_listed.name, "portal": now_listed.portal}
            await writer.execute(_change(who, product, named))
        return await self._required(who, product)

    async def disconnect(self, who: Who, product: Product | None = None) -> tuple[Product, ...]:
        """Delete this person's connection (without ``product``: all of them), then revoke it at Zoho.

        Returns the products that were connected. What Zoho says to it changes nothing.
        """
        gone: list[Product] = []
        for connection in await self._select(who, product):
            old = await self._delete(connection.who, connection.product)
            if old is not None:
                gone.append(connection.product)
                await self.revoke(old)
        return tuple(gone)

    async def end_workspace(self, workspace: str) -> int:
        """The same for everybody of a workspace: all are deleted before Zoho is asked anything, which may
        take long. How many there were."""
        ended: list[Replaced] = []
        for who in await self.people(workspace):
            for connection in await self._select(who, None):
                old = await self._delete(who, connection.product)
                ended += [] if old is None else [old]
        for old in ended:
            await self.revoke(old)
        return len(ended)

    async def _delete(self, who: Who, product: Product) -> Replaced | None:
        """Delete one connection; out comes what is to be revoked, None when somebody was faster."""
        async with self._database.write() as writer:
            old = await _replaced(writer, who, product)
            await writer.execute(delete(connections).where(*of(connections, who, product)))
        return old

    async def revoke(self, old: Replaced) -> None:
        """End a grant that is no longer stored; failures are ignored."""
        if old.refresh_token:
            await self._tokens.revoke(
                dc=old.dc, accounts_server=old.accounts_server, refresh_token=old.refresh_token
            )

    async def store(
        self,
        who: Who,
        product: Product,
        grant: Grant,
        *,
        organisations: Sequence[Organisation],
        zoho_user: str,
    ) -> Replaced | None:
        """Put a new grant in place; what it replaces is returned, to be revoked afterwards."""
        fresh = {
            "workspace": who.workspace,
            "user_id": who.user,
            "product": product.value,
            "dc": grant.dc,
            "accounts_server": grant.accounts_server,
            "api_domain": grant.api_domain,
            "scopes": " ".join(sorted(grant.scopes)),
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_at": grant.expires_at,
            "zoho_user": zoho_user,
            "connected_at": self._now(),
            "status": Status.OK.value,
            "is_told": False,
            # By chance and not from 1: a late answer about an older grant must not fit this one.
            "generation": secrets.randbits(52),
            "cool_down": 0,
            "asked": "[]",
            **dict.fromkeys(("lease_holder", "lease_until", "retry_at", "throttled_until", "forced_at")),
            **organisation_columns(organisations),
        }
        old = await self._put(who, product, fresh)
        return None if old and old.refresh_token == grant.refresh_token else old

    async def claim_telling(self, who: Who, product: Product) -> bool:
        """True for the one caller who is to tell the person that the grant is lost."""
        claim = (
            update(connections)
            .where(
                *of(connections, who, product),
                connections.c.status == Status.NEEDS_RECONNECT.value,
                connections.c.is_told.is_(False),
            )
            .values(is_told=True)
        )
        async with self._database.write() as writer:
            return (await writer.execute(claim)).rowcount == 1

    async def ready(self, who: Who, product: Product) -> Connection:
        """The connection with a token renewed where it had fewer than 120 s left, as far as Zoho lets it be.

        Raises as `token`.
        """
        await self._renewal.token(who, product)
        return await self._required(who, product)

    async def token(self, who: Who, product: Product) -> Token:
        """A token that is good for a call; see `Renewal.token`."""
        return await self._renewal.token(who, product)

    async def renewed(self, who: Who, product: Product, refused: Token) -> Token:
        """A newer token than the one Zoho refused; see `Renewal.renewed`."""
        return await self._renewal.renewed(who, product, refused)

    async def give_up(self, who: Who, product: Product, refused: Token) -> None:
        """A renewed token was refused too: the connection needs a reconnect."""
        await self._renewal.give_up(who, product, refused)

    async def close(self) -> None:
        """Wait for the refreshes under way."""
        await self._renewal.close()

    async def _put(self, who: Who, product: Product, fresh: Mapping[str, object]) -> Replaced | None:
        """Make this the person's only row; out comes the one that was, which nobody else gets to see."""
        async with self._database.write() as writer:
            insert = insert_or_ignore(connections, fresh).returning(connections.c.product)
            if (await writer.execute(insert)).one_or_none() is not None:
                return None
            old = await _replaced(writer, who, product)
            if old is not None:
                await writer.execute(_change(who, product, fresh))
                return old
        # Somebody disconnected in this very moment: then there is room for ours.
        return await self._put(who, product, fresh)

    async def _locked(self, writer: AsyncConnection, who: Who, product: Product) -> Connection:
        """The connection, which stays as it is until the transaction ends. Raises NotConnected."""
        query = select(*_TELLING).where(*of(connections, who, product)).with_for_update()
        row = (await writer.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotConnected
        return connection_from(row, self._now())

    async def _required(self, who: Who, product: Product) -> Connection:
        connection = await self.get(who, product)
        if connection is None:
            raise NotConnected
        return connection

    async def _select(self, who: Who, product: Product | None) -> tuple[Connection, ...]:
        query = select(*_TELLING).where(*of(connections, who, product)).order_by(connections.c.product)
        async with self._database.read() as reader:
            rows = (await reader.execute(query)).mappings().all()
        return tuple(connection_from(row, self._now()) for row in rows)


def _change(who: Who, product: Product, values: Mapping[str, object]) -> Update:
    return update(connections).where(*of(connections, who, product)).values(**values)


async def _replaced(writer: AsyncConnection, who: Who, product: Product) -> Replaced | None:
    """The grant that is stored now, locked; its refresh token is "" when the key for it is lost."""
    c = connections.c
    query = select(c.dc, c.accounts_server).where(*of(connections, who, product)).with_for_update()
    row = (await writer.execute(query)).one_or_none()
    if row is None:
        return None
    try:
        token = await writer.scalar(select(c.refresh_token).where(*of(connections, who, product)))
    except KeyLost:
        token = ""
    return Replaced(row.dc, row.accounts_server, token or "")
