"""The promised delivery date that a shop puts into an order of its own accord."""

import re
from datetime import UTC, date, datetime, tzinfo

from seven_senders_adapter.domain.promised_date import end_of_day
from seven_senders_adapter.shops.reading import PLAUSIBLE_YEARS

UNREADABLE = "unreadable_promised_date"
MAX_CHARACTERS = 64

_TIME_OF_DAY = re.compile(r"%[HIXc]")


def normalise(value: object, form: str | None) -> str | None:
    """A promised date as ISO 8601, ``None`` if it can't be read.

    The value is of the strptime format ``form``, if there is one, or ISO 8601. The result is a
    date if it has no time of day, else a date-time: in UTC if it has an offset, else without
    one, which means the connection's time zone.
    """
    if not isinstance(value, str) or len(value) > MAX_CHARACTERS:
        return None
    read = (_by_form(value.strip(), form) if form else None) or _iso(value.strip())
    if read is None or read.year not in PLAUSIBLE_YEARS:
        return None
    if isinstance(read, datetime) and read.tzinfo is not None:
        read = read.astimezone(UTC)
    return read.isoformat()


def read(text: str, zone: tzinfo) -> datetime:
    """The promised time in UTC of what ``normalise`` wrote; a date ends at 23:59:59 local time.

    Raises ValueError.
    """
    if len(text) == len("2026-03-28"):
        return end_of_day(date.fromisoformat(text), zone)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _by_form(value: str, form: str) -> date | None:
    try:
        at = datetime.strptime(value, form)  # noqa: DTZ007 - without an offset it gets the connection's zone
    except (ValueError, re.PatternError):  # the latter for a format that names a part twice
        return None
    return at if _TIME_OF_DAY.search(form.replace("%%", "")) else at.date()


def _iso(value: str) -> date | None:
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(value)
        except ValueError:
            continue
    return None
