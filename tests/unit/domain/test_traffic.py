"""When a connection counts as silent."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

import pytest

from seven_senders_adapter.domain.traffic import Silence, silence

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 30, tzinfo=UTC)
BY_DAY = range(8, 20)
EVERY_DAY = range(7)
WORKDAYS = range(5)

type Sells = Callable[[datetime], int]
type Counts = dict[datetime, int]


def counts(sells: Sells, *, begin: datetime = MONDAY - 28 * DAY, until: datetime) -> Counts:
    """The events of a shop, by the hour."""
    hours = [begin + n * HOUR for n in range(int((until - begin) / HOUR))]
    return {hour: count for hour in hours if (count := sells(hour))}


def shop(
    hours: Collection[int] = BY_DAY, days: Collection[int] = EVERY_DAY, events: int = 5
) -> Sells:
    """A shop that has so many events in each of these hours of these days of the week."""
    return lambda at: events if at.hour in hours and at.weekday() in days else 0


def now_and_then(at: datetime) -> int:
    """Three orders a day, each day at other hours."""
    day = (at - MONDAY).days
    return 2 if at.hour in {8 + day * step % 13 for step in (3, 5, 7)} else 0


@pytest.mark.parametrize(
    ("sells", "silent_from", "silent_at"),
    [
        pytest.param(shop(), MONDAY + 10 * HOUR, MONDAY + 16 * HOUR, id="by day: 6 hours"),
        pytest.param(
            shop(), MONDAY + 20 * HOUR, MONDAY + DAY + 14 * HOUR, id="over night: 6 hours of day"
        ),
        pytest.param(
            shop(days=WORKDAYS),
            MONDAY - 3 * DAY + 20 * HOUR,
            MONDAY + 14 * HOUR,
            id="over a weekend on which it never sells: 6 hours of Monday",
        ),
        pytest.param(
            shop(hours=[9, 14, 19], events=10),
            MONDAY,
            MONDAY + DAY + 20 * HOUR,
            id="three orders a day at fixed hours: two days",
        ),
        pytest.param(
            now_and_then,
            MONDAY,
            MONDAY + DAY + 18 * HOUR,
            id="three orders a day at any hour: some two days",
        ),
        pytest.param(
            shop(hours=[13], events=500),
            MONDAY,
            MONDAY + 5 * DAY + 14 * HOUR,
            id="all its events in one hour of the day: six days",
        ),
    ],
)
def test_a_shop_is_silent_once_six_hours_passed_that_usually_have_events(
    sells: Sells, silent_from: datetime, silent_at: datetime
) -> None:
    known = counts(sells, until=silent_from)

    assert silence(known, silent_at) is not None
    assert silence(known, silent_at - timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    ("known", "now"),
    [
        pytest.param({}, MONDAY, id="nothing is known of it"),
        pytest.param(
            counts(shop(), until=MONDAY + 10 * HOUR), MONDAY + 12 * HOUR, id="it sold just now"
        ),
        pytest.param(
            counts(shop(), begin=MONDAY - 6 * DAY, until=MONDAY),
            MONDAY + DAY,
            id="it is new: no week of it is known",
        ),
        pytest.param(
            {**counts(shop(), until=MONDAY), MONDAY + 14 * HOUR: 1},
            MONDAY + 15 * HOUR,
            id="there was one event",
        ),
        pytest.param(
            {**counts(shop(), until=MONDAY), MONDAY + 3 * DAY: 1},
            MONDAY + DAY,
            id="another clock is ahead",
        ),
        pytest.param(
            {MONDAY - 20 * DAY: 100, MONDAY - 2 * DAY: 100},
            MONDAY + 5 * DAY,
            id="it sells once in a while",
        ),
    ],
)
def test_a_shop_is_not_silent_when(known: Counts, now: datetime) -> None:
    assert silence(known, now) is None


def test_it_tells_since_when_and_how_many_events_were_to_be_expected() -> None:
    """The mean of the weeks that are known."""
    growing: Sells = lambda at: 10 * (1 + (at - MONDAY + 28 * DAY).days // 7)  # noqa: E731
    known = counts(growing, until=MONDAY)

    assert silence(known, MONDAY + 8 * HOUR) == Silence(since=MONDAY, expected=8 * 25)


def test_a_second_week_is_enough_to_know_what_is_usual() -> None:
    known = counts(shop(), begin=MONDAY - 8 * DAY, until=MONDAY)

    assert silence(known, MONDAY + 14 * HOUR) == Silence(since=MONDAY - 4 * HOUR, expected=30)


def test_a_silence_of_weeks_does_not_become_what_is_usual() -> None:
    known = counts(shop(), until=MONDAY)

    expected = 13 * len(BY_DAY) * 5
    assert silence(known, MONDAY + 13 * DAY) == Silence(since=MONDAY - 4 * HOUR, expected=expected)


def test_a_holiday_looks_like_silence() -> None:
    """A known limit: only what is usual is known."""
    known = counts(shop(), until=MONDAY)

    assert silence(known, MONDAY + DAY) is not None
