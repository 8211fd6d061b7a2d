"""Groups of possible duplicates as messages: the list, one group, the summary, nothing found."""

from bot.blocks.duplicates.cards import Card, group_blocks, group_body
from bot.blocks.duplicates.dismissed import Back, DismissalState
from bot.blocks.duplicates.flagged import FlagEnd, FlagState, Refusal
from bot.blocks.duplicates.lists import ListPage, Notice, group_list, nothing_anywhere, nothing_found
from bot.blocks.duplicates.progress import searching
from bot.blocks.duplicates.record_lines import Look
from bot.blocks.duplicates.summary import NotSearched, Row, SummaryPage, summary

__all__ = [
    "Back",
    "Card",
    "DismissalState",
    "FlagEnd",
    "FlagState",
    "ListPage",
    "Look",
    "NotSearched",
    "Notice",
    "Refusal",
    "Row",
    "SummaryPage",
    "group_blocks",
    "group_body",
    "group_list",
    "nothing_anywhere",
    "nothing_found",
    "searching",
    "summary",
]
