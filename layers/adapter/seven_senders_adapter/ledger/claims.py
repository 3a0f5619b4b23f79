"""Whose an order id is: two shops on one account must not write to the same order."""

from dataclasses import dataclass

from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Conflict, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The shop's order that an order id at Seven Senders belongs to."""

    connection: str
    order: str


class Claims:
    """Claims never expire: an order id at Seven Senders is never free again."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def claim(self, *, account: str, order_id: str, connection: str, order: str) -> Holder | None:
        """Claim an order id of an account, by its fingerprint, for a shop's order.

        Returns ``None`` if it is claimed now or was before, else who holds it. Raises
        AwsUnavailable or UnreadableRow.
        """
        claimant = Holder(connection=connection, order=order)
        try:
            self._table.put(
                to_row(f"claim/{account}/{order_id}", claimant),
                condition="attribute_not_exists(#pk)"
                " OR (#connection = :connection AND #order = :order)",
                values={"connection": connection, "order": order},
            )
        except Conflict as conflict:
            return from_row(Holder, conflict.row)
        return None
