"""Zoho Desk's REST API, version 1, as far as the bot uses it."""

from zoho.sandbox.desk.gate import serve

__all__ = ["serve"]
