"""Looks at everything an installation stands on, and says line by line whether it is well or what to do.

No secret and no record is printed. Everything is bounded in time: what hangs is one line.
"""

from bot.doctor.examination import examine, run

__all__ = ["examine", "run"]
