"""One data centre's codes, grants and access tokens, with Zoho's life times and limits."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=2)
WINDOW = timedelta(minutes=10)


class TokenRefused(Exception):
    """The token endpoint says no; ``error`` is the word it says, ``throttled`` adds Zoho's long sentence."""

    def __init__(self, error: str, *, throttled: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.throttled = throttled


@dataclass(slots=True)
class Limits:
    """How much Zoho allows; None switches a limit off. Zoho's papers contradict each other on some."""

    token_life: float = 3600
    live_tokens: int | None = 15
    tokens_per_window: int | None = 10
    live_grants: int | None = 20
    codes_per_window: int | None = None


@dataclass(slots=True, eq=False)
class Grant:
    """What one person allowed one client, with the scopes as they were then."""

    person: str
    scopes: tuple[str, ...]
    portals: tuple[str, ...]
    refresh_token: str | None
    since: datetime
    minted: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Code:
    """A one-time code on its way through the browser."""

    grant: Grant
    redirect_uri: str
    until: datetime


@dataclass(slots=True)
class AccessToken:
    """An access token and when it ends."""

    grant: Grant
    until: datetime


class Grants:
    """The grants of one data centre; another centre knows nothing of them."""

    def __init__(self, limits: Limits, now: Callable[[], datetime]) -> None:
        self.limits = limits
        self.tokens: dict[str, AccessToken] = {}
        self._now = now
        self._codes: dict[str, Code] = {}
        self._grants: dict[str, Grant] = {}
        self._coded: list[datetime] = []

    def code_for(
        self,
        person: str,
        scopes: tuple[str, ...],
        portals: tuple[str, ...],
        redirect_uri: str,
        *,
        lasting: bool,
    ) -> str:
        """A code for a consent just given; only a ``lasting`` grant gets a refresh token."""
        grant = Grant(person, scopes, portals, _new() if lasting else None, self._now())
        code = _new()
        self._codes[code] = Code(grant, redirect_uri, self._now() + CODE_LIFE)
        return code

    def person_of_code(self, code: str) -> str:
        """Whose code this is, or ""."""
        return self._codes[code].grant.person if code in self._codes else ""

    def person_of_grant(self, refresh_token: str) -> str:
        """Whose refresh token this is, or ""."""
        return self._grants[refresh_token].person if refresh_token in self._grants else ""

    def exchange(self, code: str, redirect_uri: str) -> tuple[Grant, str]:
        """Spend a code: the grant and its first access token.

        Raises TokenRefused for a code that is unknown, used, too old, or made for another redirect URI.
        """
        found = self._codes.pop(code, None)
        if found is None or found.until < self._now():
            raise TokenRefused("invalid_code")
        if found.redirect_uri != redirect_uri:
            raise TokenRefused("invalid_redirect_uri")
        self._count_code()
        if found.grant.refresh_token:
            self._grants[found.grant.refresh_token] = found.grant
            self._drop_oldest_grants(found.grant.person)
        return found.grant, self._mint(found.grant)

    def refresh(self, refresh_token: str) -> tuple[Grant, str]:
        """A new access token. Raises TokenRefused for a grant that is gone, or asked for too often."""
        grant = self._grants.get(refresh_token)
        if grant is None:
            raise TokenRefused("invalid_code")
        return grant, self._mint(grant)

    def revoke(self, refresh_token: str) -> bool:
        """End a grant and its access tokens; False when there is no such grant."""
        grant = self._grants.pop(refresh_token, None)
        if grant is not None:
            self._end_tokens(grant)
        return grant is not None

    def revoke_person(self, person: str) -> None:
        """End every grant of a person, as when they withdraw it in Zoho."""
        for token in [token for token, grant in self._grants.items() if grant.person == person]:
            self.revoke(token)

    def expire_person(self, person: str) -> None:
        """End a person's access tokens; the grants stay."""
        for token in [token for token, access in self.tokens.items() if access.grant.person == person]:
            del self.tokens[token]

    def live(self, token: str) -> Grant | None:
        """The grant behind an access token that is good now."""
        access = self.tokens.get(token)
        return access.grant if access and access.until > self._now() else None

    def reach(self, person: str, portals: tuple[str, ...]) -> None:
        """Change which portals a person's tokens reach."""
        for grant in self._grants.values():
            if grant.person == person:
                grant.portals = portals

    def number_of_grants(self, person: str) -> int:
        """How many refresh tokens the person has given out."""
        return sum(grant.person == person for grant in self._grants.values())

    def _mint(self, grant: Grant) -> str:
        now = self._now()
        grant.minted = [at for at in grant.minted if at > now - WINDOW]
        allowed = self.limits.tokens_per_window
        if allowed is not None and len(grant.minted) >= allowed:
            raise TokenRefused("Access Denied", throttled=True)
        grant.minted.append(now)
        token = _new()
        self.tokens[token] = AccessToken(grant, now + timedelta(seconds=self.limits.token_life))
        self._drop_oldest_tokens(grant)
        return token

    def _drop_oldest_tokens(self, grant: Grant) -> None:
        mine = [token for token, access in self.tokens.items() if access.grant is grant]
        for token in mine[: _surplus(len(mine), self.limits.live_tokens)]:
            del self.tokens[token]

    def _drop_oldest_grants(self, person: str) -> None:
        mine = [token for token, grant in self._grants.items() if grant.person == person]
        for token in mine[: _surplus(len(mine), self.limits.live_grants)]:
            self.revoke(token)

    def _end_tokens(self, grant: Grant) -> None:
        for token in [token for token, access in self.tokens.items() if access.grant is grant]:
            del self.tokens[token]

    def _count_code(self) -> None:
        now = self._now()
        self._coded = [at for at in self._coded if at > now - WINDOW]
        if self.limits.codes_per_window is not None and len(self._coded) >= self.limits.codes_per_window:
            raise TokenRefused("access_denied")
        self._coded.append(now)


def _surplus(number: int, limit: int | None) -> int:
    return 0 if limit is None else max(0, number - limit)


def _new() -> str:
    return f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
