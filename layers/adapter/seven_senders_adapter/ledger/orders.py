"""The record of each order."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched

from seven_senders_adapter.clock import from_text, to_text
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.rows import UnreadableRow, from_row, to_row
from seven_senders_adapter.ledger.table import MAX_KEYS, Conflict, Table

KEPT = timedelta(days=400)
"""How long the row of a finished order is kept after its last change."""

NUMBERS = "numbers"
"""The index by the order's number, which only the rows of orders have."""

_KIND = "order/"


class Orders:
    """Order records by connection and the shop's order id; a record's version is its lock."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def load(self, connection: str, order: str) -> OrderRecord | None:
        """The record as it was last saved. Raises AwsUnavailable or UnreadableRow."""
        row = self._table.get(_key(connection, order))
        return None if row is None else from_row(OrderRecord, row)

    def load_all(self, names: Iterable[tuple[str, str]]) -> list[OrderRecord]:
        """The records of some orders, by connection and the shop's order id, in no order.

        Those that are not known are left out. Raises AwsUnavailable or UnreadableRow.
        """
        keys = (_key(connection, order) for connection, order in names)
        batches = (self._table.get_all(batch) for batch in batched(keys, MAX_KEYS, strict=False))
        return [from_row(OrderRecord, row) for rows in batches for row in rows]

    def load_each(
        self, connection: str, orders: Iterable[str]
    ) -> dict[str, OrderRecord | UnreadableRow]:
        """The records of some orders of a connection; a row that can't be read hides no other.

        Those that are not known are left out. Raises AwsUnavailable.
        """
        keys = {_key(connection, order): order for order in orders}
        found: dict[str, OrderRecord | UnreadableRow] = {}
        for batch in batched(keys, MAX_KEYS, strict=False):
            for row in self._table.get_all(batch):
                order = keys[str(row["pk"])]
                try:
                    found[order] = from_row(OrderRecord, row)
                except UnreadableRow as error:
                    found[order] = error
        return found

    def numbered(self, number: str) -> list[tuple[str, str]]:
        """Connection and the shop's order id of the orders of a number, which may be several.

        May lag behind by a moment. Raises AwsUnavailable.
        """
        rows = self._table.query(NUMBERS, where="#number = :number", values={"number": number})
        names = (str(row["pk"]).removeprefix(_KIND).partition("/") for row in rows)
        return [(connection, order) for connection, _, order in names]

    def save(self, record: OrderRecord) -> OrderRecord:
        """Write a record over the version that it was made from; returns it with its new version.

        A mark of ``mark_expiring`` goes with the old version. Raises Conflict, also if the
        answer to an earlier attempt of the same write was lost; AwsUnavailable, then the record
        may have been written all the same; and RowTooLarge.
        """
        saved = replace(record, version=record.version + 1)
        ends = record.changed_at if record.is_finished else None
        key, expires_at = _key(record.connection, record.order), ends and ends + KEPT
        self._table.put_over(to_row(key, saved, expires_at=expires_at), version=record.version)
        return saved

    def mark_expiring(self, connection: str, order: str, at: datetime) -> None:
        """Note for people that a message of the order will soon drop out of its queue.

        The earliest mark since the last save stays; an order without a record gets none.
        """
        try:
            self._table.update(
                _key(connection, order),
                "SET #expiring_since = if_not_exists(#expiring_since, :at)",
                condition="attribute_exists(#pk)",
                values={"at": to_text(at)},
            )
        except Conflict:
            return

    def expiring_since(self, connection: str, order: str) -> datetime | None:
        """The mark of ``mark_expiring``. Raises AwsUnavailable."""
        row = self._table.get(_key(connection, order)) or {}
        return from_text(str(row["expiring_since"])) if "expiring_since" in row else None


def _key(connection: str, order: str) -> str:
    return f"{_KIND}{connection}/{order}"
