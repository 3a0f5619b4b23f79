"""The APIs of the four shops, on loopback and in played time: slow, and failing at times."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from random import Random
from types import TracebackType
from typing import Protocol, Self

from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import (
    ShopApiDocument,
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_adapter.shops import shopify, woocommerce
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce
from tests.chaos.connections import CONNECTIONS
from tests.chaos.lives.order import Body
from tests.played.clock import PlayedClock

WEBHOOK_URL = "https://adapter.example/webhooks/"
"""Up to the connection's name."""

BUSY = Said(status=429, page="Too Many Requests", headers={"Retry-After": "2"})
FAULTS = (BUSY, BUSY, Said(status=503, page="<h1>Briefly unavailable</h1>"), Said(page="<html>"))
"""How an API answers instead: throttling passes within the call, the others end the round."""

DOWN = Said(status=502, page="<h1>Bad Gateway</h1>")


class StandIn(Protocol):
    """A shop: the orders that it has, and what its API answers."""

    def put(self, body: Body, /) -> None:
        """Have an order as a webhook would bring it."""

    def delete(self, order: str, /) -> None:
        """Have an order no more."""

    def answer(self, asked: Asked, /) -> Said:
        """What its API says."""


type Answering = Callable[[Asked], Said]


@dataclass(slots=True)
class Traffic:
    """How calls of the shops' APIs go. ``faults``: the share of them that is not answered.

    ``down``: the connections whose shops answer nobody.
    """

    clock: PlayedClock
    random: Random
    faults: float = 0
    down: frozenset[str] = frozenset()

    def answer(self, connection: str, answer: Answering, asked: Asked) -> Said:
        """An answer that takes its time, or none."""
        self.clock.sleep(self.random.uniform(0.1, 1.5))
        if connection in self.down:
            return DOWN
        if self.random.random() < self.faults:
            return self.random.choice(FAULTS)
        return answer(asked)


class Shops:
    """Serves until the block ends. ``shown`` are the orders as they are now, by connection and id.

    ``documents``: what opens the API of each connection's shop.
    """

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.shown: dict[tuple[str, str], Body] = {}
        self.documents: dict[str, ShopApiDocument] = {}
        self._shops: Mapping[str, StandIn] = {
            name: _stand_in(name, str(settings["platform"]), traffic.clock)
            for name, settings in CONNECTIONS.items()
        }
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for name, shop in self._shops.items():
            answer = partial(self.traffic.answer, name, shop.answer)
            server = self._open.enter_context(Loopback(answer))
            self.documents[name] = api_document(shop, server.url)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def put(self, connection: str, body: Body) -> None:
        """A shop changes an order, or takes a new one."""
        self.shown[connection, str(body["id"])] = body
        self._shops[connection].put(body)

    def delete(self, connection: str, order: str) -> None:
        """A shop forgets an order for good."""
        del self.shown[connection, order]
        self._shops[connection].delete(order)


def _stand_in(connection: str, platform: str, clock: PlayedClock) -> StandIn:
    if platform == "shopify":
        return played_shopify(connection, clock)
    return played_woocommerce(connection)


def played_shopify(connection: str, clock: PlayedClock) -> PlayedShopify:
    """A Shopify shop whose webhooks are as they should be."""
    shop = PlayedShopify(scopes=["read_orders", "read_all_orders"], now=clock.now)
    for topic in shopify.KINDS:
        shop.add(topic.replace("/", "_").upper(), WEBHOOK_URL + connection)
    return shop


def played_woocommerce(connection: str) -> PlayedWooCommerce:
    """A WooCommerce shop whose webhooks are as they should be."""
    shop = PlayedWooCommerce()
    for topic in woocommerce.KINDS:
        shop.add(topic, WEBHOOK_URL + connection, name=f"Seven Senders {topic}")
    return shop


def api_document(shop: object, url: str) -> ShopApiDocument:
    """What opens the API of a stand-in at a URL."""
    if isinstance(shop, PlayedShopify):
        return ShopifyApiDocument(
            url=url, client_secret=SecretStr(shop.client_secret), access_token=SecretStr(shop.token)
        )
    assert isinstance(shop, PlayedWooCommerce)
    return WooCommerceApiDocument(
        url=url,
        consumer_key=SecretStr(shop.consumer_key),
        consumer_secret=SecretStr(shop.consumer_secret),
    )
