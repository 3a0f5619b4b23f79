"""A WooCommerce shop without TLS: each request is signed as WooCommerce verifies it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import requests
from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.oauth import OAuth, signed
from seven_senders_adapter.shop_apis.shop_api import By, CredentialsRefused, RightMissing, Span
from seven_senders_adapter.shop_apis.woocommerce import WooCommerceApi
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce

SPAN = Span(
    by=By.CHANGE,
    begin=datetime(2026, 10, 16, tzinfo=UTC),
    end=datetime(2026, 10, 17, tzinfo=UTC),
)
KEY, SECRET = "ck_1", "cs_1"
ORDERS = "/wp-json/wc/v3/orders"


@dataclass
class Shop:
    """A played shop without TLS, and what it was asked."""

    played: PlayedWooCommerce
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        return self.played.answer(asked)

    def api(self, *, key: str = KEY, secret: str = SECRET) -> WooCommerceApi:
        document = WooCommerceApiDocument(
            url=self.url,
            consumer_key=SecretStr(key),
            consumer_secret=SecretStr(secret),
            plain_http=True,
        )
        return WooCommerceApi(document, sleep=lambda seconds: None)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop(PlayedWooCommerce(over_tls=False))
    with Loopback(shop.answer) as server:
        shop.url = server.url
        yield shop


def test_orders_and_webhooks_are_read_and_changed_without_showing_the_secret(shop: Shop) -> None:
    api = shop.api()
    assert api.count(SPAN) == 0
    assert api.page(SPAN, None).orders == []
    assert api.order("31") is None
    with Loopback(lambda asked: Said()) as endpoint:
        api.create("order.updated", url=f"{endpoint.url}/webhooks/acme", secret="new")
        (webhook,) = api.webhooks()
        api.mend(webhook, url=webhook.url, secret="newer")
    api.remove(webhook)
    assert api.webhooks() == []
    for asked in shop.asked:
        assert "authorization" not in asked.headers
        assert SECRET not in f"{asked.path} {asked.query} {asked.body!r}"
    assert len({asked.query["oauth_nonce"] for asked in shop.asked}) == len(shop.asked)


def test_a_request_that_is_repeated_is_signed_anew(shop: Shop) -> None:
    shop.played.busy = 2
    assert shop.api().count(SPAN) == 0
    assert len({asked.query["oauth_nonce"] for asked in shop.asked}) == 3


@pytest.mark.parametrize("key", ["ck_1", "ck_+&=%~"])
@pytest.mark.parametrize("secret", ["cs_1", "cs-1._~"])
def test_keys_of_any_form_are_signed_with(shop: Shop, key: str, secret: str) -> None:
    shop.played.consumer_key, shop.played.consumer_secret = key, secret
    assert shop.api(key=key, secret=secret).count(SPAN) == 0


def test_basic_authentication_counts_for_nothing_without_tls(shop: Shop) -> None:
    answer = requests.get(shop.url + ORDERS, auth=(KEY, SECRET), timeout=5)
    assert answer.status_code == 401
    assert answer.json()["code"] == "woocommerce_rest_cannot_view"


def test_a_wrong_key_or_secret_is_told(shop: Shop) -> None:
    with pytest.raises(CredentialsRefused, match="Consumer key is invalid"):
        shop.api(key="other").count(SPAN)
    with pytest.raises(CredentialsRefused, match="signature does not match") as raised:
        shop.api(secret="other").count(SPAN)
    assert "the address is not written as in WordPress, Settings, General" in str(raised.value)


def test_an_address_that_is_not_the_shops_own_is_told(shop: Shop) -> None:
    shop.played.home = "http://www.shop.example"
    with pytest.raises(CredentialsRefused, match="the address is not written as in WordPress"):
        shop.api().count(SPAN)


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_too_far_off_is_told(shop: Shop, minutes: int) -> None:
    now = datetime.now(UTC).timestamp()
    shop.played.now = lambda: now + 60 * minutes
    with pytest.raises(CredentialsRefused, match=r"one of the two clocks .* Invalid timestamp"):
        shop.api().count(SPAN)


def test_a_key_that_may_only_read_is_told_once_something_is_changed(shop: Shop) -> None:
    shop.played.rights = "read"
    with pytest.raises(RightMissing, match="give it the permission Read/Write"):
        shop.api().create("order.updated", url="http://127.0.0.1:1/", secret="new")


def test_whoever_reads_a_signature_on_the_way_can_use_it_for_nothing(shop: Shop) -> None:
    now = int(datetime.now(UTC).timestamp())
    url = signed(
        "GET", f"{shop.url}{ORDERS}?page=1", key=KEY, secret=SECRET, timestamp=now, nonce="n1"
    )
    assert requests.get(url, timeout=5).status_code == 200
    for answer in (
        requests.get(url, timeout=5),
        requests.get(url.replace("page=1", "page=2"), timeout=5),
        requests.get(url.replace("/orders?", "/webhooks?"), timeout=5),
        requests.delete(url, timeout=5),
    ):
        assert answer.status_code == 401


def test_a_part_of_a_signature_is_none(shop: Shop) -> None:
    url = f"{shop.url}{ORDERS}?oauth_consumer_key=ck_1&oauth_signature=x"
    answer = requests.get(url, timeout=5).json()
    assert answer["code"] == "woocommerce_rest_authentication_missing_parameter"
    assert "oauth_timestamp" in answer["message"]


def test_another_way_to_sign_is_told(shop: Shop) -> None:
    url = f"{shop.url}{ORDERS}?oauth_consumer_key=ck_1&oauth_signature_method=MD5"
    rest = "&oauth_nonce=n1&oauth_timestamp=1&oauth_signature=x"
    answer = requests.get(url + rest, timeout=5).json()
    assert answer["message"] == "Invalid signature - signature method is invalid."


def test_over_tls_a_signature_is_taken_as_well(shop: Shop) -> None:
    shop.played.over_tls = True
    answer = requests.get(shop.url + ORDERS, auth=OAuth(KEY, SECRET), timeout=5)
    assert answer.status_code == 200
