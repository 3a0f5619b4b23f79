"""No answer of a success, however odd, raises anything but Unreadable."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seven_senders_adapter.seven_senders.answers import (
    RemoteOrder,
    Unreadable,
    is_path_safe,
    is_token,
    read_created_id,
    read_done,
    read_json,
    read_order,
    read_orders,
    read_token,
)
from seven_senders_adapter.seven_senders.transport import Answer, Operation, Request

KEYS = (
    "id iri @id order_id shop_order_id order_date state states_history language shop_order_url "
    "order_tags promised_delivery_date boarding_complete hydra:member token"
).split()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ODD = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
) | st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, LEAVES))
READERS: dict[str, tuple[Callable[[Answer], object], Callable[[object], bool]]] = {
    "JSON": (read_json, lambda it: it is None or isinstance(it, dict | list | str | int | float)),
    "a token": (read_token, is_token),
    "what was done": (read_done, lambda it: isinstance(it, dict)),
    "a created id": (
        partial(read_created_id, order_id="#1001"),
        lambda it: it is None or isinstance(it, str),
    ),
    "an order": (read_order, lambda it: isinstance(it, RemoteOrder)),
    "orders": (
        read_orders,
        lambda it: (
            isinstance(it, list)
            and all(order is None or isinstance(order, RemoteOrder) for order in it)
        ),
    ),
}


@pytest.mark.parametrize(("read", "is_promised"), READERS.values(), ids=READERS)
@given(body=ODD.map(lambda content: json.dumps(content).encode()) | st.binary())
def test_a_body_is_read_as_what_is_promised_or_is_unreadable(
    read: Callable[[Answer], object], is_promised: Callable[[object], bool], body: bytes
) -> None:
    with suppress(Unreadable):
        assert is_promised(read(Answer(status=200, headers={}, body=body)))


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
