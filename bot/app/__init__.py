"""The bot as one thing that is built, started and stopped."""

from bot.app.building import build
from bot.app.logs import configure_logging
from bot.app.running import Bot, NotMigrated, Unreachable

__all__ = ["Bot", "NotMigrated", "Unreachable", "build", "configure_logging"]
