"""The promised date: from a value of the order, else from the connection's rule."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SATURDAY = 5
END_OF_DAY = time(23, 59, 59)


def read(value: object, settings: Mapping[str, Any]) -> datetime | None:
    """Read a date, which lasts to its end, or a date-time. None if it is neither; else in UTC."""
    if not isinstance(value, str):
        return None
    zone, form = _zone(settings), settings.get("promised_date_format")
    with suppress(ValueError):
        return _end_of(date.fromisoformat(value), zone)
    with suppress(ValueError):
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    if form is None:
        return None
    with suppress(ValueError):
        return _end_of(datetime.strptime(value, form).replace(tzinfo=zone).date(), zone)
    return None


def by_rule(created: datetime, settings: Mapping[str, Any]) -> datetime | None:
    """Return what the connection's rule promises, in UTC; None without a rule."""
    rule = settings.get("promised_date_rule")
    if rule is None:
        return None
    zone = _zone(settings)
    ordered = created.astimezone(zone)
    holidays = {date.fromisoformat(day) for day in rule["holidays"]}
    day = ordered.date()
    if ordered.hour >= rule["cut_off_hour"] or not _is_business_day(day, holidays):
        day = _next_business_day(day, holidays)
    for _ in range(rule["business_days"]):
        day = _next_business_day(day, holidays)
    return _end_of(day, zone)


def _zone(settings: Mapping[str, Any]) -> ZoneInfo:
    return ZoneInfo(settings.get("promised_date_rule", {}).get("time_zone", "UTC"))


def _next_business_day(day: date, holidays: set[date]) -> date:
    day += timedelta(days=1)
    while not _is_business_day(day, holidays):
        day += timedelta(days=1)
    return day


def _is_business_day(day: date, holidays: set[date]) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, END_OF_DAY, zone).astimezone(UTC)
