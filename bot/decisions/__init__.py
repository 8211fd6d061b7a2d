"""What people decide about a group, and about what stands in the flag queue; nothing here speaks to Slack."""

from bot.decisions.dismissed import Chosen, DismissedHistory, SeenDismissal
from bot.decisions.dismissing import Dismissing
from bot.decisions.flagging import Flagging, Released
from bot.decisions.outcome import Outcome, Verdict
from bot.decisions.own import OwnDecisions
from bot.decisions.queue import Acted, FlagQueue, SeenFlag

__all__ = [
    "Acted",
    "Chosen",
    "DismissedHistory",
    "Dismissing",
    "FlagQueue",
    "Flagging",
    "Outcome",
    "OwnDecisions",
    "Released",
    "SeenDismissal",
    "SeenFlag",
    "Verdict",
]
