"""What was learnt of an organisation: endpoints that answer, lists too long, calls in flight, credits left.

One organisation is (product, data centre, id); what one person learns holds for everybody in it.
"""

from zoho.organisations.memory import Credits, Organisations
from zoho.organisations.places import CALLS_IN_FLIGHT, Places, Terms
from zoho.organisations.tables import OrganisationKey, organisations, slots, too_large

__all__ = [
    "CALLS_IN_FLIGHT",
    "Credits",
    "OrganisationKey",
    "Organisations",
    "Places",
    "Terms",
    "organisations",
    "slots",
    "too_large",
]
