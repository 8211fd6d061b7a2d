"""Zoho Desk: one method per endpoint used; JSON becomes records here, and past this nobody sees JSON.

https://desk.zoho.com/DeskAPIDocument
"""

from zoho.desk.answers import DuplicateAnswer
from zoho.desk.endpoints import LIST_FILTERS, Calls, Desk, SearchPage, ValueCount
from zoho.desk.paging import LIMIT, is_about_offset, pages, together
from zoho.desk.parse import ATTRIBUTES

__all__ = [
    "ATTRIBUTES",
    "LIMIT",
    "LIST_FILTERS",
    "Calls",
    "Desk",
    "DuplicateAnswer",
    "SearchPage",
    "ValueCount",
    "is_about_offset",
    "pages",
    "together",
]
