"""Checks the things one can click or fill."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.limits.report import Report

_SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
_MULTI = {"multi_" + kind for kind in _SELECTS}
_PICKERS = {"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"}
_TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
IN_ACTIONS = _SELECTS | _MULTI | _PICKERS | {"button", "overflow", "workflow_button"}
IN_SECTION = IN_ACTIONS | {"image"}
IN_INPUT = _SELECTS | _MULTI | _PICKERS | _TYPED | {"file_input"}
_COMMON = "placeholder confirm focus_on_load"
_FILTERS = "default_to_current_conversation response_url_enabled filter max_selected_items"


def check_element(report: Report, found: Any, where: str, kinds: set[str], action_ids: set[str]) -> None:
    """One element of one of these kinds, its `action_id` unlike those seen in its block before."""
    if not isinstance(found, dict):
        report.say("must be an object", where)
        return
    kind = str(found.get("type"))
    if kind not in kinds:
        report.say(f"unsupported type: {kind}", f"{where}/type")
        return
    if kind == "image":
        check_image(report, found, where)
        return
    key = found.get("action_id")
    if key is not None:
        report.words(key, f"{where}/action_id", 255)
        if key in action_ids:
            report.say(f"action_id already exists: {key}", f"{where}/action_id")
        action_ids.add(key)
    if "confirm" in found:
        report.confirm(found["confirm"], f"{where}/confirm")
    if "placeholder" in found:
        report.text(found["placeholder"], f"{where}/placeholder", 150, plain=True)
    report.flags(found, where, "focus_on_load")
    _BY_KIND.get(kind, _other)(report, found, where)


def check_image(report: Report, found: dict[str, Any], where: str) -> None:
    """An image: an address or a Slack file, and words for those who do not see it."""
    if report.obj(found, where, "alt_text", "image_url slack_file title image_width image_height"):
        report.words(found["alt_text"], f"{where}/alt_text", 2000)
    if "image_url" in found:
        report.url(found["image_url"], f"{where}/image_url")
    elif "slack_file" not in found:
        report.say("must define one of: image_url, slack_file", where)


def _button(report: Report, found: dict[str, Any], where: str) -> None:
    allowed = "value url style confirm accessibility_label visible_to_user_ids"
    if report.obj(found, where, "text", allowed):
        report.text(found["text"], f"{where}/text", 75, plain=True)
    report.longest(found, where, value=2000, accessibility_label=75)
    report.style(found, where)
    if "url" in found:
        report.url(found["url"], f"{where}/url")


def _option(report: Report, found: Any, where: str, *, plain: bool, url: bool = False) -> None:
    if not report.obj(found, where, "text value", "description url" if url else "description"):
        return
    report.text(found["text"], f"{where}/text", 75, plain=plain)
    report.words(found["value"], f"{where}/value", 150)
    if "description" in found:
        report.text(found["description"], f"{where}/description", 75, plain=plain)
    if "url" in found:
        report.url(found["url"], f"{where}/url")


def _options(report: Report, found: Any, where: str, most: int, **how: bool) -> list[str]:
    entries = report.items(found, where, most)
    for place, entry in enumerate(entries):
        _option(report, entry, f"{where}/{place}", **how)
    return [str(entry.get("value")) for entry in entries if isinstance(entry, dict)]


def _initial(report: Report, found: dict[str, Any], where: str, values: list[str]) -> None:
    one, several = found.get("initial_option"), found.get("initial_options")
    if several == []:
        report.say("must provide at least 1 items", f"{where}/initial_options")
    for entry in [one] if one else several or []:
        if not isinstance(entry, dict) or entry.get("value") not in values:
            report.say("initial option must be one of the options", where)


def _overflow(report: Report, found: dict[str, Any], where: str) -> None:
    if report.obj(found, where, "options", "confirm accessibility_label"):
        _options(report, found["options"], f"{where}/options", 5, plain=True, url=True)


def _choices(report: Report, found: dict[str, Any], where: str) -> None:
    if report.obj(found, where, "options", f"initial_option initial_options {_COMMON}"):
        values = _options(report, found["options"], f"{where}/options", 10, plain=False)
        _initial(report, found, where, values)


def _static_select(report: Report, found: dict[str, Any], where: str) -> None:
    allowed = f"options option_groups initial_option initial_options max_selected_items {_COMMON}"
    report.obj(found, where, "", allowed)
    if ("options" in found) == ("option_groups" in found):
        report.say("must define exactly one of: options, option_groups", where)
        return
    values: list[str] = []
    if "options" in found:
        values = _options(report, found["options"], f"{where}/options", 100, plain=True)
    for place, group in enumerate(report.items(found.get("option_groups", []), where, 100, least=0)):
        at = f"{where}/option_groups/{place}"
        if report.obj(group, at, "label options", ""):
            report.text(group["label"], f"{at}/label", 75, plain=True)
            values += _options(report, group["options"], f"{at}/options", 100, plain=True)
    _initial(report, found, where, values)


def _picker(name: str, form: str) -> Callable[[Report, dict[str, Any], str], None]:
    def check(report: Report, found: dict[str, Any], where: str) -> None:
        report.obj(found, where, "", f"{name} timezone {_COMMON}")
        if name in found and not re.fullmatch(form, str(found[name])):
            report.say("invalid format", f"{where}/{name}")

    return check


def _typed(report: Report, found: dict[str, Any], where: str) -> None:
    allowed = "initial_value multiline min_length max_length dispatch_action_config "
    report.obj(found, where, "", allowed + "is_decimal_allowed min_value max_value " + _COMMON)
    least, most = found.get("min_length", 0), found.get("max_length", 3000)
    if not isinstance(least, int) or not 0 <= least <= 3000:
        report.say("must be between 0 and 3000", f"{where}/min_length")
    elif not isinstance(most, int) or not max(1, least) <= most <= 3000:
        report.say("must be between 1 and 3000, and not below min_length", f"{where}/max_length")
    elif "initial_value" in found:
        report.words(found["initial_value"], f"{where}/initial_value", most, least=0)


def _people(report: Report, found: dict[str, Any], where: str) -> None:
    noun = str(found["type"]).removeprefix("multi_").removesuffix("s_select")
    initial = f"initial_{noun}s" if str(found["type"]).startswith("multi_") else f"initial_{noun}"
    report.obj(found, where, "", f"{initial} {_FILTERS} {_COMMON}")


def _other(report: Report, found: dict[str, Any], where: str) -> None:
    """Kinds whose inside is not checked."""


_BY_KIND: dict[str, Callable[[Report, dict[str, Any], str], None]] = {
    "button": _button,
    "overflow": _overflow,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "datepicker": _picker("initial_date", r"\d{4}-\d{2}-\d{2}"),
    "timepicker": _picker("initial_time", r"([01]\d|2[0-3]):[0-5]\d"),
    "datetimepicker": _picker("initial_date_time", r"\d{10}"),
    "plain_text_input": _typed,
    "email_text_input": _typed,
    "url_text_input": _typed,
    "number_input": _typed,
} | {
    kind: _people
    for noun in ("users", "conversations", "channels")
    for kind in (f"{noun}_select", f"multi_{noun}_select")
}
