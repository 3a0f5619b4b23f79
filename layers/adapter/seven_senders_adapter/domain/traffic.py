"""Whether a connection has fallen silent, by the traffic that it usually has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)

WEEKS = 4
"""So many weeks before, at most, tell what an hour usually brings."""

BUSY_HOURS = 6
"""So many hours with events a silence must have missed.

Hours, as events come in bursts: a day's parcels are packed within one. In a year of played shops,
with 3 to 300 orders a day, six gave two false alarms at most, where 50 missed events gave 35.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No event came since then, though about so many were to be expected."""

    since: datetime
    expected: int


def silence(counts: Mapping[datetime, int], now: datetime) -> Silence | None:
    """A connection's silence, if it has fallen silent.

    ``counts`` are its events by the hour, in UTC; an hour without events may be left out. Whole
    hours count, so the one that is under way says nothing yet. What an hour usually brings is what
    the same hour of the same weekday brought in the weeks before, as far as they lie between the
    first event that is known and the last: no week of knowledge, no silence.

    It knows no holidays and no seasons: a dip that empties so many usual hours looks like silence.
    """
    heard = [hour for hour, count in counts.items() if count]
    if not heard:
        return None
    first, last = min(heard), max(heard)
    busy, expected = 0.0, 0.0
    for hour in _whole_hours(last + HOUR, now):
        before = [hour - weeks * WEEK for weeks in range(1, WEEKS + 1)]
        known = [counts.get(earlier, 0) for earlier in before if first <= earlier <= last]
        if known:
            busy += fmean(count > 0 for count in known)
            expected += fmean(known)
    if busy < BUSY_HOURS:
        return None
    return Silence(since=last + HOUR, expected=round(expected))


def _whole_hours(begin: datetime, end: datetime) -> Iterator[datetime]:
    while begin + HOUR <= end:
        yield begin
        begin += HOUR
