"""Runs over the dead letters that are stopped at any effect, or are two at a time, lose none."""

import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from math import inf

import pytest

from seven_senders_adapter.dead_letter_run import (
    HIDDEN_SECONDS,
    DeadLetterRun,
    Selection,
    Tally,
    always,
    unobserved,
)
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import Failure, Outgoing, Received, received_from_sqs
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from seven_senders_adapter.retrying import Retry
from seven_senders_cli.dead_letters import no_action
from seven_senders_cli.interrupting import between_steps
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.troubled_orders import Life
from tests.integration.syncing.world import PlayedDeadLetterQueue, World
from tests.played.clock import PlayedClock
from tests.played.mortal import Fuse, Killed, mortal
from tests.played.sqs import PlayedFifo, PlayedSqs

CHOSEN = Selection(reasons=["state_refused"])
NONE = Selection(reasons=["failed_for_a_day"])
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

    def retry(
        self,
        fuse: Fuse,
        selection: Selection = CHOSEN,
        *,
        has_time: Callable[[], bool] = always,
        progress: Callable[[Tally], None] = unobserved,
    ) -> Tally:
        """One run of retry_failed, in a process of its own."""
        retry = Retry(
            queue=Queue(sqs=mortal(self.sqs, fuse), url="main"),
            brakes=Brakes(table=self._table(fuse)),
            now=self.clock.now,
        )
        return self._run(fuse).run(selection, retry, has_time=has_time, progress=progress)

    def drop(self, fuse: Fuse) -> Tally:
        """One run of ``failed drop``, in a process of its own."""
        return self._run(fuse).run(CHOSEN, no_action)

    def listed(self) -> list[str]:
        """The orders of the letters in the index."""
        return sorted(letter.order for letter in self.world.ledger.dead_letters.list())

    def _run(self, fuse: Fuse) -> DeadLetterRun:
        return DeadLetterRun(
            queue=DeadLetterQueue(sqs=mortal(self.sqs, fuse), url="dead"),
            index=DeadLetters(table=self._table(fuse)),
            now=self.clock.now,
        )

    def _table(self, fuse: Fuse) -> Table:
        return Table(client=mortal(self.world.dynamodb, fuse), name="ledger")

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
    check_gone(graveyard)


def check_gone(graveyard: Graveyard) -> None:
    """No letter that was chosen lies or stands anywhere; the other does."""
    assert [message.text("order") for message in graveyard.dead.messages] == ["99"]
    assert graveyard.listed() == ["99"]


@pytest.mark.parametrize("orders", [3, 12])
def test_the_points_reach_to_the_last_effect(new_world: Callable[[], World], orders: int) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(orders)
    fuse = Fuse(inf)
    assert graveyard.retry(fuse) == Tally(taken=orders, left=LEFT)
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
    graveyard.clock.sleep(HIDDEN_SECONDS)
    graveyard.retry(Fuse(inf))
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
    graveyard.clock.sleep(HIDDEN_SECONDS)
    graveyard.retry(Fuse(inf))
    check(graveyard, 12, at_most=2)


@pytest.mark.parametrize("point", range(effects(3) + 1))
def test_ctrl_c_at_any_point_ends_it_after_a_letter_and_the_next_run_has_the_rest_at_once(
    new_world: Callable[[], World], point: int
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(3)
    with suppress(KeyboardInterrupt), between_steps() as go_on:
        graveyard.retry(Fuse(point, then=press_ctrl_c), has_time=go_on)
    graveyard.retry(Fuse(inf))
    check(graveyard, 3, at_most=1)


@pytest.mark.parametrize("point", range(effects(3) + 1))
def test_an_exception_at_any_point_loses_no_letter(
    new_world: Callable[[], World], point: int
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(3)
    with suppress(KeyboardInterrupt):
        graveyard.retry(Fuse(point, then=press_ctrl_c))
    graveyard.clock.sleep(HIDDEN_SECONDS)
    graveyard.retry(Fuse(inf))
    check(graveyard, 3, at_most=2)


@pytest.mark.parametrize("point", range(effects(3) + 1))
def test_a_drop_that_is_killed_at_any_point_is_completed_by_the_next_one(
    new_world: Callable[[], World], point: int
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(3)
    with suppress(Killed):
        graveyard.drop(Fuse(point))
    graveyard.clock.sleep(HIDDEN_SECONDS)
    graveyard.drop(Fuse(inf))
    check_gone(graveyard)
    assert graveyard.main.sent == 0


def test_what_a_killed_drop_left_unlisted_is_listed_by_the_next_run_that_leaves_it(
    new_world: Callable[[], World],
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(1)
    received_and_unlisted = 2
    with suppress(Killed):
        graveyard.drop(Fuse(received_and_unlisted))
    assert graveyard.listed() == ["99"]
    graveyard.clock.sleep(HIDDEN_SECONDS)
    assert graveyard.retry(Fuse(inf), NONE) == Tally(left=1 + LEFT)
    assert graveyard.listed() == ["1", "99"]


@pytest.mark.parametrize("point", range(effects(3) + 1))
def test_two_runs_at_a_time_return_each_letter_once(
    new_world: Callable[[], World], point: int
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(3)
    graveyard.retry(Fuse(point, then=lambda: unobserved(graveyard.retry(Fuse(inf)))))
    check(graveyard, 3, at_most=1)


def test_a_run_that_takes_longer_than_letters_are_hidden_meets_each_once(
    new_world: Callable[[], World],
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(15)

    def be_slow_while_another_has_the_rest(tally: Tally) -> None:
        if tally.seen == 1:
            graveyard.dead.receive(HIDDEN_SECONDS + 10)
        graveyard.clock.sleep(HIDDEN_SECONDS / 8)

    tally = graveyard.retry(Fuse(inf), NONE, progress=be_slow_while_another_has_the_rest)
    assert tally == Tally(left=15 + LEFT)
    assert graveyard.retry(Fuse(inf)) == Tally(taken=15, left=LEFT)


def test_what_fails_again_at_once_is_left_to_the_next_run(
    new_world: Callable[[], World],
) -> None:
    graveyard = Graveyard(new_world())
    graveyard.bury(3)
    refused = received_from_sqs(graveyard.dead.messages[0].as_received())
    failure = refused.failure()
    assert failure
    looks = count()

    def fail_again(tally: Tally) -> None:
        graveyard.clock.sleep(1)
        if len(graveyard.dead) < 3 + LEFT:
            DeadLetterQueue(sqs=graveyard.sqs, url="dead").bury(refused, failure)

    tally = graveyard.retry(Fuse(inf), has_time=lambda: next(looks) < 99, progress=fail_again)
    assert tally == Tally(taken=3, left=LEFT + 3)


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)
