"""The Zoho side of an installation, put together from its settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.settings import Settings
from zoho.access import CALL_SECONDS, Credentials, Dismissals, Preferences, Zoho
from zoho.database import Database
from zoho.hearing import Hearing
from zoho.regions import Regions


def credentials(settings: Settings) -> Credentials:
    """This installation's client at Zoho."""
    return Credentials(settings.zoho_client_id, settings.zoho_secrets, settings.zoho_home_dc)


def redirect_uri(settings: Settings) -> str:
    """Where Zoho sends browsers back to; the same, letter by letter, stands in Zoho's API console."""
    return f"{settings.public_url}/zoho/callback"


def zoho_side(
    settings: Settings,
    database: Database,
    now: Callable[[], datetime],
    *,
    call_seconds: float = CALL_SECONDS,
    hearing: Hearing | None = None,
    dismissals: Dismissals | None = None,
) -> Zoho:
    """Everything of Zoho, where a call is given up after so long; nothing is opened or asked yet."""
    return Zoho(
        database=database,
        regions=Regions(settings.zoho_hosts),
        credentials=credentials(settings),
        redirect_uri=redirect_uri(settings),
        preferences=Preferences(
            products_duplicate_path=settings.zoho_products_duplicate_path,
            product_link=settings.zoho_product_link,
            flag_field=settings.zoho_flag_field,
            observe_only=settings.observe_only,
        ),
        now=now,
        call_seconds=call_seconds,
        hearing=hearing,
        dismissals=dismissals,
    )
