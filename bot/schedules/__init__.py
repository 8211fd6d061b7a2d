"""What is due when."""

from bot.schedules.due import Schedules
from bot.schedules.when import Schedule, read_schedule
from bot.schedules.zones import ScheduleRefused

__all__ = ["Schedule", "ScheduleRefused", "Schedules", "read_schedule"]
