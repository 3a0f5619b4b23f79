"""A worker that is killed between any two side effects leaves nothing undone and nothing double."""

from collections.abc import Callable
from typing import Any, override

import pytest
import requests

from seven_senders_adapter.ledger.rows import Row
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.seven_senders.transport import ApiSession
from tests.integration.syncing.world import World

POINTS = 30
"""Before and after each of the 15 effects of the life below; a test holds the number."""


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Kills at the nth of the points before and after each side effect, and for good."""

    def __init__(self, points: int) -> None:
        self.left = points

    def burn(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Killed

    def around[T](self, effect: Callable[[], T]) -> T:
        self.burn()
        result = effect()
        self.burn()
        return result


class MortalTable(Table):
    """A table whose writes may be the last thing that the process does."""

    fuse = Fuse(0)

    @override
    def put(self, row: Row, *, condition: str | None = None, values: Row | None = None) -> None:
        self.fuse.around(
            lambda: super(MortalTable, self).put(row, condition=condition, values=values)
        )

    @override
    def update(self, pk: str, change: str, *, condition: str | None = None, values: Row) -> Row:
        return self.fuse.around(
            lambda: super(MortalTable, self).update(pk, change, condition=condition, values=values)
        )


class MortalSession(ApiSession):
    """A session whose requests may be the last thing that the process does."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self._fuse = fuse

    @override
    def send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        return self._fuse.around(lambda: super(MortalSession, self).send(request, **settings))


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_killed_at_any_point(world: World, point: int) -> None:
    fuse = Fuse(point)
    table = MortalTable(client=world.dynamodb, name="ledger")
    table.fuse = fuse
    world.arrive("paid in_preparation", minute=1, tags={"vip": "true"})
    world.arrive("paid in_preparation", minute=2, shipped=True)
    mortal = world.new_worker(table=table, session=MortalSession(fuse))
    try:
        while world.waiting:
            world.work(worker=mortal)
    except Killed:
        world.visible_again()
    world.drain()
    assert world.timeline() == ["new", "paid", "in_preparation"]
    assert len(world.sandbox.account("key").orders) == 1
    assert world.fields()["boarding_complete"] is True
    assert world.dead_letter_queue.buried == []
    applied = [c.path for c in world.sandbox.calls if c.applied and c.method == "POST"]
    assert applied.count("/orders") == 1
    assert applied.count("/order_states") == 2


def test_the_points_reach_to_the_last_effect(world: World) -> None:
    fuse = Fuse(POINTS + 1)
    table = MortalTable(client=world.dynamodb, name="ledger")
    table.fuse = fuse
    world.arrive("paid in_preparation", minute=1, tags={"vip": "true"})
    world.arrive("paid in_preparation", minute=2, shipped=True)
    world.work(worker=world.new_worker(table=table, session=MortalSession(fuse)))
    assert world.waiting == []
    assert fuse.left == 1


@pytest.mark.parametrize("deaths", [4, 5])
def test_a_message_whose_worker_died_five_times_is_a_dead_letter(world: World, deaths: int) -> None:
    world.arrive("paid", minute=1)
    for _ in range(deaths):
        mortal = world.new_worker(session=MortalSession(Fuse(1)))
        with pytest.raises(Killed):
            world.work(worker=mortal)
        world.visible_again()
    world.drain()
    buried = [failure.reason for failure in world.dead_letter_queue.buried]
    assert buried == (["kills_its_worker"] if deaths == 5 else [])
