"""``connect`` with the shop's own API credentials: the webhooks are registered, again and again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations
from seven_senders_adapter.shops import shopify, woocommerce
from seven_senders_cli.pauses import UNTIL_IN_FORCE
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce
from tests.integration.cli.conftest import CommandLine, Ended
from tests.integration.cli.gateway import Gateway

COMMON = ("key_1", "https://shop.example/orders", "de", "no")


@dataclass
class Shop:
    """A played shop, and the answers that let one into its API."""

    platform: str
    played: Any
    url: str
    answers: tuple[str, ...]
    command: CommandLine

    def connect(self, *words: str, answers: tuple[str, ...] | None = None) -> Ended:
        given = (*COMMON, self.url, *self.answers) if answers is None else answers
        return self.command("connect", self.platform, "shop", *words, answers=given)

    @property
    def webhook_url(self) -> str:
        return self.command.stack.webhook_url("shop")


@pytest.fixture
def shopify_shop(command: CommandLine) -> Iterator[Shop]:
    played = PlayedShopify()
    with played.serve() as server:
        yield Shop("shopify", played, server.url, ("client_1", "shpss_1"), command)


@pytest.fixture
def woocommerce_shop(command: CommandLine, gateway: Gateway) -> Iterator[Shop]:
    played = PlayedWooCommerce()
    with played.serve() as server:
        yield Shop("woocommerce", played, server.url, ("ck_1", "cs_1", ""), command)


@pytest.fixture(params=["shopify_shop", "woocommerce_shop"])
def shop(request: pytest.FixtureRequest) -> Shop:
    found: Shop = request.getfixturevalue(request.param)
    return found


def test_shopify_gets_a_webhook_for_each_topic_signed_with_the_client_secret(
    shopify_shop: Shop,
) -> None:
    ended = shopify_shop.connect("--json")
    assert json.loads(ended.out)["webhooks"] == [
        {"topic": topic, "outcome": "created", "detail": ""} for topic in shopify.KINDS
    ]
    rows = shopify_shop.played.subscriptions.values()
    assert {row["uri"] for row in rows} == {shopify_shop.webhook_url}
    document = shopify_shop.command.stack.connections.load("shop")
    assert [one.get_secret_value() for one in document.webhook_secrets] == ["shpss_1"]
    assert document.shop_domain == "127.0.0.1"


@pytest.mark.parametrize(
    ("words", "domain"),
    [((), "127.0.0.1"), (("--set", "shop_domain=mine.example"), "mine.example")],
    ids=["the shop whose API it is", "what is said"],
)
def test_connected_again_the_deliveries_of_the_new_shop_are_taken(
    shopify_shop: Shop, words: tuple[str, ...], domain: str
) -> None:
    shopify_shop.command.connect("shop", shop_domain="before.myshopify.com")
    assert shopify_shop.connect("--again", *words).code == 0
    assert shopify_shop.command.stack.connections.load("shop").shop_domain == domain


def test_shopify_takes_a_token_of_the_admin_api_too(shopify_shop: Shop) -> None:
    answers = (*COMMON, shopify_shop.url, "", "shpss_1", "shpat_1")
    assert shopify_shop.connect(answers=answers).code == 0
    assert len(shopify_shop.played.subscriptions) == len(shopify.KINDS)
    assert "log_in" not in shopify_shop.played.calls


def test_woocommerce_gets_a_webhook_for_each_topic_once_all_receivers_know_its_secret(
    woocommerce_shop: Shop, gateway: Gateway
) -> None:
    ended = woocommerce_shop.connect()
    assert ended.code == 0
    assert gateway.waits == [UNTIL_IN_FORCE]
    assert "Until all receivers know the connection: 65 s" in ended.err
    assert woocommerce_shop.played.pings == [200] * len(woocommerce.KINDS)
    (secret,) = woocommerce_shop.command.stack.connections.load("shop").webhook_secrets
    rows = woocommerce_shop.played.rows.values()
    assert {row["secret"] for row in rows} == {secret.get_secret_value()}
    assert secret.get_secret_value() not in ended.out + ended.err


def test_what_opens_the_shops_api_is_stored_for_later(shop: Shop) -> None:
    shop.connect()
    stored = shop.command.stack.shop_apis.load("shop")
    assert stored
    assert (stored.platform, stored.url) == (shop.platform, shop.url)


def test_again_nothing_is_doubled_and_what_was_disabled_is_woken(shop: Shop) -> None:
    shop.connect()
    rows = shop.played.rows if shop.platform == "woocommerce" else shop.played.subscriptions
    broken = next(iter(rows.values()))
    broken |= {"status": "disabled"} if shop.platform == "woocommerce" else {"format": "XML"}
    before = len(rows)
    ended = shop.connect("--again", "--json", answers=())
    outcomes = [row["outcome"] for row in json.loads(ended.out)["webhooks"]]
    assert outcomes == ["mended", *["kept"] * (before - 1)]
    assert len(rows) == before


def test_again_with_another_address_it_forgets_where_in_the_orders_it_was(shop: Shop) -> None:
    shop.connect()
    at = utc_now()
    rows = Reconciliations(table=shop.command.stack.table)
    rows.remove("shop")
    rows.save("shop", Reconciliation(since=at, safe_until=at))
    shop.connect("--again", answers=())
    assert rows.load("shop") is not None
    with shop.played.serve() as elsewhere:
        shop.url = elsewhere.url
        shop.connect("--again")
    assert rows.load("shop") is None


def test_again_an_api_version_that_was_set_stays(shopify_shop: Shop) -> None:
    shopify_shop.played.api_version = "2026-07"
    shopify_shop.connect("--api-version", "2026-07")
    shopify_shop.connect("--again", answers=())
    stored = shopify_shop.command.stack.shop_apis.load("shop")
    assert isinstance(stored, ShopifyApiDocument)
    assert stored.api_version == "2026-07"


@pytest.mark.parametrize(
    ("of_shopify", "of_woocommerce", "says"),
    [
        (
            {"client_secret": "other"},
            {"consumer_secret": "other"},
            "refuses",
        ),
        ({"scopes": ["read_products"]}, {"manages_the_shop": False}, "user who manages the shop"),
    ],
    ids=["wrong credentials", "a right that is missing"],
)
def test_credentials_that_do_not_do_are_told_before_anything_is_stored(
    shop: Shop, of_shopify: dict[str, object], of_woocommerce: dict[str, object], says: str
) -> None:
    changes = of_shopify if shop.platform == "shopify" else of_woocommerce
    for name, value in changes.items():
        setattr(shop.played, name, value)
    ended = shop.connect()
    assert ended.code == 1
    assert says in ended.err or "read_orders" in ended.err
    with pytest.raises(ConnectionMissing):
        shop.command.stack.connections.load("shop")
    assert shop.command.stack.shop_apis.load("shop") is None


@pytest.mark.parametrize(
    ("platform", "answer", "says"),
    [
        ("shopify", "shop.example", "url: expected the shop's own URL"),
        ("woocommerce", "ftp://shop.example", "url: expected the shop's address"),
        ("woocommerce", "http://shop.example", "connect it with --plain-http"),
    ],
)
def test_an_address_of_another_kind_is_told(
    command: CommandLine, platform: str, answer: str, says: str
) -> None:
    ended = command("connect", platform, "shop", answers=(*COMMON, answer, "1", "2", "3"))
    assert ended.code == 2
    assert says in ended.err


def test_a_woocommerce_shop_without_tls_is_called_with_signatures_as_long_as_it_is_that_shop(
    woocommerce_shop: Shop,
) -> None:
    woocommerce_shop.played.over_tls = False
    assert woocommerce_shop.connect("--plain-http").code == 0
    assert len(woocommerce_shop.played.rows) == len(woocommerce.KINDS)
    assert woocommerce_shop.connect("--again", answers=()).code == 0
    elsewhere = ("", "", "", "no", "http://elsewhere.example", "ck_1", "cs_1")
    ended = woocommerce_shop.connect("--again", answers=elsewhere)
    assert ended.code == 2
    assert "connect it with --plain-http" in ended.err


def test_without_plain_http_a_woocommerce_shop_without_tls_knows_nobody(
    woocommerce_shop: Shop,
) -> None:
    woocommerce_shop.played.over_tls = False
    ended = woocommerce_shop.connect()
    assert ended.code == 1
    assert "refuses the consumer key and secret" in ended.err


def test_what_fails_after_storing_says_how_to_go_on(shopify_shop: Shop) -> None:
    shopify_shop.played.user_error = "This app is not approved"
    ended = shopify_shop.connect()
    assert ended.code == 1
    assert "shop is stored, but not all of its webhooks are registered" in ended.err
    assert "This app is not approved" in ended.err
    assert "seven-senders connect shopify shop --again" in ended.err
    shopify_shop.played.user_error = ""
    assert shopify_shop.connect("--again", answers=()).code == 0
    assert len(shopify_shop.played.subscriptions) == len(shopify.KINDS)


def test_woocommerce_gets_no_webhook_whose_greeting_would_be_turned_away(
    woocommerce_shop: Shop, gateway: Gateway
) -> None:
    gateway.reset()
    ended = woocommerce_shop.connect()
    assert ended.code == 1
    assert "can't be reached" in ended.err
    assert "connect woocommerce shop --again" in ended.err
    assert woocommerce_shop.played.rows == {}


def test_without_a_wait_the_greeting_would_be_turned_away(
    woocommerce_shop: Shop, gateway: Gateway
) -> None:
    """The receiver has read all connections just before this one is stored."""
    woocommerce_shop.command.connect("other", platform="woocommerce")
    woocommerce_shop.command("doctor", "other")
    assert woocommerce_shop.connect().code == 0
    assert set(woocommerce_shop.played.pings) == {200}
