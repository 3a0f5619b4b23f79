"""When each connection last got an event through."""

from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Conflict, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    got_through_at: datetime


class Progress:
    """Tells a message that fails alone from a connection that fails as a whole."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def got_through(self, connection: str, at: datetime) -> None:
        """An event of the connection was done; an earlier time changes nothing.

        Raises AwsUnavailable.
        """
        try:
            self._table.put(
                to_row(_key(connection), _Progress(got_through_at=at)),
                condition="attribute_not_exists(#pk) OR #got_through_at < :at",
                values={"at": to_text(at)},
            )
        except Conflict:
            return

    def last(self, connection: str) -> datetime | None:
        """When an event of the connection was last done. Raises AwsUnavailable, UnreadableRow."""
        row = self._table.get(_key(connection))
        return None if row is None else from_row(_Progress, row).got_through_at


def _key(connection: str) -> str:
    return f"progress/{connection}"
