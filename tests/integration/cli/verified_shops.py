"""Shops whose orders are compared: played ones, with a connection and an account of their own."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.shop_apis import (
    ShopApiDocument,
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger import Ledger
from seven_senders_cli.doctor.queues import count
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce
from seven_senders_local.sandbox import Sandbox
from seven_senders_local.sandbox.rules import Order
from tests.integration.cli.conftest import CommandLine, Ended
from tests.integration.cli.functions import Functions
from tests.unit.shops.orders import shopify_order, shopify_refund, woo_order

BEGIN = utc_now().replace(microsecond=0) - timedelta(days=10)
PREFIX = "P-"
CHANGED = timedelta(hours=2)
"""How long after its creation an order was changed, if it was."""


@dataclass(frozen=True)
class Form:
    """How a platform writes orders and their times, and what makes one shipped or refunded."""

    base: Callable[..., dict[str, object]]
    number: str
    created: tuple[str, ...]
    modified: str
    shipped: dict[str, object]
    refunded: dict[str, object]
    write: Callable[[datetime], str]

    def body(self, number: int, **changes: object) -> dict[str, object]:
        """The order of a number, created that many hours after the begin."""
        at = BEGIN + timedelta(hours=number)
        times = dict.fromkeys((*self.created, self.modified), self.write(at))
        return self.base(**{"id": number, self.number: str(number), **times, **changes})

    def changed(self, number: int, **changes: object) -> dict[str, object]:
        """The same, shipped some hours later."""
        at = self.write(BEGIN + timedelta(hours=number) + CHANGED)
        return self.body(number, **{self.modified: at, **self.shipped, **changes})


def _paid(**changes: object) -> dict[str, object]:
    return shopify_order(**{"financial_status": "paid", "tags": "vip", **changes})


SHOPIFY = Form(
    base=_paid,
    number="name",
    created=("created_at", "processed_at"),
    modified="updated_at",
    shipped={"fulfillment_status": "fulfilled"},
    refunded={"financial_status": "refunded", "refunds": [shopify_refund((11, 1, "no_restock"))]},
    write=lambda at: at.isoformat(),
)
WOOCOMMERCE = Form(
    base=woo_order,
    number="number",
    created=("date_created_gmt", "date_paid_gmt"),
    modified="date_modified_gmt",
    shipped={"status": "completed"},
    refunded={"refunds": [{"id": 1, "reason": "", "total": "-100.00"}]},
    write=lambda at: at.replace(tzinfo=None).isoformat(),
)


@dataclass
class Shop:
    """One played shop, its connection, and what the tests do with both."""

    platform: str
    form: Form
    played: Any
    document: ShopApiDocument
    command: CommandLine
    functions: Functions
    sandbox: Sandbox
    name: str = field(default_factory=lambda: f"v{uuid4().hex[:8]}")

    def connect(self, **settings: object) -> None:
        given = {"platform": self.platform, "order_id_prefix": PREFIX, "access_key": self.name}
        self.command.connect(self.name, **given | settings)
        self.command.stack.shop_apis.save(self.name, self.document)

    def sell(self, *numbers: int) -> None:
        for number in numbers:
            self.played.put(self.form.body(number))

    def with_orders(self, *numbers: int) -> None:
        """A connection whose orders are everywhere as they should be, and an hour has passed."""
        self.connect()
        self.sell(*numbers)
        self.mended()

    def verify(self, *words: str, answers: tuple[str, ...] = ()) -> Ended:
        since = f"{BEGIN - timedelta(days=1):%Y-%m-%d}"
        return self.command("verify", self.name, "--since", since, *words, answers=answers)

    def verified(self, *words: str) -> dict[str, Any]:
        """What a script gets, and the exit code as ``code``."""
        ended = self.verify("--json", *words)
        found: dict[str, Any] = json.loads(ended.out)
        return found | {"code": ended.code}

    def found(self) -> dict[str, Any]:
        """The one order that differs."""
        [one] = self.verified()["found"]
        found: dict[str, Any] = one
        return found

    def mended(self) -> dict[str, Any]:
        """What is found after all that can be mended was, an hour later."""
        self.verify("--fix", "--yes")
        self.functions.work()
        self.later()
        return self.verified()

    def later(self) -> None:
        """Let an hour pass for the commands."""
        self.command.gateway.waits.append(3600)

    def queued(self) -> int:
        return sum(count(self.command.stack.sqs, self.command.stack.output("OrderEventsQueueUrl")))

    def record(self, number: int) -> OrderRecord:
        ledger = Ledger.at(self.command.stack.table)
        record = ledger.orders.load(self.name, str(number))
        assert record
        return record

    def there(self, number: int) -> Order:
        """An order at Seven Senders."""
        [order] = self.sandbox.account(self.name).named(f"{PREFIX}{number}")
        return order

    def rows(self) -> list[dict[str, Any]]:
        """All that is in the ledger's table."""
        dynamodb, name = self.command.stack.dynamodb, self.command.stack.output("LedgerTableName")
        pages = dynamodb.get_paginator("scan").paginate(TableName=name)
        rows: list[dict[str, Any]] = [dict(row) for page in pages for row in page["Items"]]
        return sorted(rows, key=lambda row: str(row["pk"]))


@contextmanager
def open_shop(
    platform: str, command: CommandLine, functions: Functions, sandbox: Sandbox
) -> Iterator[Shop]:
    """A shop of a platform, with its server."""
    if platform == "shopify":
        shopify = PlayedShopify(scopes=["read_orders", "read_all_orders"])
        with shopify.serve() as server:
            document = ShopifyApiDocument(
                url=server.url, client_id="client_1", client_secret=SecretStr("shpss_1")
            )
            yield Shop(platform, SHOPIFY, shopify, document, command, functions, sandbox)
        return
    woocommerce = PlayedWooCommerce()
    with woocommerce.serve() as server:
        opens = WooCommerceApiDocument(
            url=server.url, consumer_key=SecretStr("ck_1"), consumer_secret=SecretStr("cs_1")
        )
        yield Shop(platform, WOOCOMMERCE, woocommerce, opens, command, functions, sandbox)
