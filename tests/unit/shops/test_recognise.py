import pytest

from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import Delivery, Kind


@pytest.mark.parametrize(
    ("platform", "topic", "kind"),
    [
        ("shopify", "orders/create", Kind.ORDER),
        ("shopify", "orders/updated", Kind.ORDER),
        ("shopify", "orders/paid", Kind.ORDER),
        ("shopify", "orders/cancelled", Kind.ORDER),
        ("shopify", "orders/fulfilled", Kind.ORDER),
        ("shopify", "orders/partially_fulfilled", Kind.ORDER),
        ("shopify", "orders/delete", Kind.DELETION),
        ("shopify", "orders/edited", Kind.OTHER),
        ("shopify", "draft_orders/create", Kind.OTHER),
        ("shopify", "refunds/create", Kind.OTHER),
        ("shopify", "customers/data_request", Kind.OTHER),
        ("shopify", "orders/create,orders/create", Kind.OTHER),
        ("shopify", "", Kind.OTHER),
        ("woocommerce", "order.created", Kind.ORDER),
        ("woocommerce", "order.updated", Kind.ORDER),
        ("woocommerce", "order.restored", Kind.ORDER),
        ("woocommerce", "order.deleted", Kind.DELETION),
        ("woocommerce", "subscription.created", Kind.OTHER),
        ("woocommerce", "action.woocommerce_order_status_completed", Kind.OTHER),
        ("woocommerce", "orders/create", Kind.OTHER),
    ],
)
def test_orders_are_recognised_by_topic(platform: str, topic: str, kind: Kind) -> None:
    name = {"shopify": "x-shopify-topic", "woocommerce": "x-wc-webhook-topic"}[platform]
    assert SHOPS[platform].recognise({name: topic}).kind is kind


def test_shopify_headers_name_delivery_and_shop() -> None:
    headers = {
        "x-shopify-topic": "orders/paid",
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "x-shopify-shop-domain": "Cool-Store.myshopify.com",
    }
    assert SHOPS["shopify"].recognise(headers) == Delivery(
        kind=Kind.ORDER,
        topic="orders/paid",
        delivery_id="b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        source="cool-store.myshopify.com",
    )


def test_woocommerce_headers_name_delivery_and_host() -> None:
    headers = {
        "x-wc-webhook-topic": "order.created",
        "x-wc-webhook-delivery-id": "9d08722847fea1fba87dc63e91469fcf",
        "x-wc-webhook-source": "https://Shop.Example:8443/sub/",
    }
    assert SHOPS["woocommerce"].recognise(headers) == Delivery(
        kind=Kind.ORDER,
        topic="order.created",
        delivery_id="9d08722847fea1fba87dc63e91469fcf",
        source="shop.example",
    )


@pytest.mark.parametrize("platform", SHOPS)
@pytest.mark.parametrize("value", ["", "\x00", "é", "x" * 9000, "http://[", "Jana Novak"])
def test_odd_headers_are_read_as_empty(platform: str, value: str) -> None:
    names = ["shopify-topic", "shopify-webhook-id", "shopify-shop-domain"]
    names += ["wc-webhook-topic", "wc-webhook-delivery-id", "wc-webhook-source"]
    delivery = SHOPS[platform].recognise({f"x-{name}": value for name in names})
    assert delivery == Delivery(kind=Kind.OTHER, topic="", delivery_id="", source="")


@pytest.mark.parametrize(
    ("platform", "headers", "body", "expected"),
    [
        pytest.param("woocommerce", {}, b"webhook_id=12", True, id="WooCommerce's ping"),
        pytest.param(
            "woocommerce", {"x-wc-webhook-topic": "order.created"}, b"webhook_id=1", False,
            id="a signed delivery is no ping",
        ),
        pytest.param("woocommerce", {}, b"webhook_id=", False, id="a ping has an id"),
        pytest.param("woocommerce", {}, b"webhook_id=1&x=2", False, id="a ping has nothing more"),
        pytest.param("woocommerce", {}, b"webhook_id=1\n", False, id="not even a line's end"),
        pytest.param("woocommerce", {}, b"webhook_id=" + b"1" * 21, False, id="a ping is short"),
        pytest.param("shopify", {}, b"webhook_id=12", False, id="Shopify has no ping"),
    ],
)  # fmt: skip
def test_ping(platform: str, headers: dict[str, str], body: bytes, expected: bool) -> None:
    assert SHOPS[platform].is_ping(headers, body) is expected


def test_each_shop_is_listed_under_its_name() -> None:
    assert {name: shop.platform for name, shop in SHOPS.items()} == {
        "shopify": "shopify",
        "woocommerce": "woocommerce",
    }
