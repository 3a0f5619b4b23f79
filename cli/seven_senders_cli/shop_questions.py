"""What ``connect`` asks about the API of a shop."""

import json
from typing import Any

from seven_senders_adapter.connections.documents import Secret, validate
from seven_senders_adapter.connections.shop_apis import (
    ShopApiDocument,
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_cli.answers import Answers

_TO_HAVE = "to have its webhooks registered and what they miss found (Enter: I make them by hand)"


def ask_for_shopify_api(
    name: str, answers: Answers, api_version: str | None, before: ShopApiDocument | None
) -> ShopifyApiDocument | None:
    """The app that registers the webhooks; ``None`` if they are made by hand.

    ``before`` stands for answers that are empty. Raises InvalidConnection or Failed.
    """
    known = before if isinstance(before, ShopifyApiDocument) else None
    shop = answers.text(
        "shop",
        f"Domain of the shop, such as my-shop.myshopify.com, {_TO_HAVE}",
        default=known.url if known else "",
    )
    if not shop:
        return None
    client_id = answers.text(
        "client_id",
        "Client ID of its app in the Dev Dashboard (Enter: I have an Admin API token)",
        default=(known.client_id if known else None) or "",
    )
    client_secret = answers.secret(
        "client_secret",
        "Client secret of the app, which signs its webhooks",
        default=_shown(known.client_secret if known else None),
    )
    settings: dict[str, Any] = {"client_secret": client_secret}
    if version := api_version or (known and known.api_version):
        settings["api_version"] = version
    if client_id:
        settings["client_id"] = client_id
    else:
        settings["access_token"] = answers.secret(
            "admin_api_token",
            "Admin API token",
            default=_shown(known.access_token if known else None),
        )
    return validate(ShopifyApiDocument, name, json.dumps({"url": _url(shop), **settings}))


def ask_for_woocommerce_api(
    name: str, answers: Answers, before: ShopApiDocument | None, *, plain_http: bool
) -> WooCommerceApiDocument | None:
    """The key that registers the webhooks; ``None`` if they are made by hand.

    ``before`` stands for answers that are empty. ``plain_http``: the shop has no TLS. Raises
    InvalidConnection or Failed.
    """
    known = before if isinstance(before, WooCommerceApiDocument) else None
    shop = answers.text(
        "shop",
        f"Address of the shop, such as https://shop.example, {_TO_HAVE}",
        default=known.url if known else "",
    )
    if not shop:
        return None
    settings: dict[str, Any] = {
        "url": _url(shop, scheme="http" if plain_http else "https"),
        "consumer_key": answers.secret(
            "consumer_key",
            "Consumer key (WooCommerce, Settings, Advanced, REST API, permission Read/Write)",
            default=_shown(known.consumer_key if known else None),
        ),
        "consumer_secret": answers.secret(
            "consumer_secret",
            "Consumer secret",
            default=_shown(known.consumer_secret if known else None),
        ),
    }
    was_plain = known is not None and known.plain_http and known.url == settings["url"].rstrip("/")
    settings["plain_http"] = plain_http or was_plain
    return validate(WooCommerceApiDocument, name, json.dumps(settings))


def _shown(secret: Secret | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _url(shop: str, *, scheme: str = "https") -> str:
    return shop if "://" in shop else f"{scheme}://{shop}"
