"""Reading single values of a shop's body: of the expected type and size, or ``None``."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from unicodedata import category

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.shops.personal import holds_email

type Body = Mapping[str, object]
"""A JSON object as a shop sent it."""

MAX_NUMBER_CHARACTERS = 100
PLAUSIBLE_YEARS = range(1970, 9000)
"""Keeps clear of the ends of the calendar, where arithmetic fails."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SLUG = re.compile(r"[a-z0-9_-]{1,40}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_HEADER = re.compile(r"[A-Za-z0-9_./:-]{1,128}")
_AMOUNT = re.compile(r"-?[0-9]{1,14}(?:\.[0-9]{1,16})?")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8}){0,3}")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII
)


def as_object(value: object) -> Body:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Sequence[Body]:
    """The JSON objects of a list; nothing if it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def whole(value: object) -> int | None:
    """An integer from 0 on, of any size that an id has; a boolean is none."""
    is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**64
    return value if isinstance(value, int) and is_whole else None


def identifier(value: object) -> str | None:
    """A shop's own id as text: a positive integer, or a short text that can stand in a key."""
    if isinstance(value, str):
        return value if _IDENTIFIER.fullmatch(value) else None
    return str(value) if whole(value) else None


def text(value: object, limit: int) -> str | None:
    """A text of 1 to ``limit`` characters, trimmed.

    What nobody sees is left out, and what else can't be printed becomes a blank: SQS refuses
    some of it, UTF-8 lone surrogates, and an e-mail address could hide in it.
    """
    if not isinstance(value, str) or len(value) > 2 * limit:
        return None
    if not value.isprintable():
        value = "".join(c if c.isprintable() else " " for c in value if category(c) != "Cf")
    return trimmed if 0 < len(trimmed := value.strip()) <= limit else None


def order_number(value: object) -> str | None:
    """The order's number as the customer sees it; an e-mail address is none."""
    number = str(value) if whole(value) else text(value, MAX_NUMBER_CHARACTERS)
    return None if number is None or holds_email(number) else number


def slug(value: object) -> str | None:
    """A status or the like."""
    return value if isinstance(value, str) and _SLUG.fullmatch(value) else None


def token(value: object) -> str | None:
    """A short text without blanks, an integer or a boolean, as text."""
    if isinstance(value, bool):
        return str(value).lower()
    read = str(value) if whole(value) is not None else value
    return read if isinstance(read, str) and _TOKEN.fullmatch(read) else None


def amount(value: object) -> str | None:
    """A plain decimal number, given as text or as a number, as text."""
    read = str(value) if isinstance(value, float) or whole(value) is not None else value
    return read if isinstance(read, str) and _AMOUNT.fullmatch(read) else None


def language(value: object) -> str | None:
    """The first subtag of a language code such as ``de-DE`` or ``de_DE``, in lower case."""
    match = _LANGUAGE.fullmatch(value) if isinstance(value, str) else None
    return match[1].lower() if match else None


def moment(value: object, zone: tzinfo | None = None) -> str | None:
    """An ISO 8601 date-time as text in UTC; ``zone`` is that of a time without an offset."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    if at.tzinfo is None or at.year not in PLAUSIBLE_YEARS:
        return None
    return to_text(at.astimezone(UTC))


def header(value: str | None) -> str:
    """A header's short text; empty if it is absent or odd."""
    return value if value and _HEADER.fullmatch(value) else ""
