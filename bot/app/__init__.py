"""The bot as one thing that is built, started and stopped."""

from bot.app.building import Bot, NotMigrated, Unreachable, build
from bot.app.logs import configure_logging

__all__ = ["Bot", "NotMigrated", "Unreachable", "build", "configure_logging"]
