"""How far the past orders of each connection were brought in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from seven_senders_adapter.ledger.per_connection import PerConnection, Versioned
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
class Backfill(Versioned):
    """The orders created from ``begin`` to ``end``; the pages before ``position`` are done.

    ``until`` is the end that a person has set; without one it was the time then.
    """

    begin: datetime
    end: datetime
    until: datetime | None = None
    position: str | None = None
    tally: Tally = Tally()
    finished_at: datetime | None = None


class Backfills(PerConnection[Backfill]):
    """The last one of each connection."""

    def __init__(self, *, table: Table) -> None:
        super().__init__(table=table, kind="backfill", form=Backfill)
