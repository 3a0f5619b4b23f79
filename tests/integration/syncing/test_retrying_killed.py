"""retry_failed is killed between any two effects, or runs twice at a time: nothing is lost."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf

import pytest

from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import Failure, Outgoing, Received, received_from_sqs
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from seven_senders_adapter.retrying import HIDDEN_SECONDS, Retried, Retry, Selection
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.troubled_orders import Life
from tests.integration.syncing.world import PlayedDeadLetterQueue, World
from tests.played.clock import PlayedClock
from tests.played.mortal import Fuse, Killed, mortal
from tests.played.sqs import PlayedFifo, PlayedSqs

CHOSEN = Selection(reasons=["state_refused"])
LEFT = 1
"""A letter that nobody chooses."""


@dataclass
class Graveyard:
    """A world whose dead letters lie in a queue, and runs of retry_failed over them."""

    world: World
    clock: PlayedClock = field(init=False)
    main: PlayedFifo = field(init=False)
    dead: PlayedFifo = field(init=False)

    def __post_init__(self) -> None:
        self.clock = PlayedClock(self.world.epoch())
        self.main, self.dead = PlayedFifo(self.clock), PlayedFifo(self.clock)
        self.sqs = PlayedSqs(self.clock, {"main": self.main, "dead": self.dead}).client

    def bury(self, orders: int) -> None:
        """So many orders with a refused state, and one that was refused itself."""
        queue = DeadLetterQueue(sqs=self.sqs, url="dead")
        self.world.dead_letter_queue = Filled(queue)
        self.world.worker = self.world.new_worker()
        self.world.sandbox.play(
            FaultRule(path="^/order_states$", status=400),
            FaultRule(method="POST", path="^/orders$", order_id="#1099", status=422),
        )
        for order in [*range(1, orders + 1), 99]:
            self.world.arrive("paid", minute=1, order=str(order))
        self.world.drain()
        self.world.sandbox.play()
        assert len(self.dead) == orders + LEFT

    def retry(self, fuse: Fuse) -> Retried:
        """One run, of a process of its own."""
        table = Table(client=mortal(self.world.dynamodb, fuse), name="ledger")
        sqs = mortal(self.sqs, fuse)
        retry = Retry(
            queue=Queue(sqs=sqs, url="main"),
            dead_letter_queue=DeadLetterQueue(sqs=sqs, url="dead"),
            dead_letters=DeadLetters(table=table),
            orders=Orders(table=table),
            brakes=Brakes(table=table),
            telemetry=self.world.telemetry,
            now=self.clock.now,
        )
        return retry.run(CHOSEN, has_time=lambda: True)

    def retry_again(self) -> None:
        """The next run, when all letters can be had again."""
        self.clock.sleep(HIDDEN_SECONDS)
        self.retry(Fuse(inf))

    def returned(self) -> Counter[str]:
        """How often each order's letter is in the main queue."""
        return Counter(message.text("order") for message in self.main.messages)

    def sync(self) -> None:
        """Work what was returned."""
        self.world.now = self.clock.now()
        for message in self.main.messages:
            received = received_from_sqs(message.as_received())
            self.world.put(
                Outgoing(group=received.group, body=received.raw, attributes=received.attributes)
            )
        self.world.drain()


class Filled(PlayedDeadLetterQueue):
    """Notes what is buried, and puts it into a queue."""

    def __init__(self, queue: DeadLetterQueue) -> None:
        super().__init__()
        self._queue = queue

    def bury(self, message: Received, failure: Failure) -> None:
        super().bury(message, failure)
        self._queue.bury(message, failure)


def effects(orders: int) -> int:
    """Each page is received, and the end; each letter sent, unlisted, deleted; one released."""
    pages = -(-(orders + LEFT) // 10)
    return pages + 1 + 3 * orders + LEFT


def check(graveyard: Graveyard, orders: int, *, at_most: int) -> None:
    """Each letter that was chosen is back, and listed no more; the other lies where it lay."""
    returned = graveyard.returned()
    assert returned.keys() == {str(order) for order in range(1, orders + 1)}
    assert sorted(returned.values())[:-1] == [1] * (orders - 1)
    assert max(returned.values()) <= at_most
    assert [message.text("order") for message in graveyard.dead.messages] == ["99"]
    assert [letter.order for letter in graveyard.world.ledger.dead_letters.list()] == ["99"]


@pytest.mark.parametrize("orders", [3, 12])
def test_the_points_reach_to_the_last_effect(new_world: Callable[[], World], orders: int) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(orders)
    fuse = Fuse(inf)
    assert graveyard.retry(fuse) == Retried(returned=orders, left=LEFT)
    assert fuse.burnt == effects(orders)
    check(graveyard, orders, at_most=1)


@pytest.mark.parametrize("point", range(effects(3) + 1))
def test_killed_at_any_point_it_loses_no_letter_and_no_order_is_worse_for_it(
    new_world: Callable[[], World], point: int
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(3)
    with suppress(Killed):
        graveyard.retry(Fuse(point))
    graveyard.retry_again()
    check(graveyard, 3, at_most=2)
    graveyard.sync()
    ends = {f"#{1000 + order}": "new paid" for order in range(1, 4)}
    Life(begins=lambda _: None, effects=0, ends=ends).check_orders(graveyard.world)


@pytest.mark.parametrize("point", range(20, effects(12) + 1, 3))
def test_killed_in_a_page_it_goes_on_where_it_was(
    new_world: Callable[[], World], point: int
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(12)
    with suppress(Killed):
        graveyard.retry(Fuse(point))
    graveyard.retry_again()
    check(graveyard, 12, at_most=2)


@pytest.mark.parametrize("point", range(effects(3) + 1))
def test_two_runs_at_a_time_return_each_letter_once(
    new_world: Callable[[], World], point: int
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(3)
    graveyard.retry(Fuse(point, then=lambda: second(graveyard)))
    check(graveyard, 3, at_most=1)


def second(graveyard: Graveyard) -> None:
    graveyard.retry(Fuse(inf))
