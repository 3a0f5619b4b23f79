"""Messages as other versions of this code, Lambda and SQS hand them over."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from seven_senders_adapter.messages import (
    Failure,
    OrderEvent,
    Received,
    UnreadableMessage,
    event_message,
    received_from_lambda,
    received_from_sqs,
    redriven,
    resync,
)

FROZEN = Path(__file__).parent / "frozen"


def frozen(name: str) -> Any:
    return json.loads((FROZEN / name).read_text())


def test_an_event_of_format_1_is_read_from_lambdas_record() -> None:
    received = received_from_lambda(frozen("event.json"))
    assert received.message_id == "0b3a1a5e-6d3c-4f7b-9a57-5f3f6e0c2b11"
    assert received.receipt == "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a"
    assert (received.group, received.receives) == ("acme/820982911946154508", 2)
    assert received.sent_at == datetime(2026, 3, 28, 10, 0, 0, 123000, tzinfo=UTC)
    assert received.failure() is None
    assert received.event() == OrderEvent(
        connection="acme",
        platform="shopify",
        order="820982911946154508",
        topic="orders/paid",
        delivery_id="b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        received_at=datetime(2026, 3, 28, 10, 0, 0, 120000, tzinfo=UTC),
        projection={"id": "820982911946154508", "number": "#1001", "tags": ["Grün"]},
    )


EVENT = received_from_lambda(frozen("event.json")).event()


@pytest.mark.parametrize(
    ("name", "event"),
    [
        pytest.param(
            "deletion.json",
            replace(EVENT, topic="orders/delete", projection={"id": "820982911946154508"}),
            id="a deleted order",
        ),
        pytest.param(
            "unreadable_order.json",
            replace(EVENT, projection={}, unreadable="lacks name, created_at"),
            id="an order that the receiver could not read",
        ),
        pytest.param(
            "resync.json",
            replace(EVENT, topic="resync", delivery_id="5f3a9c21", projection={}),
            id="a person's wish to have an order compared",
        ),
    ],
)
def test_other_events_of_format_1_are_read(name: str, event: OrderEvent) -> None:
    assert received_from_lambda(frozen(name)).event() == event


@pytest.mark.parametrize(
    "name", ["event.json", "deletion.json", "unreadable_order.json", "resync.json"]
)
def test_an_event_is_written_as_it_was_frozen(name: str) -> None:
    message = received_from_lambda(frozen(name))
    written = event_message(message.event())
    assert (written.group, written.body) == (message.group, message.raw)
    assert written.attributes == message.attributes


@pytest.mark.parametrize(
    ("projection", "is_deletion"),
    [
        pytest.param({"id": "17"}, True, id="the id alone"),
        pytest.param({"id": "17", "number": "#1001"}, False, id="more than the id"),
        pytest.param({"number": "#1001"}, False, id="something else"),
        pytest.param({}, False, id="nothing, as of an order that can't be read"),
    ],
)
def test_an_order_is_deleted_if_nothing_but_its_id_passed(
    projection: dict[str, object], *, is_deletion: bool
) -> None:
    assert replace(EVENT, projection=projection).is_deletion is is_deletion


def test_a_persons_wish_to_have_an_order_compared_holds_no_order() -> None:
    event = resync(
        connection="acme",
        platform="shopify",
        order="17",
        request_id="5f3a9c21",
        now=EVENT.received_at,
    )
    assert (event.is_resync, event.is_deletion, event.projection) == (True, False, {})
    assert (event.group, event.delivery_id) == ("acme/17", "5f3a9c21")
    assert not EVENT.is_resync


def test_a_dead_letter_of_format_1_is_read_from_sqs() -> None:
    received = received_from_sqs(frozen("dead_letter.json"))
    assert received.event().order == "31"
    assert received.event().delivery_id == ""
    assert received.failure() == Failure(
        letter="0b3a1a5e",
        reason="failed_for_a_day",
        detail="create_order: no answer",
        status=503,
        first_try=datetime(2026, 3, 28, 10, 0, 1, tzinfo=UTC),
        last_try=datetime(2026, 3, 29, 10, 0, 2, tzinfo=UTC),
        brakes=("api/a", "account/b"),
    )


def received(raw: str = '{"id":"17"}', **attributes: str) -> Received:
    given = {
        "format": "1",
        "connection": "acme",
        "platform": "shopify",
        "order": "17",
        "topic": "orders/paid",
        "received_at": "2026-03-28T10:00:00+00:00",
    }
    return Received(
        message_id="m",
        receipt="r",
        group="acme/17",
        receives=1,
        sent_at=datetime(2026, 3, 28, tzinfo=UTC),
        attributes={key: value for key, value in (given | attributes).items() if value},
        raw=raw,
    )


@pytest.mark.parametrize(
    ("message", "says"),
    [
        pytest.param(received(format="2"), "format is '2', expected '1'", id="a later format"),
        pytest.param(received(format=""), "format is None, expected '1'", id="no format"),
        pytest.param(received(order=""), "KeyError", id="no order"),
        pytest.param(received(received_at="soon"), "ValueError", id="no time"),
        pytest.param(received(received_at="2026-03-28T10:00:00"), "ValueError", id="no offset"),
        pytest.param(received("{"), "JSONDecodeError", id="a body that is no JSON"),
        pytest.param(received("[]"), "TypeError", id="a body that is no object"),
    ],
)
def test_what_this_version_did_not_write_is_unreadable(message: Received, says: str) -> None:
    with pytest.raises(UnreadableMessage, match=says):
        message.event()


@pytest.mark.parametrize("failure", ["{", "[]", "{}", '{"letter":1}'])
def test_a_failure_that_this_version_did_not_write_is_unreadable(failure: str) -> None:
    with pytest.raises(UnreadableMessage, match="in the failure"):
        received(failure=failure).failure()


def test_a_message_that_came_back_from_the_dead_letters_says_so() -> None:
    assert received(redriven="1").event().redriven
    assert not received().event().redriven


def test_a_dead_letter_goes_back_into_the_line_of_its_order() -> None:
    letter = replace(received(), group="a group of its own")
    assert redriven(letter).group == "acme/17"


def test_equal_snapshots_have_equal_digests_whatever_the_order_of_their_keys() -> None:
    event = received('{"a":1,"b":{"c":2,"d":3}}').event()
    same = received('{"b":{"d":3,"c":2},"a":1}', topic="orders/updated").event()
    other = replace(event, projection={"a": 1, "b": {"c": 2, "d": 4}})
    assert event.digest == same.digest
    assert event.digest != other.digest
