"""Workers in turn, shops whose orders go on, and days that pass; what was called, counted."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from random import Random

from seven_senders_adapter.syncing.batch import BatchSync
from seven_senders_local.sandbox import Sandbox
from tests.integration.syncing.fast import Noted
from tests.integration.syncing.world import START, World
from tests.played.direct import AccountFault, direct_session

WORKERS = 5
"""As many as MaximumConcurrency lets work at a time."""
SHOWN = (
    ("", "paid", "paid in_preparation", "paid in_preparation shipped"),
    ("paid in_preparation", "paid in_preparation shipped"),
    ("paid", "paid cancelled"),
    ("", "paid", "paid refunded"),
)
"""What the shop shows of an order, one snapshot after another."""

ELSEWHERE = "elsewhere"
"""The connection at an API of its own, which always has one order an hour."""


@dataclass(order=True)
class _Arrival:
    after: timedelta
    order: int
    step: int
    connection: str


@dataclass
class BusyWorld:
    """A world with workers in turn.

    ``elsewhere`` is another API, ``faults`` are those of single accounts, which may be changed.
    ``undisturbed`` are the connections of which no event may ever wait.
    """

    world: World
    elsewhere: Sandbox
    faults: list[AccountFault]
    undisturbed: frozenset[str] = frozenset({ELSEWHERE})
    random: Random = field(default_factory=lambda: Random(20260302))
    telemetry: Noted = field(init=False)
    _workers: Iterator[BatchSync] = field(init=False)

    def __post_init__(self) -> None:
        self.world.connect(ELSEWHERE, access_key=ELSEWHERE, api_url=self.elsewhere.api_url)
        self._workers = cycle(
            [self.world.new_worker(jitter=self.random.random) for _ in range(WORKERS)]
        )
        assert isinstance(self.world.telemetry, Noted)
        self.telemetry = self.world.telemetry

    def live(self, time: timedelta, *, orders: int, connections: Sequence[str] = ("demo",)) -> None:
        """Let time pass, with orders of some connections that go on, and one an hour elsewhere."""
        began = self.world.now
        arrivals = sorted(self._arrivals(time, orders, connections), reverse=True)
        while arrivals or self.world.now < began + time:
            while arrivals and began + arrivals[-1].after <= self.world.now:
                self._arrive(arrivals.pop())
            self.work()
            coming = [began + time, *(began + a.after for a in arrivals[-1:])]
            coming += [self.world.next_at()] if self.world.waiting else []
            self.world.now = min(coming)

    def work(self) -> None:
        """All that can be received now."""
        while self.world.receivable():
            self.world.work(worker=next(self._workers))
        groups = {entry.message.group.split("/")[0] for entry in self.world.waiting}
        assert not groups & self.undisturbed

    def drain(self, limit: timedelta) -> None:
        """Let time pass until nothing waits any more."""
        end = self.world.now + limit
        while self.world.waiting:
            self.world.now = self.world.next_at()
            assert self.world.now < end, f"still {len(self.world.waiting)} messages after {limit}"
            self.work()

    def _arrivals(
        self, time: timedelta, orders: int, connections: Sequence[str]
    ) -> Iterator[_Arrival]:
        for order in range(orders):
            steps = len(SHOWN[order % len(SHOWN)])
            connection = connections[order % len(connections)]
            times = sorted(self.random.random() * time for _ in range(steps))
            for step, after in enumerate(times):
                yield _Arrival(after, order, step, connection)
        for hour in range(int(time / timedelta(hours=1))):
            yield _Arrival(timedelta(hours=hour), 1 + len(SHOWN) * hour, 0, ELSEWHERE)

    def _arrive(self, arrival: _Arrival) -> None:
        states = SHOWN[arrival.order % len(SHOWN)][arrival.step]
        self.world.arrive(
            states.replace("shipped", ""),
            minute=(self.world.now - START) / timedelta(minutes=1),
            order=str(arrival.order),
            connection=arrival.connection,
            shipped="shipped" in states,
        )


def outcome(sandbox: Sandbox) -> dict[str, str]:
    """The states of each order of an API as they followed each other; none is there twice."""
    orders = [o for account in sandbox.service.accounts.values() for o in account.orders.values()]
    assert len({order.order_id for order in orders}) == len(orders)
    return {
        order.order_id: " ".join(
            [entry.state for entry in order.states]
            + ["shipped"] * (order.fields["boarding_complete"] is True)
        )
        for order in orders
    }


def expected(orders: int) -> dict[str, str]:
    """What should become of so many orders."""
    return {f"#{1000 + order}": f"new {SHOWN[order % len(SHOWN)][-1]}" for order in range(orders)}


@contextmanager
def busy_world(new_world: Callable[[], World]) -> Iterator[BusyWorld]:
    """A busy world in memory."""
    world = new_world()
    faults: list[AccountFault] = []
    with Sandbox(now=world.epoch) as elsewhere:
        world.new_session = lambda sandbox: direct_session(sandbox, elsewhere, faults=faults)
        yield BusyWorld(world=world, elsewhere=elsewhere, faults=faults)
