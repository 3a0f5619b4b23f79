"""What opens a shop's API, as a document: what is taken, and what an error says."""

import json
from typing import Any

import pytest

from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.shop_apis import read_shop_api

SECRET = "shpss_0123456789"
SHOPIFY = {
    "platform": "shopify",
    "url": "https://acme.myshopify.com",
    "client_id": "id_1",
    "client_secret": SECRET,
}
WOOCOMMERCE = {
    "platform": "woocommerce",
    "url": "https://acme.example/shop/",
    "consumer_key": "ck_1",
    "consumer_secret": SECRET,
}


@pytest.mark.parametrize("settings", [SHOPIFY, WOOCOMMERCE], ids=["shopify", "woocommerce"])
def test_what_is_written_is_read_and_no_secret_is_printed(settings: dict[str, Any]) -> None:
    document = read_shop_api("acme", json.dumps(settings))
    assert SECRET in document.text()
    assert read_shop_api("acme", document.text()) == document
    assert SECRET not in f"{document!r} {document} {document.model_dump_json()}"


def test_an_admin_api_token_stands_in_for_the_client_id() -> None:
    settings = {**SHOPIFY, "client_id": None, "access_token": "shpat_1"}
    assert read_shop_api("acme", json.dumps(settings)).platform == "shopify"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({}, "platform: Field required", id="nothing"),
        pytest.param({"platform": "magento"}, "no API of magento is known", id="another shop"),
        pytest.param(
            SHOPIFY | {"client_id": None},
            "the document: client_id or access_token is needed",
            id="neither an app nor a token",
        ),
        pytest.param(
            SHOPIFY | {"url": "https://shop.example"},
            "url: expected the shop's own URL, such as https://my-shop.myshopify.com",
            id="the address that customers see",
        ),
        pytest.param(
            SHOPIFY | {"url": "http://acme.myshopify.com"}, "url: exp", id="Shopify without TLS"
        ),
        pytest.param(
            SHOPIFY | {"url": "https://evil.example/acme.myshopify.com"}, "url: exp", id="a path"
        ),
        pytest.param(
            SHOPIFY | {"url": "http://127.0.0.1@evil.example"}, "url: expected", id="a user"
        ),
        pytest.param(
            SHOPIFY | {"api_version": "latest"},
            "api_version: expected a stable version such as 2026-10",
            id="no version",
        ),
        pytest.param(
            WOOCOMMERCE | {"url": "http://acme.example"},
            "has to begin with https://, such as https://shop.example; if the shop has no TLS,"
            " plain_http has requests signed with OAuth 1.0a: connect it with --plain-http",
            id="WooCommerce without TLS",
        ),
        pytest.param(
            WOOCOMMERCE | {"plain_http": True},
            "plain_http is for an address with http://, not with https://",
            id="WooCommerce with TLS that it is said to lack",
        ),
        pytest.param(
            WOOCOMMERCE | {"url": "ftp://acme.example"},
            "url: expected the shop's address, such as https://shop.example",
            id="another protocol",
        ),
        pytest.param(
            WOOCOMMERCE | {"url": "https://acme.example/?rest_route=/"}, "url: exp", id="a query"
        ),
        pytest.param(
            WOOCOMMERCE | {"consumer_secret": ""}, "consumer_secret: expected", id="an empty key"
        ),
        pytest.param(
            WOOCOMMERCE | {"consumer_secret": "cs_1\N{ZERO WIDTH SPACE}"},
            "consumer_secret: expected letters, digits and signs of ASCII, without blanks",
            id="a key with something unseen",
        ),
    ],
)
def test_a_wrong_document_is_told_by_its_key(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidConnection) as error:
        read_shop_api("acme", json.dumps(settings))
    assert str(error.value).startswith("connection acme: ")
    assert says in str(error.value)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost/wordpress"])
@pytest.mark.parametrize("settings", [SHOPIFY, WOOCOMMERCE], ids=["shopify", "woocommerce"])
def test_a_shop_on_this_machine_needs_no_tls(settings: dict[str, Any], url: str) -> None:
    assert read_shop_api("acme", json.dumps(settings | {"url": url})).url == url


def test_a_woocommerce_shop_without_tls_is_taken_only_if_that_is_said() -> None:
    settings = WOOCOMMERCE | {"url": "http://acme.example", "plain_http": True}
    document = read_shop_api("acme", json.dumps(settings))
    assert read_shop_api("acme", document.text()) == document
