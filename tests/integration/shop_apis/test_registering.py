"""Registering again and again: right webhooks stay, others are mended, none stands there twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import (
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.registering import register, remove
from seven_senders_adapter.shop_apis.shop_api import NotDone, WebhookApi
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce

OTHER_STACK = "https://uat.example/webhooks/acme"
SECRET = "whsec_new"


@dataclass
class Shop:
    """A shop's API, how to add a webhook to it (``paid`` an order or ``updated`` it), and ours."""

    api: WebhookApi
    url: str
    add: Callable[..., object]
    topic: str
    played: Any

    def register(self) -> dict[str, list[str]]:
        outcomes: dict[str, list[str]] = {}
        for done in register(self.api, url=self.url, secret=SECRET):
            outcomes.setdefault(done.topic, []).append(done.outcome)
        return outcomes

    def leading_here(self) -> list[str]:
        return sorted(w.topic for w in self.api.webhooks() if w.url == self.url)


@pytest.fixture
def shopify() -> Iterator[Shop]:
    played = PlayedShopify()
    with played.serve() as server:
        document = ShopifyApiDocument(
            url=server.url, client_id="client_1", client_secret=SecretStr("shpss_1")
        )
        url = "https://api.example/webhooks/acme"
        api = open_shop_api(document)
        yield Shop(
            api, url, lambda to, **c: played.add("ORDERS_PAID", to, **c), "orders/paid", played
        )


@pytest.fixture
def woocommerce() -> Iterator[Shop]:
    played = PlayedWooCommerce()
    name = {"name": "Seven Senders order.updated"}
    with played.serve() as server, Loopback(lambda asked: Said()) as endpoint:
        document = WooCommerceApiDocument(
            url=server.url, consumer_key=SecretStr("ck_1"), consumer_secret=SecretStr("cs_1")
        )
        yield Shop(
            open_shop_api(document),
            f"{endpoint.url}/webhooks/acme",
            lambda to, **changes: played.add("order.updated", to, **name | changes),
            "order.updated",
            played,
        )


@pytest.fixture(params=["shopify", "woocommerce"])
def shop(request: pytest.FixtureRequest) -> Shop:
    found: Shop = request.getfixturevalue(request.param)
    return found


def test_a_new_shop_gets_one_webhook_for_each_topic(shop: Shop) -> None:
    assert shop.register() == {topic: ["created"] for topic in shop.api.topics}
    assert shop.leading_here() == sorted(shop.api.topics)


def test_a_second_time_changes_nothing(shop: Shop) -> None:
    shop.register()
    before = shop.api.webhooks()
    assert shop.register() == {topic: ["kept"] for topic in shop.api.topics}
    assert shop.api.webhooks() == before


def test_webhooks_of_other_urls_are_left(shop: Shop) -> None:
    shop.add(OTHER_STACK)
    shop.register()
    assert OTHER_STACK in {webhook.url for webhook in shop.api.webhooks()}
    assert shop.leading_here() == sorted(shop.api.topics)


def test_a_url_that_is_written_in_another_way_is_mended(shop: Shop) -> None:
    shop.add(f"{shop.url}/")
    assert shop.register()[shop.topic] == ["mended"]
    assert shop.leading_here() == sorted(shop.api.topics)
    assert len(shop.api.webhooks()) == len(shop.api.topics)


def test_of_doubles_the_best_stays(shop: Shop) -> None:
    shop.add(f"{shop.url}/")
    kept = str(shop.add(shop.url))
    assert shop.register()[shop.topic] == ["removed", "kept"]
    (left,) = [webhook for webhook in shop.api.webhooks() if webhook.topic == shop.topic]
    assert left.id == kept


@pytest.mark.parametrize(
    "changes", [{"format": "XML"}, {"filter": "id:1"}, {"includeFields": ["id"]}], ids=str
)
def test_one_of_shopify_that_sends_something_else_is_mended(
    shopify: Shop, changes: dict[str, object]
) -> None:
    shopify.add(shopify.url, **changes)
    assert shopify.register()["orders/paid"] == ["mended"]
    assert all(not webhook.faults for webhook in shopify.api.webhooks())


@pytest.mark.parametrize(
    "changes",
    [{"status": "disabled"}, {"status": "paused"}, {"name": "by hand", "api_version": 1}],
    ids=str,
)
def test_one_of_woocommerce_that_delivers_nothing_or_who_knows_what_is_mended(
    woocommerce: Shop, changes: dict[str, object]
) -> None:
    woocommerce.add(woocommerce.url, **changes)
    assert woocommerce.register()["order.updated"] == ["mended"]
    rows = woocommerce.played.rows.values()
    assert {(row["status"], row["api_version"]) for row in rows} == {("active", 3)}
    assert len(rows) == len(woocommerce.api.topics)


def test_woocommerce_gets_the_secret_even_where_all_else_is_right(woocommerce: Shop) -> None:
    woocommerce.add(woocommerce.url, secret="forgotten")
    woocommerce.register()
    assert {row["secret"] for row in woocommerce.played.rows.values()} == {SECRET}


def test_of_two_that_are_wrong_one_is_left_and_right(shopify: Shop) -> None:
    shopify.add(f"{shopify.url}/")
    shopify.add(shopify.url, format="XML")
    assert shopify.register()["orders/paid"] == ["removed", "mended"]
    assert shopify.leading_here() == sorted(shopify.api.topics)


@pytest.mark.parametrize("calls", range(1, 9))
def test_stopped_anywhere_it_can_be_done_again(shopify: Shop, calls: int) -> None:
    shopify.add(f"{shopify.url}/")
    shopify.add(shopify.url, format="XML")
    left = calls

    def answer(asked: Asked) -> Said:
        nonlocal left
        left -= 1
        if left < 0:
            return Said(content={"errors": [{"message": "stopped"}]})
        said: Said = shopify.played.answer(asked)
        return said

    with Loopback(answer) as server:
        document = ShopifyApiDocument(
            url=server.url, client_id="client_1", client_secret=SecretStr("shpss_1")
        )
        with pytest.raises(NotDone, match="stopped"):
            list(register(open_shop_api(document), url=shopify.url, secret=SECRET))
    shopify.register()
    assert shopify.leading_here() == sorted(shopify.api.topics)
    assert len(shopify.played.subscriptions) == len(shopify.api.topics)


def test_removing_takes_what_leads_here_and_nothing_else(shop: Shop) -> None:
    shop.add(OTHER_STACK)
    shop.register()
    removed = [done.topic for done in remove(shop.api, url=shop.url)]
    assert sorted(removed) == sorted(shop.api.topics)
    assert [webhook.url for webhook in shop.api.webhooks()] == [OTHER_STACK]


def test_a_topic_that_is_of_no_use_keeps_no_webhook(shop: Shop) -> None:
    """It would only bring personal data."""
    is_shopify = isinstance(shop.played, PlayedShopify)
    shop.played.add("PRODUCTS_UPDATE" if is_shopify else "customer.updated", shop.url)
    outcomes = shop.register()
    removed = [topic for topic, outcome in outcomes.items() if outcome == ["removed"]]
    assert removed == ["products/update" if is_shopify else "customer.updated"]
    assert shop.leading_here() == sorted(shop.api.topics)
