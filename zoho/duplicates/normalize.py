"""When two values count as the same, and which values are no evidence at all. Pure functions.

A key is what is compared; "" means that there is nothing to compare.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from zoho.duplicates import words

_SEPARATORS = re.compile(r"[._\-]+")
_DIGITS = re.compile(r"\d+")
_NO_DIGITS = re.compile(r"[^0-9]+")
_BEFORE_NUMBER = re.compile(r"^[^+\d]+")
# Blanks, and what nobody sees: a copied address often brings marks of direction along.
_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff]+")

_FEWEST_PHONE_DIGITS = 5
_RISING = "01234567890"
_FALLING = "09876543210"


def plain(value: str) -> str:
    """NFKC, case folded, runs of blanks made one; punctuation counts."""
    if value.isascii():
        folded = value.lower()
    else:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    return " ".join(folded.split())


def name_key(value: str) -> str:
    """The key of a name; "" for an empty one."""
    return plain(value)


def code_key(value: str) -> str:
    """The key of a product code; a placeholder is no code."""
    key = plain(value)
    return "" if is_blank_word(key) else key


def email_key(value: str) -> str:
    """The key of an e-mail address; "" for text that is none."""
    key = _UNSEEN.sub("", plain(value))
    local, _, domain = key.rpartition("@")
    return key if local and domain else ""


def phone_key(value: str) -> str:
    """The digits of a phone number, with + in front when it is written internationally.

    ``+49 (0)30 5550-142`` and ``0049 30 5550142`` are the same; a number without its country is another.
    What stands in front of a number (``Tel.``, marks that nobody sees) is no part of it.
    """
    text = _BEFORE_NUMBER.sub("", unicodedata.normalize("NFKC", value))
    is_international = text.startswith(("+", "00"))
    if is_international:
        text = text.replace("(0)", "")
    digits = "".join(_NO_DIGITS.split(text)) if text.isascii() else _decimals(text)
    number = digits.lstrip("0")
    return f"+{number}" if is_international and number else digits


def _decimals(text: str) -> str:
    """The digits of any script, as those of ours."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def website_key(value: str) -> str:
    """Host and path of a website, without scheme, ``www.``, query and closing slash."""
    text = plain(value).replace(" ", "")
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""
    return host + parts.path.rstrip("/") if "." in host else ""


def is_role_mailbox(email: str) -> bool:
    """Whether an address (``info@``, ``no-reply@``, ``support.eu@``) belongs to a desk, not to a person."""
    local = email_key(email).rpartition("@")[0].partition("+")[0]
    parts = [part for part in _SEPARATORS.split(_DIGITS.sub("", local)) if part]
    if not parts:
        return False
    return "".join(parts) in words.ROLES or (len(parts) > 1 and parts[0] in words.ROLE_HEADS)


def is_placeholder_email(email: str) -> bool:
    """Whether an address stands for none: ``test@test.com``, ``noemail@…``, ``a@a.com``."""
    key = email_key(email)
    if not key:
        return bool(plain(email))
    local, _, domain = key.rpartition("@")
    bare = _DIGITS.sub("", _SEPARATORS.sub("", local.partition("+")[0]))
    if bare in words.NO_ADDRESS:
        return True
    host = _DIGITS.sub("", domain.partition(".")[0])
    if bare in words.SPECIMEN_PARTS and host in words.SPECIMEN_HOSTS:
        return True
    return (bare in words.WEAK_PARTS or not bare) and (host in words.NO_ADDRESS or host == bare)


def is_placeholder_phone(phone: str) -> bool:
    """Whether a number stands for none: ``000000``, ``123456789``, ``n/a``, or too short to ring anybody."""
    digits = phone_key(phone).lstrip("+")
    if len(digits) < _FEWEST_PHONE_DIGITS:
        return bool(phone.strip())
    if len(set(digits)) == 1 or (len(digits) > 7 and len(set(digits[-7:])) == 1):
        return True
    return any(
        digits in way or (len(digits) > 10 and digits.endswith(way[1:])) for way in (_RISING, _FALLING)
    )


def is_blank_word(value: str) -> bool:
    """Whether a text only says that there is none: ``n/a``, ``-``, ``unknown``."""
    return plain(value) in words.NO_TEXT
