"""Every error the Zoho side raises, as one tree; an error's docstring says what it means.

ZohoError
├── NotConnected              the person has no connection for this product
├── GrantLost                 Zoho no longer accepts the refresh token
├── KeyLost                   what is stored cannot be read with the configured keys
│   └── TokensLost            nor can the person's own tokens
├── ClientRefused             Zoho does not know this installation's client here
├── Throttled                 too many calls at once
│   └── TokenThrottled        the token endpoint asks for a pause
├── QuotaSpent                the day's credits are used up
├── Refused
│   ├── ScopeMissing          a permission (scope) was not granted
│   ├── OrganisationRefused   the organisation is not reachable with this token
│   └── PermissionRefused     the person's Zoho profile forbids it
│       └── EditionRefused    the organisation's edition does
├── NotFound                  no such record or path
├── BadRequest                Zoho refused the request's content
├── WrongRegion               another data centre answered
├── ServerError               Zoho failed: 5xx, a web page, an empty body
│   └── NoAnswer              time-out or broken connection
├── ModuleError               a 200 that carries an ``error`` key
├── TooLarge                  Zoho answered 202, or the list passes what is read by offset
├── UnknownFilter             no record has the field a filter names
└── ConnectFailed
    ├── StateRefused          the state is wrong, used, expired or somebody else's
    ├── CookieMissing         the callback came to another browser
    ├── ConsentDeclined       the person pressed Decline
    ├── NoOrganisation        the Zoho user lacks the product (``error=no_org``)
    ├── UnknownServer         the callback names an accounts server that is not Zoho's
    ├── UnsupportedRegion     the product is not offered, or not known, in that data centre
    ├── CodeRefused           the code was refused: expired, used, or another centre's
    └── NoRefreshToken        consent gave no refresh token
"""

from __future__ import annotations

from datetime import datetime


class ZohoError(Exception):
    """Something Zoho said, or did not say.

    Attributes:
        words: Zoho's own words, at most 300 characters, or "" when there were none.
        code: Zoho's error code (``errorCode``, ``code`` or ``error``), or "".
        status: the HTTP status, or 0 when there was no answer.
    """

    def __init__(self, words: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(code or type(self).__name__)
        self.words = words[:300]
        self.code = code
        self.status = status


class NotConnected(ZohoError):
    """The person has no connection for this product."""


class GrantLost(ZohoError):
    """Zoho no longer accepts the refresh token: the person has to connect again."""


class KeyLost(ZohoError):
    """What is stored cannot be read with the configured encryption keys; the operator's to mend."""


class TokensLost(KeyLost):
    """Nor can the person's tokens: for these alone, a new connection helps as well."""


class ClientRefused(ZohoError):
    """Zoho does not know this installation's client in this data centre; the operator's to mend."""


class Throttled(ZohoError):
    """Too many calls at once; the same call may go through in a moment."""

    def __init__(
        self, words: str = "", *, code: str = "", status: int = 0, until: datetime | None = None
    ) -> None:
        super().__init__(words, code=code, status=status)
        self.until = until


class TokenThrottled(Throttled):
    """The token endpoint asks for a pause; the grant is not lost."""


class QuotaSpent(ZohoError):
    """The organisation's daily credits are used up; ``until`` says when they are back, where Zoho said so."""

    def __init__(
        self, words: str = "", *, code: str = "", status: int = 0, until: datetime | None = None
    ) -> None:
        super().__init__(words, code=code, status=status)
        self.until = until


class Refused(ZohoError):
    """Zoho will not do this for this person."""


class ScopeMissing(Refused):
    """A permission was not granted; ``missing`` names the scopes where they are known."""

    def __init__(
        self, words: str = "", *, code: str = "", status: int = 0, missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(words, code=code, status=status)
        self.missing = missing


class OrganisationRefused(Refused):
    """The stored organisation is not reachable with this token."""


class PermissionRefused(Refused):
    """The person's Zoho profile forbids it."""


class EditionRefused(PermissionRefused):
    """The organisation's Zoho edition does not have it, or no more of it: no right of a person helps."""


class NotFound(ZohoError):
    """No such record or path."""


class BadRequest(ZohoError):
    """Zoho refused the request's content; ``parameter`` names the culprit where Zoho did."""

    def __init__(self, words: str = "", *, code: str = "", status: int = 0, parameter: str = "") -> None:
        super().__init__(words, code=code, status=status)
        self.parameter = parameter


class WrongRegion(ZohoError):
    """Another data centre answered than the connection's own; ``dc`` is its code where it is known."""

    def __init__(self, words: str = "", *, code: str = "", status: int = 0, dc: str = "") -> None:
        super().__init__(words, code=code, status=status)
        self.dc = dc


class ServerError(ZohoError):
    """Zoho failed: a 5xx, a web page or an empty body where JSON was due."""


class NoAnswer(ServerError):
    """No answer in time, or the connection broke."""


class ModuleError(ZohoError):
    """A successful status whose body carries an ``error`` key: processing of that module stops."""


class TooLarge(ZohoError):
    """The module is larger than what is read without asking; ``rows`` is the least it holds."""

    def __init__(self, words: str = "", *, code: str = "", status: int = 0, rows: int = 0) -> None:
        super().__init__(words, code=code, status=status)
        self.rows = rows


class UnknownFilter(ZohoError):
    """No record of the module has the field a filter names."""

    def __init__(self, key: str, *, nearest: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.nearest = nearest


class ConnectFailed(ZohoError):
    """A connection was not completed; nothing was stored.

    ``who`` is (workspace, user) of the person whose attempt it was, None when the state was not genuine.
    """

    who: tuple[str, str] | None = None


class StateRefused(ConnectFailed):
    """The state is wrong, used, expired or belongs to somebody else."""


class CookieMissing(ConnectFailed):
    """The callback arrived in another browser than the one that started."""


class ConsentDeclined(ConnectFailed):
    """The person pressed Decline at Zoho."""


class NoOrganisation(ConnectFailed):
    """The Zoho user has no organisation of this product."""


class UnknownServer(ConnectFailed):
    """The callback names an accounts server that is not in the table of data centres."""


class UnsupportedRegion(ConnectFailed):
    """The person's data centre is not known, or has no host for the product; ``words`` names it."""


class CodeRefused(ConnectFailed):
    """Zoho refused the code: expired, used before, or another data centre's."""


class NoRefreshToken(ConnectFailed):
    """Consent gave no refresh token, so the connection would end within the hour."""
