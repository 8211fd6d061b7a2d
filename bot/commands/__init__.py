"""Slash commands: acknowledge, hand over; then read what was typed and do it."""

from bot.commands.commands import Commands

__all__ = ["Commands"]
