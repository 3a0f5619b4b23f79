"""A played Shopify shop, and the adapter's API of it."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.shop_apis.shopify import ShopifyApi
from seven_senders_local.played_shops.shopify import PlayedShopify
from tests.played.clock import PlayedClock


@dataclass
class ShopifyShop:
    """A played shop and its API. ``waits``: seconds that it was waited for."""

    played: PlayedShopify
    url: str
    clock: PlayedClock
    waits: list[float] = field(default_factory=list)

    def api(self, **settings: Any) -> ShopifyApi:
        app = {"client_id": "client_1", "client_secret": SecretStr("shpss_1")}
        document = ShopifyApiDocument(url=self.url, **app | settings)
        return ShopifyApi(document, sleep=self.sleep, monotonic=self.clock.epoch)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.sleep(seconds)
