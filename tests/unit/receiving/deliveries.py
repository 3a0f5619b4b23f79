"""Correctly signed deliveries, to change one thing each, and a receiver to give them to."""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.messages import OrderEvent
from seven_senders_adapter.receiving import Receiver, Request
from seven_senders_adapter.shops import SHOPS
from tests.played.clock import PlayedClock
from tests.played.ssm import MemorySsm
from tests.recording import Recorder

if TYPE_CHECKING:
    from seven_senders_adapter.queue import Queue

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECRET = "whsec_1"
PERSONAL = ("Erika", "Mustermann", "erika@example.com", "Hauptstr", "+49 30", "203.0.113.9")

SHOPIFY_ORDER: dict[str, object] = {
    "id": 820982911946154508,
    "name": "#1001",
    "created_at": "2026-03-27T10:00:00+01:00",
    "updated_at": "2026-03-28T11:00:00+01:00",
    "financial_status": "paid",
    "fulfillment_status": None,
    "customer_locale": "de-DE",
    "tags": "vip, erika@example.com",
    "note": "Bitte bei Erika klingeln",
    "browser_ip": "203.0.113.9",
    "email": "erika@example.com",
    "shipping_address": {
        "name": "Erika Mustermann",
        "address1": "Hauptstr. 1",
        "phone": "+49 30 1234567",
    },
    "line_items": [{"id": 1, "quantity": 1, "requires_shipping": True, "name": "Hemd"}],
}
WOO_ORDER: dict[str, object] = {
    "id": 31,
    "number": "31",
    "status": "processing",
    "date_created_gmt": "2026-03-28T10:00:00",
    "date_modified_gmt": "2026-03-28T11:00:00",
    "date_paid_gmt": "2026-03-28T11:00:00",
    "total": "10.00",
    "refunds": [],
    "order_key": "wc_order_Erika",
    "billing": {"first_name": "Erika", "email": "erika@example.com"},
    "customer_ip_address": "203.0.113.9",
}


def signature(body: bytes, secret: str = SECRET) -> str:
    return b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def shopify(
    order: object = SHOPIFY_ORDER,
    *,
    topic: str = "orders/paid",
    connection: str = "acme",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    as_base64: bool = False,
) -> Request:
    raw = json.dumps(order).encode() if body is None else body
    given = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature(raw),
        "x-shopify-shop-domain": "acme.myshopify.com",
        "x-shopify-webhook-id": "b54557e4",
    }
    return request(connection, given | dict(headers or {}), raw, as_base64=as_base64)


def woocommerce(
    order: object = WOO_ORDER,
    *,
    topic: str = "order.updated",
    connection: str = "woo",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    as_base64: bool = False,
) -> Request:
    raw = json.dumps(order).encode() if body is None else body
    given = {
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-signature": signature(raw),
        "x-wc-webhook-source": "https://shop.example/",
        "x-wc-webhook-delivery-id": "8a1c9d",
    }
    return request(connection, given | dict(headers or {}), raw, as_base64=as_base64)


def request(
    connection: str, headers: Mapping[str, str], raw: bytes, *, as_base64: bool = False
) -> Request:
    text = b64encode(raw).decode() if as_base64 else raw.decode("utf-8", "replace")
    return Request(connection=connection, headers=headers, body=text, is_base64=as_base64)


def as_event(delivery: Request) -> dict[str, object]:
    """A request as API Gateway hands it over, in payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": "POST /webhooks/{connection}",
        "rawPath": f"/webhooks/{delivery.connection}",
        "rawQueryString": "",
        "headers": dict(delivery.headers),
        "pathParameters": {"connection": delivery.connection},
        "body": delivery.body,
        "isBase64Encoded": delivery.is_base64,
    }


@dataclass
class FakeQueue:
    sent: list[OrderEvent] = field(default_factory=list)
    error: Exception | None = None

    def send(self, event: OrderEvent) -> None:
        if self.error:
            raise self.error
        self.sent.append(event)


class Setup:
    """A receiver with its surroundings."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.queue = FakeQueue()
        self.ssm = MemorySsm(
            {
                "/path/acme": f'{{"platform":"shopify","webhook_secrets":["old","{SECRET}"],'
                '"shop_domain":"Acme.myshopify.com"}',
                "/path/rotated": '{"platform":"shopify","webhook_secrets":["new"],'
                f'"retiring_secrets":[{{"secret":"{SECRET}","until":"2026-03-28T12:00:01Z"}},'
                '{"secret":"ended","until":"2026-03-28T12:00:00Z"}]}',
                "/path/woo": f'{{"platform":"woocommerce","webhook_secrets":["{SECRET}"]}}',
            },
        )
        self.clock = PlayedClock(NOON.timestamp())

    @property
    def receiver(self) -> Receiver:
        connections = ReceivingConnections(
            ssm=self.ssm.client,
            path="/path",
            platforms=SHOPS,
            telemetry=self.recorder.telemetry,
            now=self.clock.now,
            pause=self.clock.sleep,
        )
        return Receiver(
            connections=connections,
            shops=SHOPS,
            queue=cast("Queue", self.queue),
            now=lambda: NOON,
            telemetry=self.recorder.telemetry,
        )
