"""What a benchmark hands back: one row per figure, printed as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, what was asked for ("" when nothing was), what was seen."""

    what: str
    asked: str
    seen: str
    holds: bool = True


HEAD = Row("what", "asked", "seen")


def drawn(rows: Sequence[Row]) -> str:
    """The rows as a table in plain text, a mark before those that do not hold."""
    cells = [(row.what, row.asked, row.seen) for row in (HEAD, *rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    marks = ["  ", *("  " if row.holds else "✗ " for row in rows)]
    rule = "  " + "-" * (sum(widths) + 4)
    head, *body = (f"{mark}{line.rstrip()}" for mark, line in zip(marks, lines, strict=True))
    return "\n".join([head, rule, *body])
