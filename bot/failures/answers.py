"""Which function answers which error, in Slack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import OperationalError

from bot.blocks.parts import Message
from bot.failures import connecting, searching
from bot.failures.about import Failing
from zoho import errors

ANSWERS: dict[type[BaseException], Callable[[Any, Failing], Message]] = {
    errors.NotConnected: connecting.not_connected,
    errors.GrantLost: connecting.grant_lost,
    errors.KeyLost: connecting.key_lost,
    errors.TokensLost: connecting.tokens_lost,
    errors.ClientRefused: connecting.client_refused,
    errors.Throttled: searching.throttled,
    errors.TokenThrottled: searching.token_throttled,
    errors.QuotaSpent: searching.quota_spent,
    errors.Refused: searching.refused,
    errors.ScopeMissing: connecting.scope_missing,
    errors.OrganisationRefused: connecting.organisation_refused,
    errors.PermissionRefused: searching.permission_refused,
    errors.EditionRefused: searching.edition_refused,
    errors.NotFound: searching.not_found,
    errors.BadRequest: searching.bad_request,
    errors.WrongRegion: connecting.wrong_region,
    errors.ServerError: searching.server_error,
    errors.NoAnswer: searching.no_answer,
    errors.ModuleError: searching.module_error,
    errors.TooLarge: searching.too_large,
    errors.UnknownFilter: searching.unknown_filter,
    errors.ConnectFailed: connecting.connect_failed,
    errors.UnsupportedRegion: connecting.unsupported_region,
    errors.ZohoError: searching.zoho_error,
    OperationalError: searching.store_failed,
    TimeoutError: searching.too_long,
    SlackClientError: searching.slack_unheard,
    aiohttp.ClientError: searching.slack_unheard,
}
