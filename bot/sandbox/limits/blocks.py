"""Checks blocks, one function per kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.limits.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element, check_image
from bot.sandbox.limits.report import CELL_CHARACTERS, MARKDOWN_CHARACTERS, Report
from bot.sandbox.limits.rich import check_rich_text
from bot.sandbox.things import characters

Check = Callable[[Report, dict[str, Any], str], None]


def check_blocks(report: Report, blocks: list[Any], where: str) -> None:
    """Every block of a payload."""
    for place, block in enumerate(blocks):
        at = f"{where}/{place}"
        if not isinstance(block, dict):
            report.say("must be an object", at)
            continue
        kind = block.get("type")
        if kind not in report.kinds:
            report.say(f"unsupported type: {kind}", f"{at}/type")
            continue
        report.identity(block, at)
        _BY_KIND.get(str(kind), _unchecked)(report, block, at)


def _section(report: Report, block: dict[str, Any], where: str) -> None:
    report.obj(block, where, "", "text fields accessory expand")
    if "text" not in block and "fields" not in block:
        report.say("must define one of: text, fields", where)
    if "text" in block:
        report.text(block["text"], f"{where}/text", 3000)
    if "fields" in block:
        for place, one in enumerate(report.items(block["fields"], f"{where}/fields", 10)):
            report.text(one, f"{where}/fields/{place}", 2000)
    if "accessory" in block:
        check_element(report, block["accessory"], f"{where}/accessory", IN_SECTION, set())


def _header(report: Report, block: dict[str, Any], where: str) -> None:
    if report.obj(block, where, "text", "level"):
        report.text(block["text"], f"{where}/text", 150, plain=True)


def _divider(report: Report, block: dict[str, Any], where: str) -> None:
    report.obj(block, where, "", "")


def _image(report: Report, block: dict[str, Any], where: str) -> None:
    check_image(report, block, where)
    if "title" in block:
        report.text(block["title"], f"{where}/title", 2000, plain=True)


def _context(report: Report, block: dict[str, Any], where: str) -> None:
    if not report.obj(block, where, "elements", ""):
        return
    for place, one in enumerate(report.items(block["elements"], f"{where}/elements", 10)):
        at = f"{where}/elements/{place}"
        if isinstance(one, dict) and one.get("type") == "image":
            check_image(report, one, at)
        else:
            report.text(one, at, 3000)


def _actions(report: Report, block: dict[str, Any], where: str) -> None:
    if not report.obj(block, where, "elements", ""):
        return
    seen: set[str] = set()
    for place, one in enumerate(report.items(block["elements"], f"{where}/elements", 25)):
        check_element(report, one, f"{where}/elements/{place}", IN_ACTIONS, seen)


def _input(report: Report, block: dict[str, Any], where: str) -> None:
    if not report.obj(block, where, "label element", "hint optional dispatch_action"):
        return
    report.text(block["label"], f"{where}/label", 2000, plain=True)
    report.flags(block, where, "optional", "dispatch_action")
    if "hint" in block:
        report.text(block["hint"], f"{where}/hint", 2000, plain=True)
    check_element(report, block["element"], f"{where}/element", IN_INPUT, set())


def _markdown(report: Report, block: dict[str, Any], where: str) -> None:
    if report.obj(block, where, "text", ""):
        report.words(block["text"], f"{where}/text", MARKDOWN_CHARACTERS)
        report.markdown += len(str(block["text"]))
        if report.markdown > MARKDOWN_CHARACTERS:
            report.say("all markdown blocks together must be less than 12001 characters", where)


def _table(report: Report, block: dict[str, Any], where: str) -> None:
    report.tables += 1
    if report.tables > 1:
        report.say("only one table is allowed", where)
    if not report.obj(block, where, "rows", "column_settings"):
        return
    report.items(block.get("column_settings", []), f"{where}/column_settings", 20, least=0)
    for place, row in enumerate(report.items(block["rows"], f"{where}/rows", 100)):
        for column, cell in enumerate(report.items(row, f"{where}/rows/{place}", 20)):
            _cell(report, cell, f"{where}/rows/{place}/{column}")
    if characters(block["rows"]) > CELL_CHARACTERS:
        report.say(f"all cells together must be less than {CELL_CHARACTERS + 1} characters", where)


def _cell(report: Report, cell: Any, where: str) -> None:
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind == "rich_text":
        check_rich_text(report, cell, where)
    elif kind == "raw_text":
        report.words(cell.get("text"), f"{where}/text", CELL_CHARACTERS)
    elif kind == "raw_number":
        if not isinstance(cell.get("value"), int | float):
            report.say("must be a number", f"{where}/value")
    else:
        report.say(f"unsupported type: {kind}", f"{where}/type")


def _alert(report: Report, block: dict[str, Any], where: str) -> None:
    if report.obj(block, where, "text", "level"):
        report.text(block["text"], f"{where}/text", 200)


def _container(report: Report, block: dict[str, Any], where: str) -> None:
    allowed = "subtitle is_collapsible default_collapsed icon width"
    if report.obj(block, where, "title child_blocks", allowed):
        report.text(block["title"], f"{where}/title", 150)
        inner = report.items(block["child_blocks"], f"{where}/child_blocks", 10)
        check_blocks(report, inner, f"{where}/child_blocks")


def _unchecked(report: Report, block: dict[str, Any], where: str) -> None:
    """Kinds whose inside is not checked."""


_BY_KIND: dict[str, Check] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "image": _image,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "rich_text": check_rich_text,
    "markdown": _markdown,
    "table": _table,
    "alert": _alert,
    "container": _container,
}
