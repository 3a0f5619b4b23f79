"""The shops' own APIs: webhooks are registered there, and orders are read."""

import time
from collections.abc import Callable

from seven_senders_adapter.connections.shop_apis import ShopApiDocument, ShopifyApiDocument
from seven_senders_adapter.shop_apis.shop_api import ShopApi
from seven_senders_adapter.shop_apis.shopify import ShopifyApi
from seven_senders_adapter.shop_apis.woocommerce import WooCommerceApi


def open_shop_api(
    document: ShopApiDocument, *, sleep: Callable[[float], None] = time.sleep
) -> ShopApi:
    """The API that a document opens. ``sleep`` waits while it throttles."""
    if isinstance(document, ShopifyApiDocument):
        return ShopifyApi(document, sleep=sleep)
    return WooCommerceApi(document, sleep=sleep)
