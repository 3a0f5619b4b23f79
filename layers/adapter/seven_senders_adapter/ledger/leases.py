"""Who alone may do a thing for a while, such as log in."""

from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.ledger.rows import to_row
from seven_senders_adapter.ledger.table import Conflict, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lease:
    holder: str
    until: datetime


class Leases:
    """Leases by name. A lease ends by release or when its time is up, whichever is first."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def take(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        """Take a lease if nobody else has it; its holder prolongs it. Raises AwsUnavailable."""
        try:
            self._table.put(
                to_row(_key(name), _Lease(holder=holder, until=until), expires_at=until),
                # A repeated write whose first answer was lost finds its own lease.
                condition="attribute_not_exists(#pk) OR #until <= :now OR #holder = :holder",
                values={"now": to_text(now), "holder": holder},
            )
        except Conflict:
            return False
        return True

    def release(self, name: str, *, holder: str) -> None:
        """Give a lease back; nothing happens if another has it by now. Raises AwsUnavailable."""
        try:
            self._table.delete(_key(name), condition="#holder = :holder", values={"holder": holder})
        except Conflict:
            return


def _key(name: str) -> str:
    return f"lease/{name}"
