"""What is due when."""

from bot.schedules.due import Schedules
from bot.schedules.when import Schedule, ScheduleRefused, read_schedule

__all__ = ["Schedule", "ScheduleRefused", "Schedules", "read_schedule"]
