"""Orders that were found in the shop: how they are worked, and what is noted of them."""

from datetime import timedelta

import pytest

from seven_senders_adapter.messages import BACKFILL, FOUND, RECONCILIATION, VERIFICATION
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import START, World

MINUTE = timedelta(minutes=1)


def corrections(world: World) -> list[str]:
    """The orders that reconciliation had to correct, with the minute of the change."""
    made = world.ledger.corrections.until("demo", world.now)
    return [f"{one.order} at {(one.changed_at - START) // MINUTE}" for one in made]


@pytest.mark.parametrize("topic", sorted(FOUND))
def test_an_order_that_was_found_is_worked_as_if_its_webhook_had_come(
    fast_world: World, topic: str
) -> None:
    world = fast_world
    world.connect()
    world.arrive("paid in_preparation", topic=topic)
    world.work()
    assert world.timeline() == ["new", "paid", "in_preparation"]
    assert [line.detail for line in world.record().history][:1] == [f"{topic}, the first"]


def test_a_new_order_that_reconciliation_found_is_a_correction(fast_world: World) -> None:
    world = fast_world
    world.connect()
    world.arrive(topic=RECONCILIATION, minute=5)
    world.work()
    assert corrections(world) == ["1 at 5"]


def test_so_is_a_change_of_an_order(fast_world: World) -> None:
    world = fast_world
    world.connect()
    world.arrive()
    world.work()
    world.arrive("paid", topic=RECONCILIATION, minute=5)
    world.work()
    assert corrections(world) == ["1 at 5"]
    assert world.timeline() == ["new", "paid"]


def test_what_a_webhook_brought_while_it_waited_is_none(fast_world: World) -> None:
    world = fast_world
    world.connect()
    world.arrive("paid", minute=5)
    world.arrive("paid", minute=5, topic=RECONCILIATION)
    world.drain()
    assert corrections(world) == []


def test_an_order_that_is_left_out_is_none(fast_world: World) -> None:
    world = fast_world
    world.connect()
    world.arrive(topic=RECONCILIATION, left_out="test_order")
    world.work()
    assert corrections(world) == []


@pytest.mark.parametrize("topic", [BACKFILL, VERIFICATION])
def test_what_a_person_had_brought_in_is_none(fast_world: World, topic: str) -> None:
    world = fast_world
    world.connect()
    world.arrive(topic=topic)
    world.work()
    assert corrections(world) == []


def test_a_correction_that_fails_at_first_is_noted_once(fast_world: World) -> None:
    world = fast_world
    world.connect()
    world.sandbox.play(FaultRule(status=500, times=3))
    world.arrive("paid", topic=RECONCILIATION, minute=5)
    world.drain()
    assert corrections(world) == ["1 at 5"]
    assert world.timeline() == ["new", "paid"]


def test_the_record_knows_what_webhooks_have_brought(fast_world: World) -> None:
    world = fast_world
    world.connect()
    world.arrive(minute=1)
    world.work()
    world.arrive("paid", minute=9, topic=RECONCILIATION)
    world.work()
    assert world.record().heard == START + MINUTE

    world.arrive("paid", minute=9)
    world.work()
    assert world.record().heard == START + 9 * MINUTE

    world.arrive(minute=4)
    world.work()
    assert world.record().heard == START + 9 * MINUTE


def test_an_order_that_only_reconciliation_knows_was_not_heard_of(fast_world: World) -> None:
    world = fast_world
    world.connect()
    world.arrive(topic=RECONCILIATION)
    world.work()
    assert world.record().heard is None
