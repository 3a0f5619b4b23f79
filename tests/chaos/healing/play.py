"""One run: most webhooks of all shops are lost, and reconciliation brings in what they would have.

The shops change at their times, whether or not a webhook tells of it.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, cast, override

from tests.chaos.connections import CONNECTIONS
from tests.chaos.healing.agreement import behind
from tests.chaos.healing.lost import lost_webhooks
from tests.chaos.healing.shops import Shops, Traffic
from tests.chaos.healing.stack import Found, HealingStack
from tests.chaos.lives import Change, Delivery, deliveries, history
from tests.chaos.lives.order import Body
from tests.chaos.oracle import SHOPS
from tests.chaos.play import BEGIN, Play, Result
from tests.chaos.stack import Stack
from tests.chaos.troubles import Chances
from tests.played.sqs import Message

MILD = Chances(
    api_fault=0.1,
    late_effect=0.01,
    aws_fault=0.005,
    kill=0.05,
    second_worker=0.005,
    lost_delete=0.005,
    resync=0,
)
"""Troubles enough to meet all of them. A resync would mend what reconciliation has to."""

QUARTER_OF_AN_HOUR = 900
SETTLES = timedelta(hours=6)
"""How long rounds go on: clocks are ahead by two hours, and shops or Seven Senders down for three.

Until it is clear which webhooks were lost it takes a day and an hour.
"""


@dataclass
class Heal(Play):
    """A run with so many orders, of whose webhooks only ``share`` come; the others never do.

    ``in_time``: each comes a second after its change, and once. ``shop_faults``: the share of
    calls that the shops do not answer. ``lasts``: how long something happens in the shops; lives
    that would go on are cut off. ``settles``: how long rounds go on after that.
    """

    chances: Chances = MILD
    share: float = 0.6
    in_time: bool = False
    shop_faults: float = 0.1
    lasts: timedelta = timedelta(days=1)
    settles: timedelta = SETTLES
    _open: ExitStack = field(default_factory=ExitStack, init=False)
    _shops: Shops = field(init=False)
    _told: dict[tuple[str, str], Body] = field(default_factory=dict, init=False)
    _ends_at: float = field(default=0, init=False)
    silent: set[tuple[str, str]] = field(default_factory=set, init=False)
    """The orders with a change of which their shop tells nobody."""

    @override
    def run(self) -> Result:
        with self._open:
            return super().run()

    @property
    def healing(self) -> HealingStack:
        """The stack of the run."""
        return cast("HealingStack", self._stack)

    @property
    def found(self) -> set[tuple[str, str]]:
        """The orders that reconciliation has queued, by connection and id."""
        return {
            order
            for order, arrived in self.healing.arrivals.items()
            if any(isinstance(arrival, Found) for arrival in arrived)
        }

    @override
    def _new_stack(self, **parts: Any) -> Stack:
        traffic = Traffic(parts["clock"], parts["random"], faults=self.shop_faults)
        self._shops = self._open.enter_context(Shops(traffic))
        return HealingStack(shops=self._shops, **parts)

    @override
    def _make_orders(self) -> None:
        end = BEGIN + self.lasts
        for number in range(self.orders):
            connection = self._random.choice(list(CONNECTIONS))
            started = BEGIN + self.lasts * self._random.random()
            life = history(self._random, connection, order=1000 + number, started=started)
            changes = [change for change in life if change.at < end]
            for change in changes:
                self._plan(change.at.timestamp(), partial(self._change, connection, change))
            for delivery in self._deliveries(connection, changes):
                if self._random.random() < self.share:
                    self._come(delivery.at.timestamp(), delivery, 0)
        self._ends_at = (end + self.settles).timestamp()
        self._plan(BEGIN.timestamp(), self._ask)

    def _deliveries(self, connection: str, changes: Sequence[Change]) -> list[Delivery]:
        if not self.in_time:
            return deliveries(self._random, connection, changes)
        topics = SHOPS[str(CONNECTIONS[connection]["platform"])].ORDER_TOPICS
        return [
            Delivery(
                at=change.at + timedelta(seconds=1),
                connection=connection,
                order=str(change.body["id"]),
                topic=topic,
                body=json.dumps(change.body).encode(),
            )
            for change in changes
            for topic in change.topics
            if topic in topics
        ]

    def _change(self, connection: str, change: Change) -> None:
        """Have the shop show an order as it is from now on."""
        order = connection, str(change.body["id"])
        if "orders/delete" in change.topics:
            self._shops.delete(*order)
            return
        self._shops.put(connection, change.body)
        if change.topics:
            self._told[order] = change.body
        else:
            self.silent.add(order)

    @override
    def _plan_troubles(self) -> None:
        super()._plan_troubles()
        if self.shop_faults:
            at = self._random.uniform(*self._span())
            name = self._random.choice(list(CONNECTIONS))
            self._plan(at, partial(self._turn_off, {name}))
            self._plan(at + self._random.uniform(600, 10_800), partial(self._turn_off, set()))

    def _turn_off(self, connections: set[str]) -> None:
        self._shops.traffic.down = frozenset(connections)

    def _ask(self) -> None:
        self.healing.ask_for_rounds()
        if self._clock.seconds < self._ends_at:
            self._plan(self._clock.seconds + QUARTER_OF_AN_HOUR, self._ask)

    @override
    def _goes_on(self) -> bool:
        is_working = len(self.healing.turns) or self._clock.seconds < self._ends_at
        return bool(is_working) or super()._goes_on()

    @override
    def _differences(self, letters: Sequence[Message]) -> Iterator[str]:
        stack = self.healing
        counted = stack.counted["WebhooksLost"]
        self.counts["rounds"] = sum(map(len, stack.rounds.values()))
        self.counts["found by reconciliation"] = len(self.found)
        self.counts["webhooks counted as lost"] = counted
        yield from super()._differences(letters)
        yield from behind(stack.arrivals, shown=self._shops.shown, told=self._told)
        lost = lost_webhooks(stack.arrivals, stack.rounds)
        if not self.chances.kill and counted != lost:
            yield f"{counted} webhooks were counted as lost, should be {lost}"


def live(seed: int, orders: int) -> Result:
    """A run with mild troubles, of whose webhooks four of ten are lost."""
    return Heal(seed=seed, orders=orders).run()
