"""The headers that each platform really sends, and its signature."""

import hashlib
import hmac
from base64 import b64encode
from uuid import UUID

from tests.chaos.connections import CONNECTIONS
from tests.chaos.lives.arrival import Delivery

WEBHOOKS = ("order.created", "order.updated", "order.deleted", "order.restored")


def headers(delivery: Delivery, secret: str) -> dict[str, str]:
    """The headers of a delivery, names in lower case, signed with ``secret``.

    Equal deliveries have equal ids, as a shop's repetition has.
    """
    common = {
        "accept": "*/*",
        "content-length": str(len(delivery.body)),
        "content-type": "application/json",
    }
    signature = b64encode(hmac.digest(secret.encode(), delivery.body, "sha256")).decode()
    if CONNECTIONS[delivery.connection]["platform"] == "shopify":
        return {**common, **_of_shopify(delivery, signature)}
    return {**common, **_of_woocommerce(delivery, signature)}


def _of_shopify(delivery: Delivery, signature: str) -> dict[str, str]:
    return {
        "user-agent": "Shopify-Captain-Hook",
        "x-shopify-topic": delivery.topic,
        "x-shopify-hmac-sha256": signature,
        "x-shopify-shop-domain": f"{delivery.connection}.myshopify.com",
        "x-shopify-api-version": "2026-04",
        "x-shopify-webhook-id": _uuid(delivery.topic.encode() + delivery.body),
        "x-shopify-event-id": _uuid(delivery.body),
        "x-shopify-triggered-at": f"{delivery.at:%Y-%m-%dT%H:%M:%S.%f}000Z",
        "x-shopify-order-id": delivery.order,
    }


def _of_woocommerce(delivery: Delivery, signature: str) -> dict[str, str]:
    webhook = str(WEBHOOKS.index(delivery.topic) + 1)
    resource, event = delivery.topic.split(".")
    second = f"{webhook} {delivery.at:%Y-%m-%dT%H:%M:%S}"  # so it is not unique
    return {
        "user-agent": "WooCommerce/11.0.1 Hookshot (WordPress/7.0.4)",
        "x-wc-webhook-source": f"https://{delivery.connection}.example/",
        "x-wc-webhook-topic": delivery.topic,
        "x-wc-webhook-resource": resource,
        "x-wc-webhook-event": event,
        "x-wc-webhook-signature": signature,
        "x-wc-webhook-id": webhook,
        "x-wc-webhook-delivery-id": hashlib.sha256(second.encode()).hexdigest()[:32],
    }


def _uuid(cause: bytes) -> str:
    return str(UUID(bytes=hashlib.sha256(cause).digest()[:16]))
