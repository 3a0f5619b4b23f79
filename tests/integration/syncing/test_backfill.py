"""Past orders that a person wants brought in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.messages import BACKFILL, RECONCILIATION, OrderEvent
from tests.integration.syncing.world import START, World

TOO_OLD = timedelta(days=91)


def old(world: World, topic: str) -> OrderEvent:
    """An order from the beginning, as something shows it now."""
    return OrderEvent(
        connection="demo",
        platform="plain",
        order="1",
        topic=topic,
        delivery_id="",
        received_at=world.now,
        projection={"minute": 5, "states": "paid", "order": "1", "number": "#1001"},
    )


@pytest.fixture
def late_world(fast_world: World) -> World:
    fast_world.now = START + TOO_OLD
    return fast_world


def test_an_order_over_90_days_old_is_created_by_a_back_fill(late_world: World) -> None:
    late_world.enqueue(old(late_world, BACKFILL))
    late_world.drain()
    assert late_world.timeline() == ["new", "paid"]
    record = late_world.record()
    assert record.order_date == START
    assert record.heard is None, "no webhook brought it"
    assert record.history[0].detail == "backfill, the first"


@pytest.mark.parametrize("topic", ["orders/updated", RECONCILIATION])
def test_one_that_a_webhook_or_reconciliation_brings_is_left_out(
    late_world: World, topic: str
) -> None:
    late_world.enqueue(old(late_world, topic))
    late_world.drain()
    assert (late_world.timeline(), late_world.writes) == ([], [])


def test_one_from_before_orders_since_is_left_out_all_the_same(late_world: World) -> None:
    late_world.connect(orders_since=(START + timedelta(hours=1)).isoformat())
    late_world.enqueue(old(late_world, BACKFILL))
    late_world.drain()
    assert late_world.writes == []


def test_queued_twice_it_is_created_once(late_world: World) -> None:
    event = old(late_world, BACKFILL)
    late_world.enqueue(event)
    late_world.enqueue(replace(event, received_at=late_world.now + timedelta(minutes=1)))
    late_world.drain()
    assert late_world.writes == ["POST orders", "POST order_states"]


def test_webhooks_of_an_order_that_was_brought_in_are_taken_however_old_it_is(
    late_world: World,
) -> None:
    late_world.enqueue(old(late_world, BACKFILL))
    late_world.drain()
    late_world.arrive("paid refunded", minute=60 * 24 * 91)
    late_world.drain()
    assert late_world.timeline() == ["new", "paid", "refunded"]
