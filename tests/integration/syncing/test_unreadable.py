"""What can't be read is buried and listed at once, whatever stands in the way of other messages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import OrderEvent, Outgoing, event_message
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.syncing.brake_guard import brake_names
from tests.integration.syncing.world import START, World

LACKING = OrderEvent(
    connection="demo",
    platform="plain",
    order="1",
    topic="orders/updated",
    delivery_id="b54557e4",
    received_at=START,
    projection={},
    unreadable="lacks name, created_at",
)
READABLE = event_message(replace(LACKING, projection={"id": "1"}, unreadable=""))
LATER_FORMAT = replace(READABLE, attributes={**READABLE.attributes, "format": "2"})


def pause(world: World) -> None:
    world.connect(paused=True)


def close_brakes(world: World) -> None:
    for name in brake_names(Account(world.sandbox.api_url, "key")):
        world.ledger.brakes.close(
            name, reason="503", now=world.now, probe_at=world.now + timedelta(hours=1)
        )


def break_document(world: World) -> None:
    world.ssm.put_parameter(
        Name=f"/{world.stack}/syncing/demo", Value="{}", Type="SecureString", Overwrite=True
    )


def remove_document(world: World) -> None:
    world.ssm.delete_parameter(Name=f"/{world.stack}/syncing/demo")


def listed(world: World) -> DeadLetter:
    """The one dead letter of the ledger's index, which is the one that was buried."""
    (letter,) = world.ledger.dead_letters.list()
    assert [letter.failure] == world.dead_letter_queue.buried
    return letter


def test_an_order_that_the_receiver_could_not_read(world: World) -> None:
    message = world.enqueue(LACKING)
    assert world.work() == []
    letter = listed(world)
    assert (letter.connection, letter.order, letter.topic) == ("demo", "1", "orders/updated")
    failure = letter.failure
    assert (failure.reason, failure.detail) == ("unreadable_order", "lacks name, created_at")
    assert failure.letter == message
    assert failure.first_try == failure.last_try == world.now
    assert world.sandbox.calls == ()


@pytest.mark.parametrize(
    ("message", "where", "detail"),
    [
        pytest.param(
            LATER_FORMAT,
            ("demo", "1", "orders/updated"),
            "format is '2', expected '1'",
            id="a later format",
        ),
        pytest.param(
            replace(READABLE, body='{"name": "Erika'),
            ("demo", "1", "orders/updated"),
            "JSONDecodeError in the message",
            id="a body that is cut off",
        ),
        pytest.param(
            Outgoing(group="somebody", body="Erika Mustermann", attributes={}),
            ("unknown", "unknown", "unknown"),
            "format is None, expected '1'",
            id="a message of somebody else",
        ),
    ],
)
def test_a_message_that_this_version_did_not_write(
    world: World, message: Outgoing, where: tuple[str, str, str], detail: str
) -> None:
    world.put(message)
    assert world.work() == []
    letter = listed(world)
    assert (letter.connection, letter.order, letter.topic) == where
    assert (letter.failure.reason, letter.failure.detail) == ("unreadable_message", detail)
    assert world.sandbox.calls == ()


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(pause, id="its connection is paused"),
        pytest.param(close_brakes, id="its brakes are closed"),
        pytest.param(break_document, id="its document is broken"),
        pytest.param(remove_document, id="its document is missing"),
    ],
)
def test_it_is_buried_and_listed_even_while(world: World, happens: Callable[[World], None]) -> None:
    happens(world)
    world.arrive("paid", minute=1, order="2")
    letters = {world.enqueue(LACKING), world.put(LATER_FORMAT)}
    assert len(world.work()) == 1
    assert {failure.letter for failure in world.dead_letter_queue.buried} == letters
    assert {listed.failure.letter for listed in world.ledger.dead_letters.list()} == letters


def test_a_projection_from_which_no_snapshot_can_be_read(world: World) -> None:
    world.enqueue(replace(LACKING, projection={"minute": "Erika"}, unreadable=""))
    assert world.work() == []
    letter = listed(world)
    assert letter.failure.reason == "unreadable_order"
    assert "Erika" not in letter.failure.detail
    assert world.sandbox.calls == ()


def test_later_messages_of_the_order_are_worked(world: World) -> None:
    world.enqueue(LACKING)
    world.put(LATER_FORMAT)
    world.arrive("paid", minute=1)
    assert world.work() == []
    assert world.timeline() == ["new", "paid"]
    assert [f.reason for f in world.dead_letter_queue.buried] == [
        "unreadable_order",
        "unreadable_message",
    ]


def test_it_waits_while_the_dead_letters_do_not_take_it(world: World) -> None:
    world.dead_letter_queue.is_down = True
    message = world.enqueue(LACKING)
    assert world.work() == [message]
    world.dead_letter_queue.is_down = False
    world.drain()
    assert listed(world).failure.letter == message
