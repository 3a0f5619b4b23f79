"""When the customer was promised the delivery."""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from seven_senders_adapter.domain.public_holidays import public_holidays

if TYPE_CHECKING:  # pydantic stays out of the receiver
    from seven_senders_adapter.domain.settings import PromisedDateRule

_SATURDAY = 5
_END_OF_DAY = time(23, 59, 59)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last second of a day in a time zone, in UTC."""
    return datetime.combine(day, _END_OF_DAY, zone).astimezone(UTC)


def promised_by_rule(order_date: datetime, rule: "PromisedDateRule") -> datetime:
    """Day 0 plus the rule's business days, at the end of that day.

    Day 0 is the order's local day if that is a business day (Monday to Friday, no holiday) and
    the order came before the cut-off hour, else the next business day.
    """
    holidays = _holidays(rule)
    zone = ZoneInfo(rule.time_zone)
    local = order_date.astimezone(zone)
    day = local.date()
    if local.hour >= rule.cut_off_hour or not _is_business_day(day, holidays):
        day = _next_business_day(day, holidays)
    for _ in range(rule.business_days):
        day = _next_business_day(day, holidays)
    return end_of_day(day, zone)


def _holidays(rule: "PromisedDateRule") -> Container[date]:
    if isinstance(rule.holidays, str):
        return public_holidays(rule.holidays)
    return frozenset(rule.holidays)


def _is_business_day(day: date, holidays: Container[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays


def _next_business_day(day: date, holidays: Container[date]) -> date:
    day += timedelta(days=1)
    while not _is_business_day(day, holidays):
        day += timedelta(days=1)
    return day
