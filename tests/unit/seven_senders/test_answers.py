"""No answer of a success, however odd, raises anything but Unreadable."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from seven_senders_adapter.seven_senders.answers import (
    Unreadable,
    is_path_safe,
    read_created_id,
    read_done,
    read_json,
    read_order,
    read_orders,
    read_token,
)
from seven_senders_adapter.seven_senders.transport import Answer, Operation, Request

KEYS = st.sampled_from(
    [
        "id",
        "iri",
        "@id",
        "order_id",
        "shop_order_id",
        "order_date",
        "state",
        "states_history",
        "language",
        "shop_order_url",
        "order_tags",
        "promised_delivery_date",
        "boarding_complete",
        "hydra:member",
        "token",
    ]
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
)
READERS: tuple[Callable[[Answer], object], ...] = (
    read_json,
    read_token,
    read_done,
    partial(read_created_id, order_id="#1001"),
    read_order,
    read_orders,
)


@given(body=ODD.map(lambda content: json.dumps(content).encode()) | st.binary())
def test_no_body_raises_anything_else(body: bytes) -> None:
    for read in READERS:
        with suppress(Unreadable):
            read(Answer(status=200, headers={}, body=body))


@given(content=ODD, location=st.text())
def test_every_created_id_may_stand_in_a_path(content: object, location: str) -> None:
    body = json.dumps(content).encode()
    answer = Answer(status=201, headers={"location": location}, body=body)
    with suppress(Unreadable):
        remote_id = read_created_id(answer, order_id="#1001")
        assert remote_id is None or is_path_safe(remote_id)


def test_neither_a_request_nor_an_answer_prints_what_is_secret() -> None:
    request = Request(
        operation=Operation.LOG_IN,
        method="POST",
        url="https://api.test/token",
        headers={"Authorization": "Bearer the-token"},
        body=b"the-key",
    )
    answer = Answer(status=200, headers={"x": "the-token"}, body=b"the-key")
    shown = f"{request!r} {answer!r}"
    assert "the-token" not in shown
    assert "the-key" not in shown
