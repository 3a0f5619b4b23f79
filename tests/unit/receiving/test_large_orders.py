"""A message over SQS's limit must not be possible, however large the order is."""

import json
from typing import Any, cast

import pytest

from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.receiving import MAX_BODY_BYTES, Receiver, Request
from seven_senders_adapter.shops import SHOPS
from tests.played.ssm import MemorySsm
from tests.unit.receiving.deliveries import (
    NOON,
    SECRET,
    SHOPIFY_ORDER,
    WOO_ORDER,
    Setup,
    shopify,
    woocommerce,
)

MEBIBYTE = 1_048_576


class FakeSqs:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **call: Any) -> None:
        self.sent.append(call)


def sent(setup: Setup, delivery: Request, **settings: object) -> dict[str, Any]:
    """The one message that a delivery becomes with everything switched on."""
    names = {
        "platform": "woocommerce" if delivery.connection == "woo" else "shopify",
        "webhook_secrets": [SECRET],
        "send_order_items": True,
    }
    ssm = MemorySsm({f"/path/{delivery.connection}": json.dumps(names | settings)})
    sqs = FakeSqs()
    receiver = Receiver(
        connections=ReceivingConnections(
            ssm=ssm.client, path="/path", platforms=SHOPS, telemetry=setup.recorder.telemetry
        ),
        shops=SHOPS,
        queue=Queue(sqs=cast("Any", sqs), url="main"),
        now=lambda: NOON,
        telemetry=setup.recorder.telemetry,
    )
    assert receiver.receive(delivery).status == 200
    (call,) = sqs.sent
    assert call["QueueUrl"] == "main"
    return call


def lines(count: int) -> list[dict[str, object]]:
    return [
        {
            "id": number,
            "sku": f"SKU-{number}-ÄÖÜ",
            "name": "Hemd, blau kariert, " * 20,
            "quantity": 2,
            "current_quantity": 2,
            "requires_shipping": True,
            "price": "10.00",
        }
        for number in range(count)
    ]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(SHOPIFY_ORDER | {"line_items": lines(7_000)}, id="7,000 lines"),
        pytest.param(
            SHOPIFY_ORDER
            | {
                "line_items": lines(3_000),
                "refunds": [
                    {
                        "created_at": "2026-03-28T10:00:00Z",
                        "refund_line_items": [
                            {"line_item_id": line, "quantity": 1, "restock_type": "return"}
                            for line in range(3_000)
                        ],
                    }
                    for _ in range(8)
                ],
            },
            id="24,000 refunded lines",
        ),
        pytest.param(SHOPIFY_ORDER | {"tags": "ä:ö, " * 600_000}, id="600,000 tags"),
        pytest.param(SHOPIFY_ORDER | {"tags": "ü" * 2_000_000}, id="one tag of 4 MB"),
    ],
)
def test_a_4_mb_order_of_shopify_gives_a_small_message(
    setup: Setup, order: dict[str, object]
) -> None:
    body = json.dumps(order, ensure_ascii=False).encode()
    assert 2_900_000 < len(body) <= MAX_BODY_BYTES
    call = sent(setup, shopify(body=body))
    assert len(call["MessageBody"].encode()) < MEBIBYTE / 4


def test_a_4_mb_order_of_woocommerce_gives_a_small_message(setup: Setup) -> None:
    order = WOO_ORDER | {
        "line_items": lines(3_000),
        "refunds": [{"id": n, "total": "-0.01", "reason": "x" * 40} for n in range(10_000)],
        "meta_data": [{"id": n, "key": f"_k{n}", "value": "x" * 40} for n in range(20_000)],
    }
    delivery = woocommerce(order)
    assert 2_900_000 < len(delivery.body) <= MAX_BODY_BYTES
    tags = {f"_k{n}": f"tag-{n}" for n in range(100)}
    call = sent(setup, delivery, tag_meta_keys=tags)
    assert len(call["MessageBody"].encode()) < MEBIBYTE / 4
