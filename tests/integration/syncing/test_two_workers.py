"""Two workers on one order, although the queue should not allow it: at every point of the first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.seven_senders.transport import TIME_OUTS
from seven_senders_adapter.syncing.deadline import Deadline
from tests.integration.syncing.troubled_orders import TROUBLED_ORDERS, repeated
from tests.integration.syncing.world import LONG_MS, World
from tests.played.mortal import Fuse

FROZEN = timedelta(seconds=TIME_OUTS.longest + TIME_OUTS.read + 1)
"""How long the first worker stands still, so that the second one takes it for dead."""

MET = ("from creation to shipping", "a lost create", "an order that is opened again")


@pytest.mark.parametrize(
    "pause", [timedelta(0), FROZEN], ids=["at once", "after the first stood still"]
)
@pytest.mark.parametrize(
    ("name", "point"),
    [
        pytest.param(name, point, id=f"{name}, at effect {point}")
        for name in MET
        for point in range(TROUBLED_ORDERS[name].effects + 1)
    ],
)
def test_a_second_worker_makes_nothing_double(
    new_world: Callable[[], World], name: str, point: int, pause: timedelta
) -> None:
    world, life = new_world(), TROUBLED_ORDERS[name]
    life.begins(world)
    batch = world.receive()
    done: set[str] = set()

    def second() -> None:
        world.now += pause
        again = [replace(message, receives=message.receives + 1) for message in batch]
        staying = world.worker.run(again, Deadline(lambda: LONG_MS))
        done.update({message.message_id for message in batch} - set(staying))

    first = world.new_worker(fuse=Fuse(point, then=second))
    staying = first.run(batch, Deadline(lambda: LONG_MS))
    done.update({message.message_id for message in batch} - set(staying))
    world.waiting = [w for w in world.waiting if w.message.message_id not in done]
    world.drain()
    life.check_orders(world)
    life.check_letters(world)  # what failed for the first worker may stay listed as waiting
    assert pause or repeated(world) == []
