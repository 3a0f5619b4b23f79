"""When and why each connection was last seen to stand still."""

from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.ledger.rows import from_row, is_expired, to_row
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.queue import OUTLIVES_MESSAGES

PAUSED = "paused"
"""The reason of a standstill that is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """The last look at an event of the connection that had to wait for the whole connection."""

    at: datetime
    reason: str


class Standstills:
    """By connection. Every operation raises AwsUnavailable."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def note(self, connection: str, reason: str, at: datetime) -> None:
        """An event of the connection waits; what was noted before is replaced."""
        row = to_row(
            _key(connection),
            Standstill(at=at, reason=reason),
            expires_at=at + OUTLIVES_MESSAGES,
        )
        self._table.put(row)

    def last(self, connection: str, now: datetime) -> Standstill | None:
        """The last look that found the connection still. Raises UnreadableRow."""
        row = self._table.get(_key(connection))
        return None if row is None or is_expired(row, now) else from_row(Standstill, row)


def _key(connection: str) -> str:
    return f"standstill/{connection}"
