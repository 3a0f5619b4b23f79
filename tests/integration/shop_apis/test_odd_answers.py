"""Shops whose answers have another form than their API's: told as such, and nothing quoted."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument, WooCommerceApiDocument
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.shop_api import (
    By,
    NotDone,
    ShopApi,
    ShopApiError,
    Span,
    Webhook,
)
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi

DAY = datetime(2026, 10, 16, tzinfo=UTC)
SPAN = Span(by=By.CHANGE, begin=DAY, end=DAY)
WEBHOOK = Webhook(
    id="1",
    topic="orders/paid",
    url="https://a.example",
    status="active",
    api_version="x",
    faults=(),
)
SECRET = "Anna-Person-1"
"""What stands in the answers and may not be told."""

type Call = Callable[[ShopApi], object]

READS: dict[str, Call] = {
    "webhooks": lambda api: api.webhooks(),
    "count": lambda api: api.count(SPAN),
    "page": lambda api: api.page(SPAN, None),
    "order": lambda api: api.order("31"),
}
CHANGES: dict[str, Call] = {
    "create": lambda api: api.create("orders/paid", url="https://a.example", secret="s"),
    "mend": lambda api: api.mend(WEBHOOK, url="https://a.example", secret="s"),
    "remove": lambda api: api.remove(WEBHOOK),
}
CALLS = READS | CHANGES
OF_SHOPIFY: dict[str, Call] = {**CALLS, "oldest": lambda api: api.oldest_shown(DAY)}
STATUSES = (200, 400, 401, 403, 404)
NO_JSON = {
    "a text": b'"Anna-Person-1"',
    "a number": b"7",
    "null": b"null",
    "an integer of 5,000 digits": b'{"data": ' + b"9" * 5_000 + b', "x": "Anna-Person-1"}',
    "lists in lists": b"[" * 100_000,
    "objects in objects": b'{"data":' * 100_000,
    "half": b'{"data": {"Anna-Person-1',
    "bytes": b"\xff\xfeAnna-Person-1",
    "nothing": b"",
}


@pytest.fixture
def server() -> Iterator[ScriptedApi]:
    with ScriptedApi(Reply()) as server:
        yield server


def shopify(server: ScriptedApi) -> ShopApi:
    return shopify_with(server, access_token=SecretStr("shpat_1"))


def shopify_that_logs_in(server: ScriptedApi) -> ShopApi:
    return shopify_with(server, client_id="client_1")


def shopify_with(server: ScriptedApi, **settings: Any) -> ShopApi:
    document = ShopifyApiDocument(
        url=server.url.removesuffix("/v2"), client_secret=SecretStr("shpss_1"), **settings
    )
    return open_shop_api(document, sleep=lambda seconds: None)


def woocommerce(server: ScriptedApi) -> ShopApi:
    document = WooCommerceApiDocument(
        url=server.url, consumer_key=SecretStr("ck_1"), consumer_secret=SecretStr("cs_1")
    )
    return open_shop_api(document, sleep=lambda seconds: None)


def refused(call: Call, api: ShopApi) -> str:
    """What a call is told that has to fail."""
    with pytest.raises(ShopApiError) as raised:
        call(api)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return str(raised.value)


def answers(content: object) -> Reply:
    """A good answer of WooCommerce, with the header that counts."""
    return Reply(content=content, headers={"X-WP-Total": "3"})


@pytest.mark.parametrize("call", OF_SHOPIFY)
@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_shopify_answers_what_is_no_object(server: ScriptedApi, call: str, body: bytes) -> None:
    for status in STATUSES:
        server.script(Reply(status=status, body=body))
        refused(OF_SHOPIFY[call], shopify(server))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_woocommerce_answers_what_is_neither_object_nor_list(
    server: ScriptedApi, call: str, body: bytes
) -> None:
    for status in STATUSES:
        server.script(Reply(status=status, body=body, headers={"X-WP-Total": "3"}))
        refused(CALLS[call], woocommerce(server))


@pytest.mark.parametrize("call", OF_SHOPIFY)
@pytest.mark.parametrize(
    "content",
    [
        [],
        [SECRET],
        {},
        {"data": None},
        {"data": []},
        {"data": {}},
        {"data": SECRET},
        {"data": {SECRET: None}},
        {"data": {SECRET: None, "b": None}},
        {"errors": [SECRET]},
        {"errors": [None]},
        {"errors": [{}]},
        {"errors": [{"message": 7}]},
        {"errors": [{"message": SECRET * 9, "extensions": None}]},
        {"errors": [[SECRET]]},
        {"errors": {SECRET: SECRET}},
        {"errors": 7},
        {"errors": [{"extensions": {"code": "THROTTLED"}}], "extensions": {"cost": SECRET}},
    ],
    ids=lambda content: json.dumps(content)[:60],
)
def test_shopify_answers_an_object_that_holds_nothing_of_what_was_asked(
    server: ScriptedApi, call: str, content: object
) -> None:
    server.script(Reply(content=content))
    refused(OF_SHOPIFY[call], shopify(server))


SCOPES = {"accessScopes": [{"handle": "read_orders"}]}
LAST = {"hasNextPage": False, "endCursor": None}


def listed(nodes: object, page: object = LAST) -> object:
    connection = {"nodes": nodes, "pageInfo": page}
    return {
        "data": {
            "currentAppInstallation": SCOPES,
            "webhookSubscriptions": connection,
            "orders": connection,
        }
    }


HOOK: dict[str, object] = {
    "id": "gid://shopify/WebhookSubscription/1",
    "topic": "ORDERS_PAID",
    "uri": "https://a.example",
    "format": "JSON",
    "filter": None,
    "includeFields": [],
    "apiVersion": {"handle": "2026-10"},
}


@pytest.mark.parametrize("call", ["webhooks", "page"])
@pytest.mark.parametrize(
    "content",
    [
        listed(None),
        listed({}),
        listed(""),
        listed({SECRET: 1}),
        listed([None]),
        listed([SECRET]),
        listed([{}]),
        listed([[SECRET]]),
        listed([], None),
        listed([], {}),
        listed([], {"hasNextPage": None}),
        listed([], {"hasNextPage": SECRET}),
        {"data": {"currentAppInstallation": SCOPES, "webhookSubscriptions": [], "orders": []}},
    ],
    ids=lambda content: json.dumps(content)[70:],
)
def test_shopify_lists_what_is_no_list(server: ScriptedApi, call: str, content: object) -> None:
    server.script(Reply(content=content))
    assert "in another form than its API's" in refused(READS[call], shopify(server))


@pytest.mark.parametrize("field", ["id", "topic", "uri", "apiVersion"])
@pytest.mark.parametrize("value", [None, 7, [SECRET], {"handle": 7}])
def test_shopify_shows_a_webhook_whose_texts_are_none(
    server: ScriptedApi, field: str, value: object
) -> None:
    server.script(Reply(content=listed([{**HOOK, field: value}])))
    assert "in another form" in refused(READS["webhooks"], shopify(server))


@pytest.mark.parametrize("count", [None, "7", 7.5, SECRET, [7]])
def test_shopify_counts_in_what_is_no_number(server: ScriptedApi, count: object) -> None:
    server.script(Reply(content={"data": {"ordersCount": {"count": count}}}))
    assert "in another form" in refused(READS["count"], shopify(server))


@pytest.mark.parametrize("order", [{}, [], 0, "", False, SECRET, {"id": SECRET}])
def test_what_shopify_shows_as_an_order_and_is_none_is_not_taken_for_a_deleted_one(
    server: ScriptedApi, order: object
) -> None:
    server.script(Reply(content={"data": {"order": order}}))
    assert "in another form" in refused(READS["order"], shopify(server))


@pytest.mark.parametrize("call", CHANGES)
@pytest.mark.parametrize("errors", [None, {}, "", SECRET, [SECRET], [None], [{"message": 7}]])
def test_shopify_tells_of_a_change_what_is_no_list_of_errors(
    server: ScriptedApi, call: str, errors: object
) -> None:
    server.script(Reply(content={"data": {"change": {"userErrors": errors}}}))
    assert "in another form" in refused(CHANGES[call], shopify(server))


@pytest.mark.parametrize("token", [None, 7, [SECRET], {"a": SECRET}, ""])
def test_shopify_gives_a_token_that_is_no_text(server: ScriptedApi, token: object) -> None:
    server.script(Reply(content={"access_token": token, "error": [SECRET]}))
    assert "refuses client id and secret" in refused(READS["count"], shopify_that_logs_in(server))


@pytest.mark.parametrize("call", ["webhooks", "page", "count"])
@pytest.mark.parametrize("content", [{}, {SECRET: 1}, {"0": {"id": 1}}])
def test_woocommerce_lists_what_is_no_list(server: ScriptedApi, call: str, content: object) -> None:
    server.script(answers(content))
    assert "in another form than its API's" in refused(READS[call], woocommerce(server))


@pytest.mark.parametrize("call", ["webhooks", "page"])
@pytest.mark.parametrize(
    "row", [None, 7, SECRET, [SECRET], {}, {"id": None}, {"id": SECRET}, {"id": [1]}, {"name": 1}]
)
def test_woocommerce_lists_rows_without_ids(server: ScriptedApi, call: str, row: object) -> None:
    server.script(answers([row]))
    assert "in another form" in refused(READS[call], woocommerce(server))


@pytest.mark.parametrize("field", ["topic", "status", "delivery_url"])
@pytest.mark.parametrize("value", [None, 7, [SECRET]])
def test_woocommerce_shows_a_webhook_whose_texts_are_none(
    server: ScriptedApi, field: str, value: object
) -> None:
    row: dict[str, Any] = {"id": 1, "name": "x", "topic": "order.updated", "status": "active"}
    server.script(answers([{**row, "delivery_url": "https://a.example", field: value}]))
    assert "in another form" in refused(READS["webhooks"], woocommerce(server))


@pytest.mark.parametrize("content", [[], [SECRET]])
def test_what_woocommerce_shows_as_an_order_and_is_none_is_not_taken_for_one(
    server: ScriptedApi, content: object
) -> None:
    server.script(answers(content))
    assert "in another form" in refused(READS["order"], woocommerce(server))


@pytest.mark.parametrize("total", ["", "-1", "many", "9" * 5_000, "1.5"])
def test_woocommerce_counts_in_what_is_no_number(server: ScriptedApi, total: str) -> None:
    server.script(Reply(content=[], headers={"X-WP-Total": total}))
    for call in (READS["count"], READS["page"]):
        with pytest.raises(NotDone):
            call(woocommerce(server))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "content",
    [
        {"message": f"{SECRET} anna@example.org", "code": "x"},
        {"message": {"a": SECRET}, "code": [SECRET]},
        {"message": [SECRET], "code": None},
        {"code": {"a": {"b": SECRET}}},
        [SECRET],
    ],
)
def test_woocommerce_refuses_in_words_that_can_not_be_told(
    server: ScriptedApi, call: str, content: object
) -> None:
    for status in STATUSES[1:]:
        server.script(Reply(status=status, content=content))
        said = refused(CALLS[call], woocommerce(server))
        assert "no words that can be shown" in said


@pytest.mark.parametrize("status", [200, 400, 401, 403])
@pytest.mark.parametrize(
    "errors",
    [
        [{"message": f"{SECRET} anna@example.org"}],
        f"{SECRET} anna@example.org",
        {"base": [SECRET]},
    ],
)
def test_shopify_refuses_in_words_that_can_not_be_told(
    server: ScriptedApi, status: int, errors: object
) -> None:
    server.script(Reply(status=status, content={"errors": errors}))
    assert "no words that can be shown" in refused(READS["count"], shopify(server))


def test_a_long_refusal_is_told_in_two_hundred_characters(server: ScriptedApi) -> None:
    words = "It is not allowed. " * 500
    for status, content in ((200, {"errors": [{"message": words}]}), (403, {"errors": words})):
        server.script(Reply(status=status, content=content))
        assert len(refused(READS["count"], shopify(server))) < 300
    for status in (400, 401, 403, 404):
        server.script(Reply(status=status, content={"message": words}))
        assert len(refused(READS["count"], woocommerce(server))) < 600
    server.script(Reply(content={"data": {"change": {"userErrors": [{"message": words}] * 9}}}))
    assert len(refused(CHANGES["create"], shopify(server))) < 300
    server.script(Reply(status=400, content={"error": "x", "error_description": words}))
    assert len(refused(READS["count"], shopify_that_logs_in(server))) < 300
