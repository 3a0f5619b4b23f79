"""The shops of the demonstration: stand-ins of their APIs, with the orders as they stand last."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from seven_senders_local.connections import SHOP_API
from seven_senders_local.events import Event, fill
from seven_senders_local.outcome import HEALED, NOTED, SYNCED, shop_order
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce

type Settings = Mapping[str, Mapping[str, Any]]
"""The keys of each connection, as a connections' file has them."""


class DemoShops:
    """The two shops of ``events/connections.yaml``."""

    def __init__(self, connections: Settings) -> None:
        self._connections = connections
        # An app's client secret signs its webhooks.
        secret = connections["demo-shopify"]["webhook_secrets"][0]
        self._shopify = PlayedShopify(client_secret=secret)
        self._woocommerce = PlayedWooCommerce()
        self._shops: Mapping[str, PlayedShopify | PlayedWooCommerce] = {
            "demo-shopify": self._shopify,
            "demo-woocommerce": self._woocommerce,
        }

    def stock(self, events: Iterable[Event], fates: Mapping[str, str], now: datetime) -> None:
        """Have the orders of events that came in this order, but for those that made none."""
        for event in events:
            shop = self._shops[event.connection]
            became = fates[event.name]
            if became in {SYNCED, HEALED}:
                shop.put(_body(event, now))
            elif became == NOTED:
                shop.delete(shop_order(event)[1])

    @property
    def webhooks(self) -> int:
        """How many webhooks stand in the shops."""
        return len(self._shopify.subscriptions) + len(self._woocommerce.rows)

    @contextmanager
    def served(self) -> Iterator[Path]:
        """Serve them until the block ends: a connections' file that says how they are reached."""
        with ExitStack() as ended:
            folder = ended.enter_context(tempfile.TemporaryDirectory())
            file = Path(folder) / "connections.yaml"
            reached = {
                "demo-shopify": {
                    "url": ended.enter_context(self._shopify.serve()).url,
                    "client_id": self._shopify.client_id,
                    "client_secret": self._shopify.client_secret,
                },
                "demo-woocommerce": {
                    "url": ended.enter_context(self._woocommerce.serve()).url,
                    "consumer_key": self._woocommerce.consumer_key,
                    "consumer_secret": self._woocommerce.consumer_secret,
                },
            }
            settings = {
                name: {**own, SHOP_API: reached[name]} for name, own in self._connections.items()
            }
            file.write_text(yaml.safe_dump(settings), encoding="utf-8")
            yield file


def _body(event: Event, now: datetime) -> Mapping[str, Any]:
    body = fill(event.body, now)
    if not isinstance(body, dict):
        raise TypeError(f"{event.name}: not an order")
    return body
