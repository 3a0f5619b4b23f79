"""What a delivery is answered, and what is queued and counted."""

import pytest

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.receiving import Request
from tests.unit.receiving.deliveries import (
    NOON,
    PERSONAL,
    Setup,
    request,
    shopify,
    signature,
    woocommerce,
)

BIG = 4_500_000


def ping(connection: str) -> Request:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return request(connection, form, b"webhook_id=1")


@pytest.mark.parametrize(
    ("delivery", "status", "counted"),
    [
        pytest.param(shopify(), 200, {"Accepted": 1, "Dropped personal_tag": 1}, id="an order"),
        pytest.param(woocommerce(), 200, {"Accepted": 1}, id="an order of WooCommerce"),
        pytest.param(
            shopify(as_base64=True),
            200,
            {"Accepted": 1, "Dropped personal_tag": 1},
            id="a body in base64",
        ),
        pytest.param(
            shopify({"id": 17}, topic="orders/delete"), 200, {"Accepted": 1}, id="a deletion"
        ),
        pytest.param(
            shopify({"id": 17}, topic="orders/delete", connection="rotated"),
            200,
            {"Accepted": 1},
            id="signed with a secret that retires in a second",
        ),
        pytest.param(
            shopify(
                body=b"{}",
                connection="rotated",
                headers={"x-shopify-hmac-sha256": signature(b"{}", "ended")},
            ),
            401,
            {"Rejected wrong_signature": 1},
            id="signed with a secret that has ended",
        ),
        pytest.param(ping("woo"), 200, {}, id="WooCommerce's ping"),
        pytest.param(
            ping("acme"), 401, {"Rejected wrong_signature": 1}, id="a ping to a Shopify connection"
        ),
        pytest.param(
            shopify(topic="customers/redact"), 200, {"Skipped other_topic": 1}, id="compliance"
        ),
        pytest.param(shopify(topic=""), 200, {"Skipped other_topic": 1}, id="no topic"),
        pytest.param(
            shopify(body=b"<html>", topic="products/update"),
            200,
            {"Skipped other_topic": 1},
            id="another topic is not even parsed",
        ),
        pytest.param(
            shopify(headers={"x-shopify-shop-domain": "other.myshopify.com"}),
            200,
            {"Skipped other_shop": 1},
            id="another shop's order",
        ),
        pytest.param(
            shopify(headers={"x-shopify-shop-domain": "ACME.myshopify.com"}),
            200,
            {"Accepted": 1, "Dropped personal_tag": 1},
            id="the shop's name in capitals",
        ),
        pytest.param(
            woocommerce({"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid."}),
            200,
            {"Skipped error_body": 1},
            id="WooCommerce's signed error body",
        ),
        pytest.param(
            shopify(connection="nobody"), 404, {"Rejected unknown_connection": 1}, id="unknown"
        ),
        pytest.param(
            shopify(body=b" " * (BIG + 1)), 413, {"Rejected too_large": 1}, id="4.5 MB and a byte"
        ),
        pytest.param(
            shopify(body=b" " * (BIG + 1), as_base64=True),
            413,
            {"Rejected too_large": 1},
            id="4.5 MB and a byte in base64",
        ),
        pytest.param(
            shopify(body="ü".encode() * (BIG // 2 + 1)),
            413,
            {"Rejected too_large": 1},
            id="the size is that of the raw bytes",
        ),
        pytest.param(
            shopify(body=b" " * BIG, topic="x"), 200, {"Skipped other_topic": 1}, id="4.5 MB"
        ),
        pytest.param(
            Request(connection="acme", headers={}, body="a", is_base64=True),
            400,
            {"Rejected malformed_base64": 1},
            id="a gateway's base64 that is none",
        ),
        pytest.param(
            Request(connection="acme", headers={}, body="####", is_base64=True),
            400,
            {"Rejected malformed_base64": 1},
            id="a gateway's base64 of other characters",
        ),
        pytest.param(
            Request(connection="acme", headers={}, body="üü==", is_base64=True),
            400,
            {"Rejected malformed_base64": 1},
            id="a gateway's base64 beyond ASCII",
        ),
        pytest.param(
            Request(connection="acme", headers={}, body="\ud800", is_base64=False),
            401,
            {"Rejected wrong_signature": 1},
            id="a body with half a character",
        ),
    ],
)
def test_answers(setup: Setup, delivery: Request, status: int, counted: dict[str, int]) -> None:
    answer = setup.receiver.receive(delivery)
    assert (answer.status, setup.recorder.counted) == (status, counted)
    assert len(answer.text) < 20
    assert len(setup.queue.sent) == counted.get("Accepted", 0)
    assert not any(event.unreadable for event in setup.queue.sent)


def test_a_queued_event_says_where_it_came_from_and_nothing_of_persons(setup: Setup) -> None:
    setup.receiver.receive(shopify())
    (event,) = setup.queue.sent
    assert (event.connection, event.platform, event.order, event.topic, event.delivery_id) == (
        "acme",
        "shopify",
        "820982911946154508",
        "orders/paid",
        "b54557e4",
    )
    assert event.received_at == NOON
    assert event.projection["number"] == "#1001"
    for personal in PERSONAL:
        assert personal not in str(event)
        assert personal not in setup.recorder.text


def test_an_accepted_delivery_writes_one_line_with_connection_order_and_delivery(
    setup: Setup,
) -> None:
    setup.receiver.receive(shopify())
    (line,) = setup.recorder.logged
    assert line["message"] == "queued"
    assert (line["connection"], line["order"], line["delivery_id"]) == (
        "acme",
        "820982911946154508",
        "b54557e4",
    )


class TestServiceUnavailable:
    @pytest.mark.parametrize(
        "delivery",
        [
            pytest.param(shopify(), id="an order"),
            pytest.param(shopify({}), id="an order that can't be read"),
        ],
    )
    def test_while_sqs_does_not_take_it(self, setup: Setup, delivery: Request) -> None:
        setup.queue.error = AwsUnavailable("sqs SendMessage: InternalError")
        assert setup.receiver.receive(delivery).status == 503
        assert setup.recorder.counted["Rejected queue_unavailable"] == 1
        assert "Accepted" not in setup.recorder.counted

    def test_while_the_connections_document_is_broken(self, setup: Setup) -> None:
        setup.ssm.parameters["/path/broken"] = "{}"
        receiver = setup.receiver
        assert receiver.receive(shopify(connection="broken")).status == 503
        assert receiver.receive(shopify()).status == 200
        assert setup.recorder.counted["Rejected broken_connection"] == 1

    def test_while_no_connections_can_be_loaded(self, setup: Setup) -> None:
        setup.ssm.failures = 10**6
        assert setup.receiver.receive(shopify()).status == 503
        assert setup.recorder.counted == {"Rejected connections_unavailable": 1}
