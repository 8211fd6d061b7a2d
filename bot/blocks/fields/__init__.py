"""One group field by field: a table, and the same facts as a list where tables are not taken."""

from bot.blocks.fields.page import FieldsPage, field_by_field, reading
from bot.blocks.fields.rows import COLUMNS, compared, fullest, label

__all__ = ["COLUMNS", "FieldsPage", "compared", "field_by_field", "fullest", "label", "reading"]
