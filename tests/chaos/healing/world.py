"""A shop with a day of changes, the ledger and the queue, in a process of their own.

So the memory of another process is that of the function alone. Syncing is played by a cheap
consumer: it writes the records and corrections that sync_order would write, by the ledger's own
code, and calls no API.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched
from random import Random
from typing import Any

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.domain.observation import first_record, heard
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.corrections import Correction, Corrections
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import OrderEvent, received_from_sqs
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import Kind
from seven_senders_local.played_shops.loopback import Loopback
from tests.chaos.connections import CONNECTIONS, SHOPIFY_PLAIN, WOOCOMMERCE_PLAIN
from tests.chaos.healing.shops import api_document, played_shopify, played_woocommerce
from tests.chaos.healing.stack import UPDATED
from tests.chaos.lives.order import Body
from tests.chaos.stack import MAIN, TURNS
from tests.played.clock import PlayedClock
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.ledger_table import NAME
from tests.played.sqs import PlayedFifo, PlayedSqs
from tests.unit.shops.orders import shopify_order, woo_order

BEGIN = datetime(2026, 3, 20, tzinfo=UTC)
DAY = timedelta(days=1)
SHOPS_OF = {"shopify": SHOPIFY_PLAIN, "woocommerce": WOOCOMMERCE_PLAIN}

WORKED_A_SECOND = 20
"""Order events that the fleet gets through."""

ROWS = 100
"""The rows on a page of a query's answer. DynamoDB's has up to 1 MB; who keeps pages shows here."""


class World:
    """``platform`` says which connection of the chaos test it is. It serves for good."""

    def __init__(self, platform: str, seed: int) -> None:
        self._platform = platform
        self._connection = SHOPS_OF[platform]
        self._random = Random(seed)
        self._clock = PlayedClock(BEGIN.timestamp())
        self._dynamodb = MemoryDynamoDB()
        table = Table(client=self._dynamodb.client, name=NAME)
        self._orders = Orders(table=table)
        self._corrections = Corrections(table=table, now=self._clock.now)
        self._main = PlayedFifo(self._clock)
        self._sqs = PlayedSqs(self._clock, {MAIN: self._main, TURNS: PlayedFifo(self._clock)})
        self._document = read_connection(self._connection, CONNECTIONS[self._connection])
        self._shop = (
            played_shopify(self._connection, self._clock)
            if platform == "shopify"
            else played_woocommerce(self._connection)
        )
        self._all: list[str] = []
        self._queries: dict[int, Iterator[Any]] = {}
        self._server = Loopback(self._shop.answer).__enter__()

    def api_text(self) -> str:
        """The document that opens the shop's API, as SSM holds it."""
        return api_document(self._shop, self._server.url).text()

    def change_orders(self, number: int, share_known: float) -> int:
        """A day of so many new orders, of which webhooks bring a share; how many they do not."""
        known = 0
        for order in range(1, number + 1):
            body = self._body(order, BEGIN + DAY * (order / number))
            self._shop.put(body)
            self._all.append(str(order))
            if self._random.random() < share_known:
                self._hear(body)
                known += 1
        return number - known

    def _body(self, order: int, at: datetime) -> Body:
        if self._platform == "shopify":
            text = at.isoformat(timespec="seconds")
            return shopify_order(id=order, name=f"#{order}", created_at=text, updated_at=text)
        text = at.replace(tzinfo=None).isoformat(timespec="seconds")
        times = {"date_created": text, "date_created_gmt": text, "date_modified_gmt": text}
        return woo_order(id=order, number=str(order), **times)

    def _hear(self, body: Body) -> None:
        shop, names = SHOPS[self._platform], self._document.projection_names
        projected = shop.project(Kind.ORDER, body, names)
        event = OrderEvent(
            connection=self._connection,
            platform=self._platform,
            order=projected.order,
            topic=UPDATED[self._platform],
            delivery_id="",
            received_at=self._clock.now(),
            projection=projected.projection,
        )
        snapshot = shop.read_snapshot(event.projection, self._document)
        self._orders.save(heard(self._record(event), snapshot))

    def _record(self, event: OrderEvent) -> OrderRecord:
        snapshot = SHOPS[self._platform].read_snapshot(event.projection, self._document)
        return first_record(
            self._connection,
            snapshot,
            self._document,
            received_at=event.received_at,
            digest=event.digest,
        )

    def pass_time(self, seconds: float) -> None:
        """Let time pass, in which the fleet works what is queued."""
        self._clock.sleep(seconds)
        worked = 0
        while worked < seconds * WORKED_A_SECOND and (batch := self._main.receive(30)):
            for message in batch:
                self._sync(received_from_sqs(message.as_received()).event())
                self._main.delete(message.receipt)
            worked += len(batch)

    def _sync(self, event: OrderEvent) -> None:
        if self._orders.load(self._connection, event.order) is not None:
            return
        record = self._record(event)
        changed_at = record.newest
        self._corrections.add(
            Correction(connection=self._connection, order=event.order, changed_at=changed_at)
        )
        self._orders.save(record)

    def missing(self) -> int:
        """How many of the shop's orders the ledger does not have."""
        names = ((self._connection, order) for order in self._all)
        return len(self._all) - len(self._orders.load_all(names))

    def queued(self) -> int:
        """How many order events were queued in all."""
        return self._main.sent

    def dynamodb(self, operation: str, asked: dict[str, Any]) -> Any:
        """A call of DynamoDB."""
        return getattr(self._dynamodb, operation)(**asked)

    def query(self, asked: dict[str, Any]) -> int:
        """Begin a query; its number."""
        items = (
            item
            for page in self._dynamodb.get_paginator("query").paginate(**asked)
            for item in page["Items"]
        )
        number = len(self._queries)
        self._queries[number] = batched(items, ROWS, strict=False)
        return number

    def page(self, query: int) -> Any:
        """The next rows of a query; none at its end."""
        return next(self._queries[query], ())

    def sqs(self, operation: str, given: dict[str, Any]) -> Any:
        """A call of SQS."""
        return getattr(self._sqs, operation)(**given)
