"""How many events each connection had, by the hour: one row a connection and day, in UTC.

What webhooks brought and what reconciliation found is counted apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from seven_senders_adapter.ledger.rows import FORMAT, Row, from_row, seconds
from seven_senders_adapter.ledger.table import Table

DAYS_KEPT = 35
"""Four weeks before each hour of a week's silence."""

_HOURS = [f"h{hour:02}" for hour in range(24)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """``hours`` are the counts by the names of the row's attributes."""

    hours: Mapping[str, int]


class Traffic:
    """The counts of all connections. Every operation raises AwsUnavailable.

    ``reconciled``: of orders that reconciliation found, instead of webhooks.
    """

    def __init__(self, *, table: Table, reconciled: bool = False) -> None:
        self._table = table
        self._kind = "reconciled" if reconciled else "traffic"

    def add(self, connection: str, day: date, counts: Mapping[int, int]) -> None:
        """Add events to the hours of a day. A write whose answer was lost may count twice."""
        added = {_HOURS[hour]: count for hour, count in counts.items()}
        self._table.update(
            self._key(connection, day),
            "SET #format = if_not_exists(#format, :format), #expires_at = :expires_at"
            f" ADD {', '.join(f'#{name} :{name}' for name in added)}",
            values={"format": FORMAT, "expires_at": seconds(_expiry(day)), **added},
        )

    def last_weeks(self, connection: str, now: datetime) -> dict[datetime, int]:
        """The counts by the beginnings of their hours. Raises UnreadableRow."""
        days = [now.date() - timedelta(days=ago) for ago in range(DAYS_KEPT)]
        keys = {day: self._key(connection, day) for day in days}
        rows = {row["pk"]: row for row in self._table.get_all(list(keys.values()))}
        found = {day: rows[key] for day, key in keys.items() if key in rows}
        return {
            _start(day) + timedelta(hours=_HOURS.index(name)): count
            for day, row in found.items()
            for name, count in _counts(row).items()
        }

    def _key(self, connection: str, day: date) -> str:
        return f"{self._kind}/{connection}/{day}"


def _counts(row: Row) -> Mapping[str, int]:
    hours = {name: row[name] for name in _HOURS if name in row}
    return from_row(_Day, {**row, "hours": hours}).hours


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _expiry(day: date) -> datetime:
    return _start(day) + timedelta(days=DAYS_KEPT + 1)
