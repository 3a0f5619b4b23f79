"""A worker that is killed between any two side effects leaves nothing undone and nothing double."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import chain, repeat
from math import inf
from typing import Any, override

import pytest
import requests

from seven_senders_adapter.seven_senders.transport import TIME_OUTS, ApiSession
from tests.integration.syncing.fast import Noted
from tests.integration.syncing.troubled_orders import TROUBLED_ORDERS, Life, repeated
from tests.integration.syncing.world import World
from tests.played.mortal import Fuse, Killed, mortal

TIME_OUT_MS = 120_000
"""The function's, as in template.yaml."""

POINTS = [
    pytest.param(life, point, id=f"{name}, after effect {point} of {life.effects}")
    for name, life in TROUBLED_ORDERS.items()
    for point in range(life.effects + 1)
]


@pytest.mark.parametrize(("life", "point"), POINTS)
def test_killed_at_any_point(new_world: Callable[[], World], life: Life, point: int) -> None:
    world = new_world()
    life.begins(world)
    with suppress(Killed):
        world.drain(worker=world.new_worker(fuse=Fuse(point)))
    world.visible_again()
    world.drain()
    life.check(world)
    assert repeated(world) == []
    assert len(world.dead_letter_queue.buried) <= len(life.dead) + 1
    assert isinstance(world.telemetry, Noted)
    assert world.telemetry.bugs == []


@pytest.mark.parametrize("life", TROUBLED_ORDERS.values(), ids=TROUBLED_ORDERS)
def test_the_points_reach_to_the_last_effect(new_world: Callable[[], World], life: Life) -> None:
    world = new_world()
    life.begins(world)
    fuse = Fuse(inf)
    world.drain(worker=world.new_worker(fuse=fuse))
    life.check(world)
    assert len(world.dead_letter_queue.buried) == len(life.dead)
    assert fuse.burnt == life.effects


@pytest.mark.parametrize("deaths", [4, 5])
def test_a_message_whose_worker_died_five_times_is_a_dead_letter(
    fast_world: World, deaths: int
) -> None:
    fast_world.arrive("paid", minute=1)
    for _ in range(deaths):
        session = mortal(fast_world.new_session(fast_world.sandbox), Fuse(0))
        with pytest.raises(Killed):
            fast_world.work(worker=fast_world.new_worker(session=session))
        fast_world.visible_again()
    fast_world.drain()
    buried = [failure.reason for failure in fast_world.dead_letter_queue.buried]
    assert buried == (["kills_its_worker"] if deaths == 5 else [])


class Slow(ApiSession):
    """A session whose calls take so many seconds each, until the function's time-out kills it."""

    def __init__(self, world: World, seconds: Iterable[float]) -> None:
        super().__init__()
        self.deaths = 0
        self._world = world
        self._inner = world.new_session(world.sandbox)
        self._seconds = iter(seconds)
        self._ends_at = inf

    def begin(self) -> None:
        """The function is invoked."""
        self._ends_at = self._world.epoch() + TIME_OUT_MS / 1000

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        response = self._inner.request(*args, **kwargs)
        self._world.now += timedelta(seconds=next(self._seconds))
        if self._world.epoch() >= self._ends_at:
            self.deaths += 1
            raise Killed
        return response


def drain_slowly(world: World, session: Slow) -> None:
    worker = world.new_worker(session=session)
    while world.waiting:
        world.now = world.next_at()
        session.begin()
        with suppress(Killed):
            world.work(worker=worker, remaining_ms=TIME_OUT_MS)


@pytest.mark.parametrize(
    ("seconds", "deaths"),
    [
        pytest.param(repeat(TIME_OUTS.longest), 0, id="calls that all take as long as may be"),
        pytest.param(chain([1, 300], repeat(1)), 1, id="a create that outlives the function"),
        pytest.param(chain([1, 1, 300], repeat(1)), 1, id="a state that outlives the function"),
        pytest.param(chain([300], repeat(1)), 1, id="a login that outlives the function"),
    ],
)
def test_a_batch_of_ten_orders_survives(
    fast_world: World, seconds: Iterable[float], deaths: int
) -> None:
    orders = range(1, 11)
    for order in orders:
        fast_world.arrive("paid", minute=1, order=str(order))
    session = Slow(fast_world, seconds)
    drain_slowly(fast_world, session)
    assert session.deaths == deaths
    ends = dict.fromkeys((f"#{1000 + order}" for order in orders), "new paid")
    Life(begins=lambda _: None, effects=0, ends=ends).check(fast_world)
    assert repeated(fast_world) == []


class Lethal(ApiSession):
    """A session whose worker dies whenever it calls about one order."""

    def __init__(self, world: World, order_id: str) -> None:
        super().__init__()
        self._inner = world.new_session(world.sandbox)
        self._order_id = order_id.encode()

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        if self._order_id in (kwargs["data"] or b""):
            raise Killed
        return self._inner.request(*args, **kwargs)


@pytest.mark.parametrize("place", [1, 5, 10])
def test_the_deaths_over_one_message_are_not_put_down_to_the_others_of_its_batch(
    fast_world: World, place: int
) -> None:
    for order in range(1, 11):
        fast_world.arrive("paid", minute=1, order=str(order))
    deaths = 0
    while fast_world.waiting:
        fast_world.now = fast_world.next_at()
        session = Lethal(fast_world, f"#{1000 + place}")
        try:
            fast_world.work(worker=fast_world.new_worker(session=session))
        except Killed:
            deaths += 1
    assert deaths == 5
    ends = {f"#{1000 + order}": "new paid" for order in range(1, 11) if order != place}
    Life(begins=lambda _: None, effects=0, ends=ends, dead=("kills_its_worker",)).check(fast_world)
    assert repeated(fast_world) == []
