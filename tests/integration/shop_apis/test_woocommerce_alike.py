"""An order that WooCommerce's API shows is projected as if its webhook had come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from pydantic import SecretStr

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.shop_api import By, Span
from seven_senders_adapter.shop_apis.woocommerce import WooCommerceApi
from seven_senders_adapter.shops.shop import Kind, Projected, ProjectionNames
from seven_senders_adapter.shops.woocommerce import KINDS, WooCommerce
from seven_senders_local.events import fill, load_events
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce
from tests.chaos.connections import CONNECTIONS, WOOCOMMERCE_PLAIN, WOOCOMMERCE_RICH
from tests.chaos.kinds import live

LIVES = 150
BEGIN, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
NOT_LISTED = {"trash", "checkout-draft"}

type Order = dict[str, Any]
type Shop = tuple[PlayedWooCommerce, WooCommerceApi]


@pytest.fixture
def shop() -> Iterator[Shop]:
    played = PlayedWooCommerce()
    with played.serve() as server:
        document = WooCommerceApiDocument(
            url=server.url, consumer_key=SecretStr("ck_1"), consumer_secret=SecretStr("cs_1")
        )
        yield played, WooCommerceApi(document, sleep=lambda seconds: None)


@pytest.mark.parametrize("connection", [WOOCOMMERCE_PLAIN, WOOCOMMERCE_RICH])
def test_each_moment_of_many_lives_is_projected_alike(shop: Shop, connection: str) -> None:
    document = read_connection(connection, CONNECTIONS[connection])
    names = replace(document.projection_names, send_order_items=True)
    changes = [change for order in range(LIVES) for change in live(connection, order).changes]
    orders = [{**change.body, "id": number} for number, change in enumerate(changes, 1)]
    assert len(orders) > 4 * LIVES
    assert {order["status"] for order in orders} >= NOT_LISTED
    assert_alike(shop, orders, names)


def test_each_example_delivery_is_projected_alike(shop: Shop) -> None:
    events = [event for event in load_events().values() if KINDS.get(event.topic) is Kind.ORDER]
    now = datetime(2026, 11, 21, tzinfo=UTC)
    bodies = [cast("Order", fill(event.body, now)) for event in events]
    of_v3 = [body for body in bodies if "date_modified_gmt" in body]
    orders = [{**body, "id": number} for number, body in enumerate(of_v3, 1)]
    assert len(orders) > 15
    assert_alike(shop, orders, ProjectionNames(send_order_items=True))


def assert_alike(shop: Shop, orders: Sequence[Order], names: ProjectionNames) -> None:
    played, api = shop
    for order in orders:
        played.put(order)
    brought = {order["id"]: _projected(order, names) for order in orders}
    alone = {id_: api.order(str(id_)) for id_ in brought}
    assert {id_: _projected(order, names) for id_, order in alone.items()} == brought
    listed = {int(str(order["id"])): _projected(order, names) for order in _every_page(api)}
    assert listed == {
        order["id"]: brought[order["id"]] for order in orders if order["status"] not in NOT_LISTED
    }


def _every_page(api: WooCommerceApi) -> Iterator[Mapping[str, object]]:
    position: str | None = None
    while True:
        page = api.page(Span(by=By.CREATION, begin=BEGIN, end=END), position)
        yield from page.orders
        position = page.next
        if position is None:
            return


def _projected(order: object, names: ProjectionNames) -> Projected:
    return WooCommerce().project(Kind.ORDER, order, names)
