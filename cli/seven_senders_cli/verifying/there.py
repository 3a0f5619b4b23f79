"""Seven Senders' side: all of its orders of a time, and single ones."""

from collections.abc import Iterator
from datetime import datetime

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.seven_senders.client import SevenSendersClient
from seven_senders_adapter.seven_senders.errors import LookUpInconclusive, OrderNotFound
from seven_senders_cli.orders.situation import Asked, read_there


class There:
    """The orders of a connection's account. Every call raises SevenSendersError.

    ``why_no_list``: why its list can't be relied on; empty as long as it can.
    """

    def __init__(self, client: SevenSendersClient, document: ConnectionDocument) -> None:
        self.why_no_list = ""
        self._client = client
        self._prefix = document.order_id_prefix

    def between(self, begin: datetime, end: datetime) -> Iterator[RemoteOrder]:
        """The orders dated from one whole second to another, of whatever shop.

        It ends early, and says why, once the list can't be relied on; then none is given again.
        """
        if self.why_no_list:
            return
        try:
            for page in self._client.orders_dated(begin, end):
                yield from page
        except LookUpInconclusive as error:
            self.why_no_list = str(error)

    def ask(self, record: OrderRecord) -> Asked:
        """One order that was accepted, asked for by itself."""
        order_id = self.order_id(record)
        try:
            order = read_there(record, order_id, self._client)
        except OrderNotFound:
            order = None
        except LookUpInconclusive as error:
            return Asked(why_not=str(error))
        return Asked(order=order, unknown=order is None)

    def order_id(self, record: OrderRecord) -> str:
        """The order id under which an order stands there, or would."""
        return record.order_id or self.order_id_of(record.number)

    def order_id_of(self, number: str) -> str:
        """The order id of an order that was never sent."""
        return self._prefix + number

    def number_of(self, order_id: str) -> str | None:
        """The number behind an order id; ``None`` if the connection can't have given it."""
        if not order_id.startswith(self._prefix):
            return None
        return order_id.removeprefix(self._prefix) or None
