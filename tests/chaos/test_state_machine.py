"""Any order of deliveries, faults, crashes and time, as hypothesis finds them."""

from dataclasses import dataclass, field, replace
from math import inf
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from seven_senders_local.sandbox import FaultRule, Sandbox
from tests.chaos.comparison import differences
from tests.chaos.connections import CONNECTIONS
from tests.chaos.lives import Delivery, deliveries, history
from tests.chaos.play import BEGIN
from tests.chaos.stack import Stack
from tests.chaos.troubles import CALM, LATEST_EFFECT, Troubles, api_faults
from tests.played.clock import PlayedClock
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.ssm import MemorySsm

A_DAY = 24 * 3600
MANY_BATCHES = 500
MOST_KILLS = 4
"""One more in a row, and a message counts as one that kills its workers."""


@dataclass(slots=True)
class NextTroubles(Troubles):
    """What goes wrong next, once; then all goes well."""

    effects: float = inf
    calls_of_aws: float = inf
    late: list[float] = field(default_factory=list)
    second_workers: int = 0
    lost_deletes: int = 0

    def effects_until_killed(self) -> float:
        effects, self.effects = self.effects, inf
        return effects

    def fails(self) -> bool:
        self.calls_of_aws -= 1
        return self.calls_of_aws == 0

    def late_by(self) -> float | None:
        return self.late.pop() if self.late else None

    def latency(self) -> float:
        return 0.2

    def sends_second_worker(self) -> bool:
        self.second_workers -= 1
        return self.second_workers == 0

    def loses_delete(self) -> bool:
        self.lost_deletes -= 1
        return self.lost_deletes == 0


class AdapterMachine(RuleBasedStateMachine):
    """Two orders of two shops, and everything that may happen to them."""

    @initialize(seed=st.integers(0, 10_000), shops=st.permutations(list(CONNECTIONS)))
    def open_shops(self, seed: int, shops: list[str]) -> None:
        random = Random(seed)
        self.clock = PlayedClock(BEGIN.timestamp())
        self.troubles = NextTroubles(random, CALM)
        self.sandbox = Sandbox(now=self.clock.epoch)
        self.sandbox.start()
        self.stack = Stack(
            clock=self.clock,
            random=random,
            troubles=self.troubles,
            dynamodb=MemoryDynamoDB().client,
            ssm=MemorySsm().client,
        )
        self.stack.connect(api_url=self.sandbox.api_url)
        self.kills_left = MOST_KILLS
        self.coming: list[Delivery] = []
        for number, shop in enumerate(shops[:2]):
            changes = history(random, shop, order=1000 + number, started=BEGIN)
            self.coming += deliveries(random, shop, changes)

    @rule(which=st.integers(0, 3))
    def deliver(self, which: int) -> None:
        """One of the next four, so that they overtake one another; it may come again."""
        if self.coming:
            delivery = self.coming.pop(min(which, len(self.coming) - 1))
            self.reach(delivery.at.timestamp())
            if self.stack.deliver(delivery) != 200:
                self.coming.insert(0, delivery)

    @rule(which=st.integers(0, 1))
    def person_has_an_order_compared(self, which: int) -> None:
        orders = list(self.stack.arrivals)
        if which < len(orders):
            self.stack.resync(*orders[which])

    @rule()
    def work(self) -> None:
        """What can be received is worked."""
        self.stack.work()

    @rule(seconds=st.integers(1, 20_000))
    def wait(self, seconds: int) -> None:
        self.clock.sleep(seconds)
        self.stack.work()

    @rule(fault=st.sampled_from(api_faults(1)), times=st.integers(1, 3))
    def api_fails(self, fault: FaultRule, times: int) -> None:
        self.sandbox.play(replace(fault, probability=1, times=times))

    @rule(seconds=st.floats(0, LATEST_EFFECT))
    def call_takes_effect_late(self, seconds: float) -> None:
        self.troubles.late.append(seconds)

    @rule(calls=st.integers(1, 30))
    def aws_fails(self, calls: int) -> None:
        self.troubles.calls_of_aws = calls

    @precondition(lambda self: self.kills_left > 0)
    @rule(effects=st.integers(1, 30))
    def process_is_killed(self, effects: int) -> None:
        self.kills_left -= 1
        self.troubles.effects = effects

    @rule(calls=st.integers(1, 8))
    def second_worker_comes(self, calls: int) -> None:
        self.troubles.second_workers = calls

    @rule()
    def done_message_comes_again(self) -> None:
        self.troubles.lost_deletes = 1

    @rule()
    def token_is_revoked(self) -> None:
        with self.sandbox.lock:
            self.sandbox.service.access.grants.clear()

    @rule()
    def dead_letters_are_retried(self) -> None:
        self.stack.retry_failed()

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            try:
                self.settle()
            finally:
                self.sandbox.stop()

    def settle(self) -> None:
        """What was planned may still go wrong; each order comes to where it should be."""
        self.sandbox.play()
        for delivery in self.coming:
            self.reach(delivery.at.timestamp())
            self.stack.deliver(delivery)
        self.work_until(inf)
        found = differences(
            self.stack.arrivals,
            account=self.sandbox.account,
            dead_letters=self.stack.dead.messages,
            may_come_again=True,
        )
        assert list(found) == []

    def reach(self, at: float) -> None:
        """Let time pass; no message waits for days before anybody looks."""
        if at - self.clock.seconds > A_DAY:
            self.work_until(at)
        self.clock.reach(at)

    def work_until(self, end: float) -> None:
        """Work whatever can be received until then."""
        for _ in range(MANY_BATCHES):
            at = self.stack.main.next_at()
            if at is None or at > end:
                return
            self.clock.reach(at)
            self.stack.work()
        raise AssertionError("the queue does not drain")


TestAdapter = AdapterMachine.TestCase
TestAdapter.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
