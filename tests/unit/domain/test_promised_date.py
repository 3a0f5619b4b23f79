from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from seven_senders_adapter.domain.promised_date import end_of_day, promised_by_rule
from seven_senders_adapter.domain.settings import PromisedDateRule

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("ordered", "promised"),
    [
        pytest.param("2026-03-06T13:00:00Z", "2026-03-10T22:59:59Z", id="Friday 14:00: Tuesday"),
        pytest.param("2026-03-06T14:00:00Z", "2026-03-11T22:59:59Z", id="Friday 15:00: Wednesday"),
        pytest.param("2026-03-06T13:59:59Z", "2026-03-10T22:59:59Z", id="just before the cut-off"),
        pytest.param(
            "2026-03-07T08:00:00Z", "2026-03-11T22:59:59Z", id="Saturday counts as Monday"
        ),
        pytest.param("2026-03-05T23:30:00Z", "2026-03-10T22:59:59Z", id="it is Friday in Berlin"),
        pytest.param("2026-03-27T09:00:00Z", "2026-03-31T21:59:59Z", id="across the summer time"),
    ],
)
def test_two_business_days_with_a_cut_off_at_15(ordered: str, promised: str) -> None:
    rule = PromisedDateRule(business_days=2, cut_off_hour=15, time_zone=BERLIN)
    assert promised_by_rule(datetime.fromisoformat(ordered), rule) == datetime.fromisoformat(
        promised
    )


@pytest.mark.parametrize(
    ("holidays", "promised"),
    [
        pytest.param((), "2026-04-03T21:59:59Z", id="none: Good Friday is a business day"),
        pytest.param((date(2026, 4, 3),), "2026-04-06T21:59:59Z", id="dates: Easter Monday"),
        pytest.param("DE", "2026-04-07T21:59:59Z", id="a country: Tuesday after Easter"),
    ],
)
def test_holidays_are_no_business_days(holidays: tuple[date, ...] | str, promised: str) -> None:
    rule = PromisedDateRule(business_days=1, cut_off_hour=12, time_zone=BERLIN, holidays=holidays)
    ordered = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
    assert promised_by_rule(ordered, rule) == datetime.fromisoformat(promised)


def test_no_business_days_promise_day_0_itself() -> None:
    rule = PromisedDateRule(business_days=0, cut_off_hour=24, time_zone="UTC")
    ordered = datetime(2026, 3, 6, 23, 59, tzinfo=UTC)
    assert promised_by_rule(ordered, rule) == datetime(2026, 3, 6, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        pytest.param(date(2026, 3, 28), "2026-03-28T22:59:59Z", id="the day before summer time"),
        pytest.param(date(2026, 3, 29), "2026-03-29T21:59:59Z", id="the day it begins"),
    ],
)
def test_the_last_second_of_a_day_in_berlin(day: date, end: str) -> None:
    assert end_of_day(day, ZoneInfo(BERLIN)) == datetime.fromisoformat(end)
