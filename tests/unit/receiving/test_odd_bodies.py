"""An authentic delivery under an order topic is never lost because it looks odd."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.messages import OrderEvent
from seven_senders_adapter.receiving import Receiver
from seven_senders_adapter.shops.shop import Kind, Projected, ProjectionNames
from seven_senders_adapter.shops.shopify import Shopify
from tests.recording import Recorder
from tests.unit.receiving.deliveries import (
    NOON,
    SHOPIFY_ORDER,
    WOO_ORDER,
    Setup,
    shopify,
    woocommerce,
)

if TYPE_CHECKING:
    from seven_senders_adapter.queue import Queue


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b"\xff\xfe\xfd", id="no UTF-8"),
        pytest.param(b'{"id":NaN}', id="NaN"),
        pytest.param(b'{"id":-Infinity}', id="infinity"),
        pytest.param(b'{"id":17,"total":1e999}', id="a number out of range"),
        pytest.param(b'{"id":' + b"9" * 5000 + b"}", id="an integer over Python's limit"),
        pytest.param(b"[" * 4_000_000, id="4 MB of brackets"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="a very deep object"),
    ],
)
@pytest.mark.parametrize("topic", ["orders/updated", "orders/delete"])
def test_unreadable_json_is_queued_as_that_with_what_its_headers_say(
    setup: Setup, topic: str, body: bytes
) -> None:
    answer = setup.receiver.receive(shopify(body=body, topic=topic, as_base64=True))
    assert answer.status == 200
    (event,) = setup.queue.sent
    assert event == OrderEvent(
        connection="acme",
        platform="shopify",
        order="unreadable",
        topic=topic,
        delivery_id="b54557e4",
        received_at=NOON,
        projection={},
        unreadable="lacks readable JSON",
    )
    assert setup.recorder.counted == {"Accepted": 1}


@pytest.mark.parametrize(
    ("order", "known_as", "lacks"),
    [
        pytest.param([], "unreadable", "id, name, created_at, updated_at", id="a list"),
        pytest.param("x", "unreadable", "id, name, created_at, updated_at", id="a text"),
        pytest.param({"id": 17}, "17", "name, created_at, updated_at", id="only an id"),
        pytest.param(SHOPIFY_ORDER | {"id": "a/b"}, "unreadable", "id", id="an id with a slash"),
        pytest.param(SHOPIFY_ORDER | {"id": "9" * 65}, "unreadable", "id", id="a very long id"),
    ],
)
def test_an_order_that_lacks_something_is_queued_by_its_id_with_the_names_of_what_it_lacks(
    setup: Setup, order: object, known_as: str, lacks: str
) -> None:
    assert setup.receiver.receive(shopify(order)).status == 200
    (event,) = setup.queue.sent
    assert (event.order, event.projection, event.unreadable) == (known_as, {}, f"lacks {lacks}")
    (line,) = setup.recorder.logged
    assert (line["order"], line["details"]["unreadable"]) == (known_as, f"lacks {lacks}")


def test_of_two_equal_keys_the_last_one_counts(setup: Setup) -> None:
    text = json.dumps(SHOPIFY_ORDER).replace('"name": "#1001"', '"name": "#1", "name": "#2"', 1)
    assert setup.receiver.receive(shopify(body=text.encode())).status == 200
    assert setup.queue.sent[0].projection["number"] == "#2"


def test_half_a_character_does_not_stop_an_order(setup: Setup) -> None:
    order = SHOPIFY_ORDER | {"tags": "a\ud800b"}
    assert setup.receiver.receive(shopify(order)).status == 200
    json.dumps(setup.queue.sent[0].projection, ensure_ascii=False).encode()


class CarelessShop(Shopify):
    """A shop whose projection meets a value that it did not foresee."""

    def project(self, kind: Kind, body: object, names: ProjectionNames) -> Projected:
        value = cast("dict[str, Any]", body)["note"]
        return Projected(order="17", projection={"weight": int(value)})


def test_what_a_projection_did_not_foresee_is_kept_without_its_value(setup: Setup) -> None:
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


NEEDED = {
    "readable JSON",
    *("id", "name", "created_at", "updated_at"),
    *("number", "date_created_gmt", "date_modified_gmt"),
}
"""All that an order can lack, by the shops' names for it."""


def lacking(event: OrderEvent) -> set[str]:
    """What makes an event unreadable; empty if it is not."""
    return set(event.unreadable.removeprefix("lacks ").split(", ")) - {""}


def changed(order: Mapping[str, object], changes: Sequence[tuple[int, object]]) -> object:
    result = dict(order)
    for place, value in changes:
        result[sorted(order)[place % len(order)]] = value
    return result


@given(changes=st.lists(st.tuples(st.integers(0, 100), JSON), min_size=1, max_size=4))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_stands_in_an_order_it_is_answered_200_and_kept(
    capsys: pytest.CaptureFixture[str], changes: list[tuple[int, object]]
) -> None:
    setup = Setup(Recorder(capsys))
    receiver = setup.receiver
    assert receiver.receive(shopify(changed(SHOPIFY_ORDER, changes))).status == 200
    assert receiver.receive(woocommerce(changed(WOO_ORDER, changes))).status == 200
    kept = setup.queue.sent
    assert len(kept) == 2
    assert not any(lacking(event) - NEEDED for event in kept)
