"""How far the past orders of each connection were brought in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many orders were found to be what; ``left_out`` by reason."""

    new: int = 0
    changed: int = 0
    up_to_date: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    unreadable: int = 0

    @property
    def needed(self) -> int:
        """Those that have to be brought in."""
        return self.new + self.changed

    @property
    def looked_at(self) -> int:
        """All of them."""
        return self.needed + self.up_to_date + sum(self.left_out.values()) + self.unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """The orders created from ``begin`` to ``end``; the pages before ``position`` are done.

    ``until`` is the end that a person has set; without one it was the time then. ``version`` 0
    has never been stored.
    """

    begin: datetime
    end: datetime
    until: datetime | None = None
    version: int = 0
    position: str | None = None
    tally: Tally = Tally()
    finished_at: datetime | None = None


class Backfills:
    """The last one of each connection. Every operation raises AwsUnavailable."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def load(self, connection: str) -> Backfill | None:
        """That of a connection, if there ever was one. Raises UnreadableRow."""
        row = self._table.get(_key(connection))
        return None if row is None else from_row(Backfill, row)

    def save(self, connection: str, backfill: Backfill) -> Backfill:
        """Write it over the version that it was made from; returns it with its new version.

        Raises Conflict if somebody else has written meanwhile.
        """
        saved = replace(backfill, version=backfill.version + 1)
        self._table.put_over(to_row(_key(connection), saved), version=backfill.version)
        return saved

    def remove(self, connection: str) -> None:
        """Forget it, if it is there."""
        self._table.delete(_key(connection))


def _key(connection: str) -> str:
    return f"backfill/{connection}"
