"""Telling personal data in a shop's tags: e-mail addresses and phone numbers."""

import re
from datetime import date
from unicodedata import normalize

_EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\W\d_]{2}")
_BETWEEN = r"\s+\-/.()\[\]\u2010-\u2015"  # dashes of every length
_PHONE = re.compile(rf"[{_BETWEEN}]*(?:\d[{_BETWEEN}]*){{7,}}")
_YEAR = r"((?:19|20)\d\d)"
_COMPACT = re.compile(rf"{_YEAR}(\d\d)(\d\d)")
_YEAR_FIRST = re.compile(rf"{_YEAR}([-/.]) ?(\d\d?)\2 ?(\d\d?)\.?")
_YEAR_LAST = re.compile(rf"(\d\d?)([-/.]) ?(\d\d?)\2 ?{_YEAR}")


def holds_email(text: str) -> bool:
    """Whether an e-mail address stands somewhere in a text, in whatever form of its characters."""
    plain = _plain(text)
    return "@" in plain and _EMAIL.search(plain) is not None


def is_phone(text: str) -> bool:
    """Whether a text is a phone number.

    It is one if it has seven digits or more with nothing but blanks, ``+ - / .`` and brackets
    between them, and is no date.
    """
    return _PHONE.fullmatch(text) is not None and not _is_date(text.strip())


def _plain(text: str) -> str:
    """A text with the plain forms of its characters, such as an @ of full width."""
    return normalize("NFKC", text).replace("\N{IDEOGRAPHIC FULL STOP}", ".")


def _is_date(text: str) -> bool:
    if match := _COMPACT.fullmatch(text):
        year, month, day = match.groups()
        return _exists(year, month, day)
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
        return _exists(year, month, day)
    if match := _YEAR_LAST.fullmatch(text):
        first, _, second, year = match.groups()
        return _exists(year, second, first) or _exists(year, first, second)
    return False


def _exists(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
