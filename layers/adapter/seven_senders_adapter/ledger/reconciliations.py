"""How far the orders of each connection were compared with their shop."""

from dataclasses import dataclass, replace
from datetime import datetime

from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The changes that are being looked at; those before ``position`` are done."""

    begin: datetime
    end: datetime
    position: str | None = None
    looked_at: int = 0
    queued: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """``version`` 0 has never been stored.

    All changes up to ``safe_until`` have been looked at. ``since``: the first round, from when on
    webhooks are expected. ``window``: work that is not done yet. ``failing_since`` and
    ``failure``: the shop's API has not answered since, and why.
    """

    since: datetime
    safe_until: datetime
    version: int = 0
    window: Window | None = None
    failing_since: datetime | None = None
    failure: str = ""


class Reconciliations:
    """By connection. Every operation raises AwsUnavailable."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def load(self, connection: str) -> Reconciliation | None:
        """How far a connection's orders were looked at. Raises UnreadableRow."""
        row = self._table.get(_key(connection))
        return None if row is None else from_row(Reconciliation, row)

    def save(self, connection: str, progress: Reconciliation) -> Reconciliation:
        """Write it over the version that it was made from; returns it with its new version.

        Raises Conflict if another run has written meanwhile.
        """
        saved = replace(progress, version=progress.version + 1)
        self._table.put_over(to_row(_key(connection), saved), version=progress.version)
        return saved

    def remove(self, connection: str) -> None:
        """Forget it, if it is there."""
        self._table.delete(_key(connection))


def _key(connection: str) -> str:
    return f"reconciliation/{connection}"
