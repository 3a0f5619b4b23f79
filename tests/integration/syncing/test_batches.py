"""What may come from SQS: ten with one that poisons, and what came before, even days later."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.messages import OrderEvent, Outgoing, event_message
from tests.integration.syncing.fast import Noted
from tests.integration.syncing.troubled_orders import Life, repeated
from tests.integration.syncing.world import START, World

SOUND = OrderEvent(
    connection="demo",
    platform="plain",
    order="5",
    topic="orders/updated",
    delivery_id="b54557e4",
    received_at=START,
    projection={"minute": 1, "states": "paid", "order": "5", "number": "#1005"},
)
MESSAGE = event_message(SOUND)
NINE = {f"#{1000 + order}": "new paid" for order in range(1, 11) if order != 5}


def without(name: str) -> Outgoing:
    attributes = {key: value for key, value in MESSAGE.attributes.items() if key != name}
    return replace(MESSAGE, attributes=attributes)


def showing(**odd: object) -> Outgoing:
    return event_message(replace(SOUND, projection={**SOUND.projection, **odd}))


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        pytest.param(replace(MESSAGE, body="{"), "unreadable_message", id="no JSON"),
        pytest.param(replace(MESSAGE, body="[]"), "unreadable_message", id="a list"),
        *[
            pytest.param(without(name), "unreadable_message", id=f"no {name}")
            for name in ("format", "connection", "platform", "order", "topic", "received_at")
        ],
        pytest.param(
            event_message(replace(SOUND, platform="magento")),
            "unreadable_message",
            id="a platform that this version does not know",
        ),
        pytest.param(showing(minute="soon"), "unreadable_order", id="no snapshot to be read"),
        pytest.param(showing(tags=5), "kills_its_worker", id="a bug at each look at it"),
    ],
)
def test_of_a_batch_of_ten_one_is_a_dead_letter(
    fast_world: World, poison: Outgoing, reason: str
) -> None:
    for order in range(1, 11):
        if order == 5:
            fast_world.put(poison)
        else:
            fast_world.arrive("paid", minute=1, order=str(order))
    staying = fast_world.work()
    assert len(staying) == (reason == "kills_its_worker")
    Life(begins=lambda _: None, effects=0, ends=NINE, dead=()).check_orders(fast_world)
    fast_world.drain()
    assert [failure.reason for failure in fast_world.dead_letter_queue.buried] == [reason]
    assert isinstance(fast_world.telemetry, Noted)
    assert len(fast_world.telemetry.bugs) == (5 if reason == "kills_its_worker" else 0)
    assert [call.order_id for call in fast_world.sandbox.calls].count("#1005") == 0


def test_of_a_batch_of_ten_one_of_an_unknown_connection_waits_for_its_document(
    fast_world: World,
) -> None:
    for order in range(1, 11):
        connection = "new" if order == 5 else "demo"
        fast_world.arrive("paid", minute=1, order=str(order), connection=connection)
    assert len(fast_world.work()) == 1
    monday = fast_world.now + timedelta(days=3)
    while fast_world.next_at() < monday:
        fast_world.now = fast_world.next_at()
        fast_world.work()
    fast_world.connect("new")
    fast_world.drain()
    assert isinstance(fast_world.telemetry, Noted)
    assert fast_world.telemetry.failed.keys() == {"new"}
    assert fast_world.telemetry.bugs == []
    Life(begins=lambda _: None, effects=0, ends=NINE | {"#1005": "new paid"}).check(fast_world)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=5)], ids=["at once", "days later"])
@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1]], ids=str)
@pytest.mark.parametrize(
    ("ends", "states"),
    [
        pytest.param("new paid in_preparation", "paid in_preparation", id="an open order"),
        pytest.param("new paid cancelled", "paid cancelled", id="a cancelled order"),
    ],
)
def test_what_sqs_delivers_once_more_changes_nothing(
    new_world: Callable[[], World], order: list[int], later: timedelta, ends: str, states: str
) -> None:
    world = new_world()
    world.arrive(minute=1)
    world.arrive("paid", minute=2, tags={"vip": "true"})
    world.arrive(states, minute=3, shipped=True)
    sent = list(world.waiting)
    world.drain()
    before = len(world.sandbox.calls)
    for number in order:
        world.now += later
        entry = sent[number]
        world.waiting.append(replace(entry, visible_at=world.now))
        world.drain()
    assert len(world.sandbox.calls) == before
    shipped = frozenset({"#1001"})
    Life(begins=lambda _: None, effects=0, ends={"#1001": ends}, shipped=shipped).check(world)


@pytest.mark.parametrize("late", [0, 1, 2])
def test_what_sqs_delivers_days_late_changes_nothing_in_the_end(
    new_world: Callable[[], World], late: int
) -> None:
    world = new_world()
    for minute, states in enumerate(("", "paid", "paid in_preparation"), start=1):
        world.arrive(states, minute=minute, shipped=minute == 3)
    entry = world.waiting.pop(late)
    world.drain()
    world.now += timedelta(days=5)
    world.waiting.append(entry)
    world.drain()
    assert world.timeline() == ["new", "paid", "in_preparation"]
    assert world.fields()["boarding_complete"] is True
    assert repeated(world) == []
    assert world.dead_letter_queue.buried == []
