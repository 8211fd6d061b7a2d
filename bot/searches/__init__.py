"""Runs a search for a person, whoever asks for it: a command, a click, a connection that was just made."""

from bot.searches.checking import Checking
from bot.searches.drawing import NO_STAYS, Drawing, flag_state
from bot.searches.long_reads import LongReads
from bot.searches.patience import CEILING_SECONDS, Patience, nothing_kept
from bot.searches.running import Searches

__all__ = [
    "CEILING_SECONDS",
    "NO_STAYS",
    "Checking",
    "Drawing",
    "LongReads",
    "Patience",
    "Searches",
    "flag_state",
    "nothing_kept",
]
