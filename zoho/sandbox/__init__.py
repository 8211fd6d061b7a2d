"""A stand-in Zoho: accounts servers and Desk in several data centres, with made-up people and records.

It is a real HTTP server behind the real clients, in tests and in the demo, and shares no parsing with them.
"""

from zoho.sandbox.calls import Call
from zoho.sandbox.command import main, serve
from zoho.sandbox.faults import KINDS, Fault
from zoho.sandbox.organisation import Org
from zoho.sandbox.server import ZohoSandbox

__all__ = ["KINDS", "Call", "Fault", "Org", "ZohoSandbox", "main", "serve"]
