"""The orders that reconciliation had to bring in, until it is clear whether a webhook came late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from seven_senders_adapter.clock import Clock, to_text, utc_now
from seven_senders_adapter.ledger.failures import failures_until, listed
from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Table

_KIND = "correction/"
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A change of an order, made in the shop at ``changed_at``, that no webhook had brought."""

    connection: str
    order: str
    changed_at: datetime


class Corrections:
    """By connection, order and change. Every operation raises AwsUnavailable."""

    def __init__(self, *, table: Table, now: Clock = utc_now) -> None:
        self._table = table
        self._now = now

    def add(self, correction: Correction) -> None:
        """Note a correction; once more changes nothing."""
        row = to_row(_key(correction), correction, expires_at=self._now() + _KEPT)
        where = {"connection": correction.connection, "order": correction.order}
        self._table.put(listed(row, **where, failed_at=correction.changed_at))

    def until(self, connection: str, at: datetime) -> Iterator[Correction]:
        """Those of a connection whose change was made until a time, the oldest first.

        May lag behind by a moment. Raises UnreadableRow.
        """
        for row in failures_until(self._table, _KIND, connection, at, now=self._now()):
            yield from_row(Correction, row)

    def remove(self, correction: Correction) -> None:
        """Forget one, if it is there."""
        self._table.delete(_key(correction))


def _key(correction: Correction) -> str:
    at = to_text(correction.changed_at)
    return f"{_KIND}{correction.connection}/{correction.order}/{at}"
