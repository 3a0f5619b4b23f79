"""WooCommerce's orders by its REST API: which are in a span, and that none is lost between pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.shop_api import By, Span
from seven_senders_adapter.shop_apis.woocommerce import WooCommerceApi
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce

DAY = datetime(2026, 10, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def body(number: int, created: datetime, modified: datetime | None = None, **more: Any) -> Any:
    """An order as a webhook would bring it, as far as it matters here."""
    return {
        "id": number,
        "number": f"W-{number}",
        "status": "processing",
        "date_created_gmt": created.replace(tzinfo=None).isoformat(),
        "date_modified_gmt": (modified or created).replace(tzinfo=None).isoformat(),
        "date_paid_gmt": None,
        "total": "10.00",
        "refunds": [],
        "meta_data": [],
        "line_items": [],
        "billing": {"email": "person-1@example.org"},
        **more,
    }


@dataclass
class Shop:
    """A played shop and its API. ``waits``: seconds that it was waited for."""

    played: PlayedWooCommerce
    url: str
    waits: list[float] = field(default_factory=list)

    def api(self, **settings: Any) -> WooCommerceApi:
        keys = {"consumer_key": SecretStr("ck_1"), "consumer_secret": SecretStr("cs_1")}
        document = WooCommerceApiDocument(url=self.url, **keys | settings)
        return WooCommerceApi(document, sleep=self.waits.append)

    def fill(self, orders: int) -> None:
        """Orders of one a second from DAY on, with ids from 1."""
        for number in range(1, orders + 1):
            self.played.put(body(number, DAY + number * SECOND))

    def read(self, span: Span, between: Callable[[int], object] = lambda page: None) -> list[int]:
        """The ids on all pages as they come; ``between`` is called after each page."""
        api, position = self.api(), None
        found: list[int] = []
        for page in range(1, 1000):
            read = api.page(span, position)
            found += [int(str(order["id"])) for order in read.orders]
            position = read.next
            if position is None:
                return found
            between(page)
        raise AssertionError("it never ends")


@pytest.fixture
def shop() -> Iterator[Shop]:
    played = PlayedWooCommerce()
    with played.serve() as server:
        yield Shop(played, server.url)


ALL_DAY = {by: Span(by=by, begin=DAY, end=DAY + timedelta(days=1)) for by in By}


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("orders", [0, 1, 99, 100, 101, 199, 200, 250])
def test_every_order_comes_once_and_the_oldest_first(shop: Shop, by: By, orders: int) -> None:
    shop.fill(orders)
    assert shop.read(ALL_DAY[by]) == list(range(1, orders + 1))
    assert shop.api().count(ALL_DAY[by]) == orders
