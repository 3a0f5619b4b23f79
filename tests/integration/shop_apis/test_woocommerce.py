"""WooCommerce's REST API against a played shop: what is asked, changed, and told of errors."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.shop_api import (
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopApiError,
    ShopUnreachable,
    Throttled,
    WrongShop,
)
from seven_senders_adapter.shop_apis.woocommerce import WooCommerceApi
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce


@dataclass
class Shop:
    played: PlayedWooCommerce
    url: str
    endpoint: str
    waits: list[float] = field(default_factory=list)

    def api(self, **keys: str) -> WooCommerceApi:
        given = {"consumer_key": "ck_1", "consumer_secret": "cs_1"} | keys
        secrets = {name: SecretStr(key) for name, key in given.items()}
        document = WooCommerceApiDocument(url=self.url, **secrets)
        return WooCommerceApi(document, sleep=self.waits.append)


@pytest.fixture
def shop() -> Iterator[Shop]:
    played = PlayedWooCommerce()
    with played.serve() as server, Loopback(lambda asked: Said()) as endpoint:
        yield Shop(played, server.url, f"{endpoint.url}/webhooks/acme")


def test_all_pages_are_read_in_the_order_of_their_ids(shop: Shop) -> None:
    for number in range(101):
        shop.played.add("customer.created", f"https://other.example/{number}")
    webhooks = shop.api().webhooks()
    assert [webhook.id for webhook in webhooks] == [str(number) for number in range(1, 102)]


def test_pages_that_are_all_the_same_end_with_what_is_wrong(shop: Shop) -> None:
    for number in range(150):
        shop.played.add("customer.created", f"https://other.example/{number}")

    def cached(asked: Asked) -> Said:
        return shop.played.answer(replace(asked, query={**asked.query, "page": "1"}))

    with Loopback(cached) as server:
        shop.url = server.url
        with pytest.raises(NotDone, match="shows the same webhooks on each page"):
            shop.api().webhooks()


def test_a_full_page_that_is_the_last_ends_the_reading(shop: Shop) -> None:
    for number in range(200):
        shop.played.add("customer.created", f"https://other.example/{number}")
    assert len(shop.api().webhooks()) == 200


def test_a_webhook_that_stands_on_two_pages_is_seen_once(shop: Shop) -> None:
    for number in range(150):
        shop.played.add("customer.created", f"https://other.example/{number}")

    def shifted(asked: Asked) -> Said:
        said = shop.played.answer(asked)
        if asked.query["page"] == "1":
            shop.played.rows[0] = {**shop.played.rows[1], "id": 0}
        return said

    with Loopback(shifted) as server:
        shop.url = server.url
        ids = [webhook.id for webhook in shop.api().webhooks()]
    assert ids == [str(number) for number in range(1, 151)]


def test_a_webhook_is_made_active_with_its_secret_and_pinged(shop: Shop) -> None:
    api = shop.api()
    for topic in api.topics:
        api.create(topic, url=shop.endpoint, secret="new")
    assert shop.played.pings == [200] * 4
    assert [(w.topic, w.status, w.faults) for w in api.webhooks()] == [
        (topic, "active", ()) for topic in api.topics
    ]
    assert {row["secret"] for row in shop.played.rows.values()} == {"new"}


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_a_webhook_of_ours_that_is_not_active_is_woken_with_the_secret(
    shop: Shop, status: str
) -> None:
    api = shop.api()
    api.create("order.updated", url=shop.endpoint, secret="before")
    shop.played.rows[1]["status"] = status
    (webhook,) = api.webhooks()
    assert webhook.faults == (f"is {status}",)
    api.mend(webhook, url=shop.endpoint, secret="new")
    (webhook,) = api.webhooks()
    assert (webhook.id, webhook.faults) == ("1", ())
    assert shop.played.rows[1]["secret"] == "new"


def test_a_webhook_made_by_hand_is_replaced_as_its_version_is_not_told(shop: Shop) -> None:
    shop.played.add("order.updated", shop.endpoint, api_version=1)
    api = shop.api()
    (webhook,) = api.webhooks()
    assert webhook.api_version is None
    assert webhook.faults == ("was not made by this program, so its version can't be told",)
    api.mend(webhook, url=shop.endpoint, secret="new")
    (webhook,) = api.webhooks()
    assert (webhook.api_version, webhook.faults) == ("wp_api_v3", ())
    assert [row["api_version"] for row in shop.played.rows.values()] == [3]


def test_what_was_removed_already_is_removed(shop: Shop) -> None:
    shop.played.add("order.updated", shop.endpoint)
    api = shop.api()
    (webhook,) = api.webhooks()
    for _ in range(2):
        api.remove(webhook)
    assert api.webhooks() == []


def test_a_busy_host_is_waited_for(shop: Shop) -> None:
    shop.played.busy = 2
    assert shop.api().webhooks() == []
    assert shop.waits == [2.0, 2.0]


LISTING_REFUSED = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, no.", "data": {}}
NO_ROUTE = {"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}}


@pytest.mark.parametrize(
    ("keys", "played", "error", "says"),
    [
        pytest.param(
            {"consumer_key": "other"},
            {},
            CredentialsRefused,
            "header Authorization",
            id="a wrong key",
        ),
        pytest.param(
            {"consumer_secret": "other"},
            {},
            CredentialsRefused,
            "secret is invalid",
            id="a wrong secret",
        ),
        pytest.param(
            {},
            {"manages_the_shop": False},
            RightMissing,
            "give it a user who manages the shop",
            id="a user without the right",
        ),
        pytest.param(
            {},
            {"refused": Said(status=403, page="<html>Forbidden by a firewall")},
            RightMissing,
            "a security plugin",
            id="a firewall",
        ),
        pytest.param(
            {},
            {"refused": Said(status=404, page="<html>Not Found")},
            WrongShop,
            "Settings, Permalinks, choose any but Plain",
            id="plain permalinks",
        ),
        pytest.param(
            {},
            {"refused": Said(status=404, content=NO_ROUTE)},
            WrongShop,
            "is a WordPress without WooCommerce",
            id="no WooCommerce",
        ),
        pytest.param(
            {},
            {"refused": Said(page="<html>We'll be back soon")},
            WrongShop,
            "answers HTTP 200 with a page instead of JSON",
            id="a page",
        ),
        pytest.param(
            {},
            {"refused": Said(status=301, headers={"Location": "https://www.shop.example/"})},
            WrongShop,
            "sends on to https://www.shop.example: give the address there",
            id="another address",
        ),
        pytest.param(
            {}, {"refused": Said(status=502)}, ShopUnreachable, "try again later", id="it is down"
        ),
        pytest.param(
            {},
            {"refused": Said(status=400, content=LISTING_REFUSED)},
            NotDone,
            "refuses the call (HTTP 400): Sorry, no.",
            id="anything else",
        ),
        pytest.param({}, {"busy": 99}, Throttled, "try again later", id="it is busy for long"),
    ],
)
def test_what_goes_wrong_is_told_by_its_kind_with_what_to_do(
    shop: Shop,
    keys: dict[str, str],
    played: dict[str, object],
    error: type[ShopApiError],
    says: str,
) -> None:
    for name, value in played.items():
        setattr(shop.played, name, value)
    with pytest.raises(error) as raised:
        shop.api(**keys).webhooks()
    assert says in str(raised.value)
    assert "cs_1" not in str(raised.value)


def test_a_key_that_may_only_read_is_told_once_something_is_changed(shop: Shop) -> None:
    shop.played.rights = "read"
    api = shop.api()
    assert api.webhooks() == []
    with pytest.raises(RightMissing, match="give it the permission Read/Write"):
        api.create("order.created", url=shop.endpoint, secret="new")
