"""An order that the API shows is projected as if its webhook had come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from pydantic import SecretStr

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.shop_apis.shop_api import By, Span
from seven_senders_adapter.shop_apis.shopify import ShopifyApi
from seven_senders_adapter.shops.shop import Kind, Projected, ProjectionNames
from seven_senders_adapter.shops.shopify import KINDS, Shopify
from seven_senders_local.events import fill, load_events
from seven_senders_local.played_shops.shopify import PlayedShopify
from tests.chaos.connections import CONNECTIONS, SHOPIFY_PLAIN, SHOPIFY_RICH
from tests.chaos.kinds import live
from tests.played.clock import PlayedClock

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIVES = 150
EVER = Span(
    by=By.CREATION,
    begin=datetime(2000, 1, 1, tzinfo=UTC),
    end=datetime(2100, 1, 1, tzinfo=UTC),
)

type Order = dict[str, Any]


@pytest.fixture
def played() -> Iterator[tuple[PlayedShopify, ShopifyApi]]:
    clock = PlayedClock(NOW.timestamp())
    shop = PlayedShopify(now=clock.now, scopes=["read_orders", "read_all_orders"])
    with shop.serve() as server:
        document = ShopifyApiDocument(
            url=server.url, client_secret=SecretStr("shpss_1"), access_token=SecretStr("shpat_1")
        )
        yield shop, ShopifyApi(document, sleep=clock.sleep, monotonic=clock.epoch)


@pytest.mark.parametrize("connection", [SHOPIFY_PLAIN, SHOPIFY_RICH])
def test_each_moment_of_many_lives_is_projected_alike(
    played: tuple[PlayedShopify, ShopifyApi], connection: str
) -> None:
    names = replace(_names(connection), send_order_items=True)
    changes = [change for order in range(LIVES) for change in live(connection, order).changes]
    orders = [_apart(change.body, number) for number, change in enumerate(changes, 1)]
    assert len(orders) > 4 * LIVES
    assert_alike(played, orders, names)


def test_each_example_delivery_is_projected_alike(
    played: tuple[PlayedShopify, ShopifyApi],
) -> None:
    events = [event for event in load_events().values() if KINDS.get(event.topic) is Kind.ORDER]
    bodies = [cast("Order", fill(event.body, NOW)) for event in events]
    orders = [_apart(body, number) for number, body in enumerate(bodies, 1)]
    assert len(orders) > 15
    names = ProjectionNames(promised_date_attribute="Delivery date", send_order_items=True)
    assert_alike(played, orders, names)


def assert_alike(
    played: tuple[PlayedShopify, ShopifyApi], orders: Sequence[Order], names: ProjectionNames
) -> None:
    shop, api = played
    for order in orders:
        shop.put(order)
    shown = {str(body["id"]): _projected(body, names) for body in _every_page(api)}
    brought = {str(order["id"]): _projected(order, names) for order in orders}
    assert shown == brought


def _every_page(api: ShopifyApi) -> Iterator[Mapping[str, object]]:
    position: str | None = None
    while True:
        page = api.page(EVER, position)
        yield from page.orders
        if (position := page.next) is None:
            return


def _projected(body: Mapping[str, object], names: ProjectionNames) -> Projected:
    return Shopify().project(Kind.ORDER, body, names)


def _names(connection: str) -> ProjectionNames:
    return read_connection(connection, CONNECTIONS[connection]).projection_names


def _apart(body: Mapping[str, Any], number: int) -> Order:
    """An order of its own, of a shop that sells in euros."""
    refunds = enumerate(body["refunds"])
    return {
        **body,
        "id": number,
        "line_items": [
            {**line, "price": f"{Decimal(line['price']):.2f}"} for line in body["line_items"]
        ],
        "refunds": [{**refund, "id": number * 100 + count} for count, refund in refunds],
    }
