"""Checks rich text."""

from __future__ import annotations

from typing import Any

from bot.sandbox.limits.report import Report

_NEEDED = {
    "text": ("text", ""),
    "link": ("url", "text unsafe"),
    "emoji": ("name", "unicode skin_tone url display_team_id"),
    "user": ("user_id", ""),
    "usergroup": ("usergroup_id", ""),
    "channel": ("channel_id", ""),
    "broadcast": ("range", ""),
    "date": ("timestamp format", "fallback url"),
    "color": ("value", ""),
}
_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}


def check_rich_text(report: Report, found: dict[str, Any], where: str) -> None:
    """A rich_text block or cell."""
    if not report.obj(found, where, "elements", ""):
        return
    for place, part in enumerate(report.items(found["elements"], f"{where}/elements", 1000)):
        at = f"{where}/elements/{place}"
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "rich_text_list":
            _list(report, part, at)
        elif kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            _section(report, part, at)
        else:
            report.say(f"unsupported type: {kind}", f"{at}/type")


def _list(report: Report, part: dict[str, Any], where: str) -> None:
    if not report.obj(part, where, "style elements", "indent offset border"):
        return
    if part["style"] not in ("bullet", "ordered"):
        report.say("must be one of: bullet, ordered", f"{where}/style")
    indent = part.get("indent", 0)
    if not isinstance(indent, int) or not 0 <= indent <= 8:
        report.say("must be between 0 and 8", f"{where}/indent")
    for place, line in enumerate(report.items(part["elements"], f"{where}/elements", 1000)):
        at = f"{where}/elements/{place}"
        if not isinstance(line, dict) or line.get("type") != "rich_text_section":
            report.say("unsupported type", f"{at}/type")
        else:
            _section(report, line, at)


def _section(report: Report, part: dict[str, Any], where: str) -> None:
    if not report.obj(part, where, "elements", "border language"):
        return
    for place, run in enumerate(report.items(part["elements"], f"{where}/elements", 1000, least=0)):
        _run(report, run, f"{where}/elements/{place}")


def _run(report: Report, run: Any, where: str) -> None:
    kind = run.get("type") if isinstance(run, dict) else None
    if kind not in _NEEDED:
        report.say(f"unsupported type: {kind}", f"{where}/type")
        return
    needed, allowed = _NEEDED[kind]
    if not report.obj(run, where, needed, f"{allowed} style"):
        return
    if kind == "text":
        report.words(run["text"], f"{where}/text", 12_000)
    if kind == "link":
        report.url(run["url"], f"{where}/url")
        if "text" in run:
            report.words(run["text"], f"{where}/text", 12_000)
    if kind == "date" and not isinstance(run["timestamp"], int):
        report.say("must be an integer", f"{where}/timestamp")
    if kind == "broadcast" and run["range"] not in ("here", "channel", "everyone"):
        report.say("must be one of: here, channel, everyone", f"{where}/range")
    style = run.get("style", {})
    if not isinstance(style, dict) or set(style) - _STYLES:
        report.say("invalid style", f"{where}/style")
