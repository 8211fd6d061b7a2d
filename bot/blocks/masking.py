"""E-mail addresses and phone numbers, shortened for everybody but the person who asked."""

from __future__ import annotations

import re

import phonenumbers

from bot.blocks import words

_EMAIL = re.compile(r"[^\s@]+@[^\s@<>()\[\],;:\"']+")  # whatever stands before the sign may be part of it
_SIGNS = re.compile(r"\W*")
_PHONE = re.compile(r"\+?[\d][\d\s()/.\-\u00a0\u2010-\u2015]{5,}\d")
_DIGITS = 7  # fewer are a code or a price


def masked(value: str) -> str:
    """``value`` with every address as ``a…@kestrel.example`` and every number as ``+49 … 142``."""
    without_emails = _EMAIL.sub(lambda found: _email(found.group()), value)
    return _PHONE.sub(lambda found: _phone(found.group()), without_emails)


def _email(value: str) -> str:
    local, _, domain = value.rpartition("@")
    start = _SIGNS.sub("", local, count=1)
    signs = local.removesuffix(start) if start else ""
    return f"{signs}{words.cut(start, 1).removesuffix('…')}…@{domain}"


def _phone(value: str) -> str:
    digits = re.sub(r"\D", "", value)
    if len(digits) < _DIGITS:
        return value
    return f"{_country(value, digits)}… {digits[-3:]}"


def _country(value: str, digits: str) -> str:
    """The country code before a number that carries one: "+49 "."""
    prefix = "+" if value.startswith("+") else "00" if digits.startswith("00") else ""
    if not prefix:
        return ""
    try:
        number = phonenumbers.parse(f"+{digits.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return ""
    return f"+{number.country_code} "
