"""How far the orders of each connection were compared with their shop."""

from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.ledger.per_connection import PerConnection, Versioned
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
class Reconciliation(Versioned):
    """How far it is.

    All changes up to ``safe_until`` have been looked at. ``since``: the first round, from when on
    webhooks are expected. ``window``: work that is not done yet. ``failing_since`` and
    ``failure``: the shop's API has not answered since, and why.
    """

    since: datetime
    safe_until: datetime
    window: Window | None = None
    failing_since: datetime | None = None
    failure: str = ""


class Reconciliations(PerConnection[Reconciliation]):
    """That of each connection."""

    def __init__(self, *, table: Table) -> None:
        super().__init__(table=table, kind="reconciliation", form=Reconciliation)
