"""One run: order lives of all shops, through the stack, with troubles; and what became of them."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from http import HTTPStatus
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from seven_senders_local.sandbox import Sandbox
from seven_senders_local.sandbox.settings import Settings
from tests.chaos.comparison import differences, said_twice
from tests.chaos.connections import CONNECTIONS
from tests.chaos.lives import Delivery, deliveries, history
from tests.chaos.stack import Stack
from tests.chaos.troubles import DOWN, Chances, Troubles, api_faults
from tests.played.clock import PlayedClock
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.sqs import Message
from tests.played.ssm import MemorySsm

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

BEGIN = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
ORDERS_A_DAY = 50
SHOPIFY_REPEATS = (60, 240, 600, 1200, 1800, 3600, 3600, 3600)
"""Seconds between the tries of a delivery that was not answered 200: 8 more in 4 hours."""

LONGEST_DRAIN = timedelta(days=20)


class DidNotDrain(Exception):
    """Messages are still in the queue, long after the last delivery: how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What differs from what should be, in words, and how much was played.

    ``said_twice``: re-openings that stand in the dead letters more than once. After a kill they
    may, for what was killed in between is done again.
    """

    differences: list[str]
    said_twice: list[str]
    counts: Counter[str]


@dataclass(slots=True)
class Play:
    """A run with so many orders. The same seed plays the same."""

    seed: int
    orders: int
    chances: Chances = field(default_factory=Chances)
    dynamodb: "DynamoDBClient" = field(default_factory=lambda: MemoryDynamoDB().client)
    ssm: "SSMClient" = field(default_factory=lambda: MemorySsm().client)
    counts: Counter[str] = field(default_factory=Counter, init=False)
    _random: Random = field(init=False)
    _clock: PlayedClock = field(init=False)
    _sandbox: Sandbox = field(init=False)
    _stack: Stack = field(init=False)
    _coming: list[tuple[float, int, Delivery, int]] = field(default_factory=list, init=False)
    _planned: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list, init=False)
    _numbers: Iterator[int] = field(default_factory=count, init=False)

    def run(self) -> Result:
        """Play until every shop has said all, and the queue is empty."""
        self._random = Random(self.seed)
        self._clock = PlayedClock(BEGIN.timestamp())
        with Sandbox(now=self._clock.epoch, settings=self._wire()) as self._sandbox:
            troubles = Troubles(self._random, self.chances)
            self._stack = self._new_stack(
                clock=self._clock,
                random=self._random,
                troubles=troubles,
                dynamodb=self.dynamodb,
                ssm=self.ssm,
            )
            self._stack.connect(api_url=self._sandbox.api_url)
            self._make_orders()
            self._plan_troubles()
            self._play()
            self.counts |= troubles.struck
            self.counts["killed"] = self._stack.kills
            self.counts["API calls"] = len(self._sandbox.calls)
            self.counts["API faults"] = sum(call.faulty for call in self._sandbox.calls)
            letters = self._stack.dead.messages
            return Result(
                differences=list(self._differences(letters)),
                said_twice=said_twice(letters),
                counts=self.counts,
            )

    def _new_stack(self, **parts: Any) -> Stack:
        return Stack(**parts)

    def _differences(self, letters: Sequence[Message]) -> Iterator[str]:
        return differences(
            self._stack.arrivals,
            account=self._sandbox.account,
            dead_letters=letters,
            may_come_again=bool(self.chances.kill or self.chances.lost_delete),
        )

    def _wire(self) -> Settings:
        """The API in one of its plausible forms.

        One that ignores ``order_id`` as a filter is left out: there an order whose creation was
        lost waits for a person.
        """
        choose = self._random.choice
        return Settings(
            id_form=choose(["id", "iri", "@id", "location", "none"]),
            list_form=choose(["array", "hydra"]),
            duplicate_answer=choose(["400", "409", "422", "200", "second"]),
            login_ends_token=choose([True, False]),
        )

    def _make_orders(self) -> None:
        days = self.orders / ORDERS_A_DAY
        for number in range(self.orders):
            connection = self._random.choice(list(CONNECTIONS))
            started = BEGIN + timedelta(days=self._random.uniform(0, days))
            changes = history(self._random, connection, order=1000 + number, started=started)
            for delivery in deliveries(self._random, connection, changes):
                self._come(delivery.at.timestamp(), delivery, 0)

    def _come(self, at: float, delivery: Delivery, tries: int) -> None:
        heappush(self._coming, (at, next(self._numbers), delivery, tries))

    def _plan(self, at: float, action: Callable[[], None]) -> None:
        heappush(self._planned, (at, next(self._numbers), action))

    def _span(self) -> tuple[float, float]:
        """When the first of what is going to happen does, and the last."""
        times = [*(entry[0] for entry in self._coming), *(entry[0] for entry in self._planned)]
        return min(times), max(times)

    def _plan_troubles(self) -> None:
        self._heal()
        begin, end = self._span()
        if not self.chances.api_fault:
            return
        for trouble in (self._down, self._locked, self._revoke):
            at = self._random.uniform(begin, end)
            self._plan(at, trouble)
            self._plan(at + self._random.uniform(600, 7200), self._heal)
        self._plan(begin + 3600, self._hourly)

    def _heal(self) -> None:
        self._sandbox.play(*api_faults(self.chances.api_fault), seed=self.seed)
        self._allow(None)

    def _down(self) -> None:
        self._sandbox.play(*DOWN)

    def _locked(self) -> None:
        keys = sorted({str(settings["access_key"]) for settings in CONNECTIONS.values()})
        self._allow(frozenset(keys) - {self._random.choice(keys)})
        self._revoke()

    def _revoke(self) -> None:
        with self._sandbox.lock:
            self._sandbox.service.access.grants.clear()

    def _allow(self, keys: frozenset[str] | None) -> None:
        with self._sandbox.lock:
            service = self._sandbox.service
            service.settings = service.settings.changed({"access_keys": keys})

    def _hourly(self) -> None:
        self._stack.retry_failed()
        self._plan(self._clock.seconds + 3600, self._hourly)

    def _play(self) -> None:
        last = self._span()[1] + LONGEST_DRAIN.total_seconds()
        while self._goes_on():
            delivery_at = self._coming[0][0] if self._coming else float("inf")
            plan_at = self._planned[0][0] if self._planned else float("inf")
            self._clock.reach(min(delivery_at, plan_at, self._stack.next_at()))
            if self._clock.seconds > last:
                raise DidNotDrain(f"{len(self._stack.main)} messages; seed {self.seed}")
            if plan_at <= self._clock.seconds:
                heappop(self._planned)[2]()
            elif delivery_at <= self._clock.seconds:
                self._deliver(*heappop(self._coming)[2:])
            else:
                self._stack.work()
                self.counts["batches"] += 1

    def _goes_on(self) -> bool:
        return bool(self._coming or len(self._stack.main))

    def _deliver(self, delivery: Delivery, tries: int) -> None:
        self.counts["deliveries"] += 1
        status = self._stack.deliver(delivery)
        if self._random.random() < self.chances.resync:
            self.counts["resyncs"] += 1
            self._stack.resync(delivery.connection, delivery.order)
        repeats = SHOPIFY_REPEATS if "shopify" in delivery.connection else ()
        if status != HTTPStatus.OK and tries < len(repeats):
            self._come(self._clock.seconds + repeats[tries], delivery, tries + 1)


def play(seed: int, orders: int) -> Result:
    """A run with every trouble."""
    return Play(seed=seed, orders=orders).run()


def be_quiet() -> None:
    """Drop what the functions print from now on: their log lines and metrics."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
