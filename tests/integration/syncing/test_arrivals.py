"""Which events count as a connection's traffic, and how often that is written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import (
    BACKFILL,
    RECONCILIATION,
    VERIFICATION,
    Outgoing,
    resync,
)
from tests.integration.syncing.test_aws_fails import Failing as DynamoDbThatFails
from tests.integration.syncing.test_aws_fails import is_refused
from tests.integration.syncing.world import World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def counted(world: World, connection: str = "demo") -> int:
    """The events of a connection, of all hours."""
    return sum(world.ledger.traffic.last_weeks(connection, world.now).values())


def later(world: World, time: timedelta = MINUTE) -> None:
    """Another event, so late that what was held in memory is written too."""
    world.now += time
    world.arrive("paid", minute=9, order="99")
    world.work()


def paused(world: World) -> None:
    world.connect(paused=True)
    world.now += 2 * MINUTE


def without_settings(world: World) -> None:
    world.ssm.delete_parameter(Name=f"/{world.stack}/syncing/demo")


def twice_of_one_order(world: World) -> None:
    world.arrive("paid", minute=2)


@pytest.mark.parametrize(
    ("begins", "count"),
    [
        pytest.param(lambda world: None, 1, id="that is worked"),
        pytest.param(paused, 1, id="of a connection that is paused"),
        pytest.param(without_settings, 1, id="of a connection that can't be worked"),
        pytest.param(twice_of_one_order, 2, id="behind another one of its order"),
    ],
)
def test_an_event_counts(fast_world: World, begins: Callable[[World], object], count: int) -> None:
    begins(fast_world)
    fast_world.arrive("paid", minute=1)
    fast_world.work()

    assert counted(fast_world) == count


def test_an_event_counts_in_the_hour_in_which_the_shop_sent_it(fast_world: World) -> None:
    fast_world.arrive("paid", minute=1)
    sent_at = fast_world.now
    fast_world.now += 30 * HOUR
    fast_world.work()

    assert fast_world.ledger.traffic.last_weeks("demo", fast_world.now) == {sent_at: 1}


def test_an_event_counts_once_however_often_it_is_received(fast_world: World) -> None:
    paused(fast_world)
    fast_world.arrive("paid", minute=1)
    for _ in range(5):
        fast_world.work()
        fast_world.now = fast_world.next_at() + MINUTE

    assert counted(fast_world) == 1


@pytest.mark.parametrize(
    "arrives",
    [
        pytest.param(
            lambda world: world.arrive("paid", minute=1, redriven=True), id="was a dead letter"
        ),
        pytest.param(
            lambda world: world.put(
                Outgoing(group="demo/1", body="{}", attributes={"connection": "demo"})
            ),
            id="another version has written",
        ),
        pytest.param(
            lambda world: world.enqueue(
                resync(
                    connection="demo", platform="plain", order="1", request_id="r", now=world.now
                )
            ),
            id="a person has asked for",
        ),
    ],
)
def test_what_does_not_count_is_an_event_that(
    fast_world: World, arrives: Callable[[World], object]
) -> None:
    arrives(fast_world)
    fast_world.work()

    assert counted(fast_world) == 0


def test_a_busy_connection_is_written_once_a_minute(fast_world: World) -> None:
    for order in range(1, 11):
        fast_world.arrive("paid", minute=1, order=str(order))
        fast_world.work()
        fast_world.now += timedelta(seconds=6)

    assert counted(fast_world) == 1
    fast_world.arrive("paid", minute=1, order="11")
    fast_world.work()
    assert counted(fast_world) == 11


def test_each_connection_of_a_batch_counts_for_itself(fast_world: World) -> None:
    fast_world.connect("other", access_key="other")
    fast_world.arrive("paid", minute=1)
    fast_world.arrive("paid", minute=1, connection="other")
    fast_world.arrive("paid", minute=1, order="2", connection="other")
    fast_world.work()

    assert (counted(fast_world), counted(fast_world, "other")) == (1, 2)


def test_what_dynamodb_does_not_take_is_written_later_and_holds_nobody_up(
    fast_world: World,
) -> None:
    world = fast_world
    is_down = True

    def fails(number: int, row: str) -> bool:
        return is_down and row.startswith("traffic/")

    refusing = DynamoDbThatFails(world.dynamodb, fails, is_refused)
    world.worker = world.new_worker(table=Table(client=cast("Any", refusing), name="ledger"))
    world.arrive("paid", minute=1)
    world.work()
    assert world.timeline() == ["new", "paid"]
    assert counted(world) == 0
    is_down = False
    later(world)
    assert counted(world) == 2


def test_what_reconciliation_found_counts_apart_from_what_webhooks_brought(
    fast_world: World,
) -> None:
    """Else a shop whose webhooks are all lost would never seem silent."""
    fast_world.arrive("paid", minute=1, order="2", topic=RECONCILIATION)
    fast_world.work()

    assert counted(fast_world) == 0
    found = fast_world.ledger.reconciled.last_weeks("demo", fast_world.now)
    assert sum(found.values()) == 1


def test_what_reconciliation_found_is_written_at_once(fast_world: World) -> None:
    """A quiet shop may have no other event for hours that would write it."""
    for order in ("2", "3"):
        fast_world.arrive("paid", minute=1, order=order, topic=RECONCILIATION)
        fast_world.work()

    found = fast_world.ledger.reconciled.last_weeks("demo", fast_world.now)
    assert sum(found.values()) == 2


@pytest.mark.parametrize("topic", [BACKFILL, VERIFICATION])
def test_what_a_person_had_brought_in_counts_nowhere(fast_world: World, topic: str) -> None:
    fast_world.arrive("paid", minute=1, topic=topic)
    fast_world.work()

    assert counted(fast_world) == 0
    assert fast_world.ledger.reconciled.last_weeks("demo", fast_world.now) == {}
