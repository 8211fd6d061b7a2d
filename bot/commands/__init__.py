"""Slash commands and the message shortcut: acknowledge, hand over; then read what was meant and do it."""

from bot.commands.commands import Commands
from bot.commands.shortcut import Shortcut

__all__ = ["Commands", "Shortcut"]
