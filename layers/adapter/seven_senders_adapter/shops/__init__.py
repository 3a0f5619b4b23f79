"""The shop platforms that the adapter knows."""

from collections.abc import Mapping

from seven_senders_adapter.shops.shop import Shop
from seven_senders_adapter.shops.shopify import Shopify
from seven_senders_adapter.shops.woocommerce import WooCommerce

SHOPS: Mapping[str, Shop] = {
    "shopify": Shopify(),
    "woocommerce": WooCommerce(),
}
"""Each platform by its name; one line a shop."""
