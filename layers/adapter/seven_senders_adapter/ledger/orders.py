"""The record of each order."""

from dataclasses import replace
from datetime import datetime, timedelta

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Conflict, Table

KEPT = timedelta(days=400)
"""How long the row of a finished order is kept after its last change."""


class Orders:
    """Order records by connection and the shop's order id; a record's version is its lock."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def load(self, connection: str, order: str) -> OrderRecord | None:
        """The record as it was last saved. Raises AwsUnavailable or UnreadableRow."""
        row = self._table.get(_key(connection, order))
        return None if row is None else from_row(OrderRecord, row)

    def save(self, record: OrderRecord) -> OrderRecord:
        """Write a record over the version that it was made from; returns it with its new version.

        A mark of ``mark_expiring`` goes with the old version. Raises Conflict, also if the
        answer to an earlier attempt of the same write was lost; AwsUnavailable, then the record
        may have been written all the same; and RowTooLarge.
        """
        saved = replace(record, version=record.version + 1)
        ends = record.changed_at if record.is_finished else None
        self._table.put(
            to_row(
                _key(record.connection, record.order),
                saved,
                expires_at=ends and ends + KEPT,
            ),
            condition="#version = :version" if record.version else "attribute_not_exists(#pk)",
            values={"version": record.version} if record.version else None,
        )
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


def _key(connection: str, order: str) -> str:
    return f"order/{connection}/{order}"
