"""An authentic delivery under an order topic is never lost because it looks odd.

What single odd values do to an order stands in ``tests/unit/shops``; chance ones come from
``test_fuzzing``.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import pytest

from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.receiving import Receiver, Request
from seven_senders_adapter.shops.shop import Kind, Projected, ProjectionNames
from seven_senders_adapter.shops.shopify import Shopify
from tests.attack.door import Door
from tests.recording import Recorder
from tests.unit.receiving.deliveries import (
    NOON,
    SHOPIFY_ORDER,
    WOO_ORDER,
    Setup,
    as_event,
    shopify,
    woocommerce,
)

if TYPE_CHECKING:
    from seven_senders_adapter.queue import Queue

FULL = 4_500_000
ORDERS = {"acme": SHOPIFY_ORDER, "woo": WOO_ORDER}
MAKE: dict[str, Callable[..., Request]] = {"acme": shopify, "woo": woocommerce}


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str]) -> Recorder:
    return Recorder(capsys)


def raw(order: Mapping[str, object]) -> bytes:
    return json.dumps(order).encode()


def queued(
    recorder: Recorder, body: bytes, *, name: str = "acme", as_base64: bool = False
) -> dict[str, Any]:
    """The projection of the one message that a signed body becomes."""
    door = Door(recorder.telemetry)
    assert door.status(as_event(MAKE[name](body=body, connection=name, as_base64=as_base64))) == 200
    (message,) = door.sqs.sent
    assert "unreadable" not in message.attributes
    projection: dict[str, Any] = json.loads(message.body)
    return projection


UNREADABLE = {
    "nothing": b"",
    "a blank": b" ",
    "half an object": b"{",
    "an object and a half": raw(SHOPIFY_ORDER) + b"{",
    "single quotes": b"{'id': 17}",
    "a form": b"id=17&name=%231001",
    "HTML": b"<html>Erika</html>",
    "no UTF-8": b"\xff\xfe\xfd",
    "another encoding": '{"id":17,"note":"für Erika"}'.encode("latin-1"),
    "a NUL behind it": raw(SHOPIFY_ORDER) + b"\x00",
    "a NUL in a text": b'{"id":17,"note":"Erika\x00"}',
    "4.5 MB of brackets": b"[" * FULL,
    "an object 100,000 levels deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "an array 100,000 levels deep in an order": (
        b'{"id":17,"note":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    ),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("topic", ["orders/updated", "orders/delete"])
def test_unreadable_json_is_queued_as_that_with_what_its_headers_say(
    recorder: Recorder, topic: str, body: bytes
) -> None:
    door = Door(recorder.telemetry)
    assert door.status(as_event(shopify(body=body, topic=topic, as_base64=True))) == 200
    (message,) = door.sqs.sent
    assert (message.group, message.body) == ("acme/unreadable", "{}")
    assert message.attributes == {
        "format": "1",
        "connection": "acme",
        "platform": "shopify",
        "order": "unreadable",
        "topic": topic,
        "delivery_id": "b54557e4",
        "received_at": NOON.isoformat(),
        "unreadable": "lacks readable JSON",
    }
    assert recorder.counted == {"Accepted": 1}
    assert "Erika" not in recorder.text


@pytest.mark.parametrize(
    ("order", "known_as", "lacks"),
    [
        pytest.param([], "unreadable", "id, name, created_at, updated_at", id="a list"),
        pytest.param("x", "unreadable", "id, name, created_at, updated_at", id="a text"),
        pytest.param(None, "unreadable", "id, name, created_at, updated_at", id="null"),
        pytest.param([SHOPIFY_ORDER], "unreadable", "id, name, created_at, updated_at",
                     id="an order in a list"),
        pytest.param({"id": 17}, "17", "name, created_at, updated_at", id="only an id"),
        pytest.param(dict.fromkeys(SHOPIFY_ORDER), "unreadable",
                     "id, name, created_at, updated_at", id="null everywhere"),
        pytest.param(SHOPIFY_ORDER | {"id": "a/b"}, "unreadable", "id", id="an id with a slash"),
        pytest.param(SHOPIFY_ORDER | {"id": "9" * 65}, "unreadable", "id", id="a very long id"),
        pytest.param(SHOPIFY_ORDER | {"id": 10**999}, "unreadable", "id", id="a very large id"),
        pytest.param(SHOPIFY_ORDER | {"id": 17.0}, "unreadable", "id", id="an id with a point"),
        pytest.param(SHOPIFY_ORDER | {"id": float("nan")}, "unreadable", "id", id="no number"),
        pytest.param(SHOPIFY_ORDER | {"id": True}, "unreadable", "id", id="true for an id"),
        pytest.param(SHOPIFY_ORDER | {"id": [17]}, "unreadable", "id", id="an id in a list"),
        pytest.param(SHOPIFY_ORDER | {"id": "\ud800"}, "unreadable", "id", id="half a character"),
        pytest.param(SHOPIFY_ORDER | {"id": "\u0661"}, "unreadable", "id", id="an Arabic digit"),
        pytest.param(SHOPIFY_ORDER | {"created_at": 1774774800}, "820982911946154508",
                     "created_at", id="a time in seconds"),
    ],
)  # fmt: skip
def test_an_order_that_lacks_something_is_queued_by_its_id_with_the_names_of_what_it_lacks(
    recorder: Recorder, order: object, known_as: str, lacks: str
) -> None:
    door = Door(recorder.telemetry)
    assert door.status(as_event(shopify(order))) == 200
    (message,) = door.sqs.sent
    assert (message.body, message.attributes["order"]) == ("{}", known_as)
    assert message.attributes["unreadable"] == f"lacks {lacks}"
    (line,) = recorder.logged
    assert (line["order"], line["details"]["unreadable"]) == (known_as, f"lacks {lacks}")


ODD_VALUES = {
    "an integer of 10,000 digits": "9" * 10_000,
    "a negative one": "-" + "9" * 10_000,
    "a number out of range": "-1e999",
    "a number next to nothing": "1e-99999",
    "10,000 decimals": "0." + "1" * 10_000,
    "NaN": "NaN",
    "infinity": "-Infinity",
    "nothing": "null",
    "half a character": r'"Erika \ud800"',
    "a NUL": r'"Erika \u0000"',
    "500 levels": "[" * 500 + "]" * 500,
    "500,000 empty objects": "[{}" + ",{}" * 500_000 + "]",
    "500,000 equal keys": '{"Erika":1' + ',"Erika":1' * 400_000 + "}",
}


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES)
def test_an_order_is_read_whatever_stands_where_nobody_looks(
    recorder: Recorder, name: str, value: str
) -> None:
    plain = queued(recorder, raw(ORDERS[name]), name=name)
    text = raw(ORDERS[name]).decode().replace("{", f'{{"unheard_of": {value}, ', 1)
    assert queued(recorder, text.encode(), name=name) == plain
    assert "Erika" not in recorder.text


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("as_base64", [False, True])
def test_a_body_of_exactly_4_5_mb_is_read(recorder: Recorder, name: str, as_base64: bool) -> None:
    order = dict(ORDERS[name])
    plain = queued(recorder, raw(order), name=name)
    missing = FULL - len(raw(order | {"customer_note": ""}))
    body = raw(order | {"customer_note": "x" * missing})
    assert len(body) == FULL
    assert queued(recorder, body, name=name, as_base64=as_base64) == plain


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        pytest.param("acme", {"id": "820982911946154508"}, id="Shopify's id"),
        pytest.param("woo", {"id": "31", "number": 31}, id="WooCommerce's id, and its number"),
        pytest.param("woo", {"total": 10}, id="an amount"),
        pytest.param("woo", {"total": 10.0}, id="an amount with a point"),
    ],
)
def test_numbers_may_be_texts_and_texts_numbers(
    recorder: Recorder, name: str, changes: dict[str, object]
) -> None:
    plain = queued(recorder, raw(ORDERS[name]), name=name)
    assert queued(recorder, raw({**ORDERS[name], **changes}), name=name) == plain


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("Nº 1001/Ä", "Nº 1001/Ä", id="letters beyond ASCII"),
        pytest.param("注文-1001", "注文-1001", id="another script"),
        pytest.param("\u0661\u0660", "\u0661\u0660", id="another script's digits"),
        pytest.param("#1001 😀", "#1001 😀", id="an emoji"),
        pytest.param("e\u0301", "e\u0301", id="a letter in two parts"),
        pytest.param("#1\x00001\r\n", "#1 001", id="control characters"),
        pytest.param("#\ud8001001", "# 1001", id="half a character"),
        pytest.param("\u202e1001#", "1001#", id="the other way round"),
        pytest.param("#1\u200b001", "#1001", id="a blank of no width"),
        pytest.param("\ufffe#1001", "#1001", id="what is no character"),
    ],
)
def test_order_numbers_and_tags_keep_all_that_can_be_printed(
    recorder: Recorder, written: str, sent: str
) -> None:
    order = {**SHOPIFY_ORDER, "name": written, "tags": f"vip, {written}"}
    projection = queued(recorder, raw(order))
    assert (projection["number"], projection["tags"]) == (sent, ["vip", sent])
    assert sent not in recorder.text


def test_of_two_equal_keys_the_last_one_counts(recorder: Recorder) -> None:
    text = raw(SHOPIFY_ORDER).replace(b'"name": "#1001"', b'"name": "#1", "name": "#2"', 1)
    assert queued(recorder, text)["number"] == "#2"


class CarelessShop(Shopify):
    """A shop whose projection meets a value that it did not foresee."""

    def project(self, kind: Kind, body: object, names: ProjectionNames) -> Projected:
        value = cast("dict[str, Any]", body)["note"]
        return Projected(order="17", projection={"weight": int(value)})


def test_what_a_projection_did_not_foresee_is_kept_without_its_value(recorder: Recorder) -> None:
    setup = Setup(recorder)
    connections = ReceivingConnections(
        ssm=setup.ssm.client,
        path="/path",
        platforms=["shopify", "woocommerce"],
        telemetry=setup.recorder.telemetry,
    )
    receiver = Receiver(
        connections=connections,
        shops={"shopify": CarelessShop()},
        queue=cast("Queue", setup.queue),
        now=lambda: NOON,
        telemetry=setup.recorder.telemetry,
    )
    assert receiver.receive(shopify()).status == 200
    (event,) = setup.queue.sent
    assert event.unreadable.startswith("lacks the expected form: ValueError in project, line ")
    assert "Erika" not in str(event) + setup.recorder.text
