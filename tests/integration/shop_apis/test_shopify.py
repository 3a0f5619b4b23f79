"""Shopify's Admin API against a played shop: what is asked, seen, changed, and told of errors."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.shop_apis.shop_api import (
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopApiError,
    ShopUnreachable,
    Throttled,
    WrongShop,
)
from seven_senders_local.played_shops.bucket import Bucket
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from tests.integration.shop_apis.shopify_shop import ShopifyShop
from tests.played.clock import PlayedClock

URL = "https://api.example/webhooks/acme"


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    clock = PlayedClock(1_800_000_000)
    played = PlayedShopify(now=clock.now)
    with played.serve() as server:
        yield ShopifyShop(played, server.url, clock)


def test_an_app_logs_in_once_and_sees_its_webhooks_on_every_page(shop: ShopifyShop) -> None:
    shop.played.page_size = 2
    topics = ["ORDERS_CREATE", "ORDERS_PARTIALLY_FULFILLED", "PRODUCTS_UPDATE"]
    for topic in topics:
        shop.played.add(topic, URL)
    webhooks = shop.api().webhooks()
    assert [webhook.topic for webhook in webhooks] == [
        "orders/create",
        "orders/partially_fulfilled",
        "products/update",
    ]
    assert {(w.url, w.status, w.api_version, w.faults) for w in webhooks} == {
        (URL, "active", "2026-10", ())
    }
    assert shop.played.calls.count("log_in") == 1
    assert shop.played.calls.count("webhookSubscriptions") == 2


def test_a_token_of_the_admin_api_needs_no_login(shop: ShopifyShop) -> None:
    api = shop.api(client_id=None, access_token=SecretStr("shpat_1"))
    assert api.webhooks() == []
    assert "log_in" not in shop.played.calls


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"format": "XML"}, "sends XML"),
        ({"filter": "id:1"}, "leaves orders out by a filter"),
        ({"includeFields": ["id"]}, "leaves fields out"),
    ],
)
def test_what_keeps_a_webhook_from_whole_orders_is_seen_and_mended(
    shop: ShopifyShop, changes: dict[str, object], fault: str
) -> None:
    shop.played.add("ORDERS_PAID", "https://api.example/webhooks/acme/", **changes)
    api = shop.api()
    (webhook,) = api.webhooks()
    assert webhook.faults == (fault,)
    api.mend(webhook, url=URL, secret="")
    (webhook,) = api.webhooks()
    assert (webhook.url, webhook.faults) == (URL, ())


def test_a_webhook_is_made_in_json_and_removed(shop: ShopifyShop) -> None:
    api = shop.api()
    for topic in api.topics:
        api.create(topic, url=URL, secret="")
    assert [webhook.topic for webhook in api.webhooks()] == list(api.topics)
    assert {row["format"] for row in shop.played.subscriptions.values()} == {"JSON"}
    for webhook in api.webhooks():
        api.remove(webhook)
    assert api.webhooks() == []


def test_what_was_removed_already_is_removed(shop: ShopifyShop) -> None:
    shop.played.add("ORDERS_PAID", URL)
    api = shop.api()
    (webhook,) = api.webhooks()
    for _ in range(2):
        api.remove(webhook)
    assert api.webhooks() == []


def test_a_webhook_that_shopify_does_not_let_go_is_not_removed(shop: ShopifyShop) -> None:
    shop.played.add("ORDERS_PAID", URL)
    api = shop.api()
    (webhook,) = api.webhooks()
    shop.played.user_error = "You may not do this"
    with pytest.raises(NotDone, match="refuses the webhook: You may not do this"):
        api.remove(webhook)


@pytest.mark.parametrize("cursor", [None, 7, "1"])
def test_pages_of_webhooks_that_lead_nowhere_end_with_what_is_wrong(
    shop: ShopifyShop, cursor: object
) -> None:
    shop.played.page_size = 1
    for number in range(3):
        shop.played.add("ORDERS_PAID", f"{URL}/{number}")

    def answer(asked: Asked) -> Said:
        said = shop.played.answer(asked)
        content: Any = said.content
        if "webhookSubscriptions" in asked.body.decode():
            page = content["data"]["webhookSubscriptions"]["pageInfo"]
            page |= {"hasNextPage": True, "endCursor": cursor}
        return said

    with Loopback(answer) as server:
        shop.url = server.url
        with pytest.raises(NotDone, match="does not say where it begins"):
            shop.api().webhooks()


def test_it_waits_as_long_as_the_cost_of_a_query_needs(shop: ShopifyShop) -> None:
    shop.played.bucket = Bucket(shop.clock.now, restored=50, left=104)
    assert shop.api().webhooks() == []
    assert shop.waits == [2.0]  # 100 of the 204 points are lacking, and 50 come back a second
    assert shop.played.calls.count("throttled") == 1


def test_it_waits_as_long_as_a_429_says(shop: ShopifyShop) -> None:
    shop.played.busy = 1
    assert shop.api().webhooks() == []
    assert shop.waits == [1.0]


NEVER_FULL = Bucket(utc_now, size=10, left=0)
PAGE = "<html><body><h2>Oauth error {}</h2></body></html>"


@pytest.mark.parametrize(
    ("settings", "played", "error", "says"),
    [
        pytest.param(
            {"client_id": "other"},
            {},
            CredentialsRefused,
            "No such API key: check the client id",
            id="an unknown app",
        ),
        pytest.param(
            {"client_secret": SecretStr("wrong")},
            {},
            CredentialsRefused,
            "Client authentication failed: check the client id and the client secret",
            id="a wrong client secret",
        ),
        pytest.param(
            {},
            {
                "refused": Said(
                    status=400,
                    page=PAGE.format(
                        "shop_not_permitted: Client credentials cannot be performed on this shop."
                    ),
                )
            },
            CredentialsRefused,
            "the app must belong to the organization that owns the shop",
            id="an app of others",
        ),
        pytest.param(
            {"access_token": SecretStr("other")},
            {},
            CredentialsRefused,
            "refuses the token",
            id="a token that is not good",
        ),
        pytest.param(
            {}, {"scopes": ["read_products"]}, RightMissing, "scope read_orders", id="no scope"
        ),
        pytest.param(
            {"access_token": SecretStr("shpat_1")},
            {
                "refused": Said(
                    status=403,
                    content={
                        "errors": "[API] This action requires merchant approval for read_orders"
                    },
                )
            },
            RightMissing,
            "merchant approval for read_orders",
            id="a scope that was not approved",
        ),
        pytest.param(
            {"access_token": SecretStr("shpat_1")},
            {
                "refused": Said(
                    content={
                        "errors": [
                            {
                                "message": "Access denied for webhookSubscriptions field.",
                                "extensions": {"code": "ACCESS_DENIED"},
                            }
                        ]
                    }
                )
            },
            RightMissing,
            "Access denied for webhookSubscriptions field.",
            id="a field that is denied",
        ),
        pytest.param(
            {}, {"refused": Said(status=404)}, WrongShop, "has no shop at", id="no such shop"
        ),
        pytest.param(
            {},
            {"refused": Said(status=301, headers={"Location": "https://other.myshopify.com/"})},
            WrongShop,
            "sends on to https://other.myshopify.com: give",
            id="a shop that moved",
        ),
        pytest.param(
            {"access_token": SecretStr("shpat_1")},
            {"refused": Said(status=402)},
            ShopUnreachable,
            "frozen or locked",
            id="a frozen shop",
        ),
        pytest.param(
            {}, {"refused": Said(status=503)}, ShopUnreachable, "try again later", id="it is down"
        ),
        pytest.param(
            {"access_token": SecretStr("shpat_1")},
            {"refused": Said(page="<html>")},
            NotDone,
            "HTTP 200, which is not expected",
            id="a page instead of JSON",
        ),
        pytest.param({}, {"busy": 99}, Throttled, "try again later", id="it throttles for long"),
        pytest.param(
            {}, {"bucket": NEVER_FULL}, Throttled, "try again", id="queries cost too much"
        ),
    ],
)
def test_what_goes_wrong_is_told_by_its_kind_with_what_to_do(
    shop: ShopifyShop,
    settings: dict[str, object],
    played: dict[str, object],
    error: type[ShopApiError],
    says: str,
) -> None:
    for name, value in played.items():
        setattr(shop.played, name, value)
    with pytest.raises(error) as raised:
        shop.api(**settings).webhooks()
    assert says in str(raised.value)
    assert "shpss" not in str(raised.value)
    assert "shpat" not in str(raised.value)


def test_what_shopify_refuses_of_a_webhook_is_told_in_its_words(shop: ShopifyShop) -> None:
    shop.played.user_error = "This app is not approved to subscribe to webhook topics"
    with pytest.raises(NotDone, match="This app is not approved"):
        shop.api().create("orders/paid", url=URL, secret="")


def test_a_shop_that_is_not_there_is_told(shop: ShopifyShop) -> None:
    shop.url = "http://127.0.0.1:1"
    with pytest.raises(ShopUnreachable, match=r"127\.0\.0\.1:1 can't be reached"):
        shop.api().webhooks()


def test_a_long_wait_is_left_to_the_person(shop: ShopifyShop) -> None:
    shop.played.refused = Said(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(Throttled, match="try again in 3600 s"):
        shop.api().webhooks()
    assert shop.waits == []
