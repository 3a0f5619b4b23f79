"""A shop's past orders: found in the shop page by page, and brought in behind the live ones.

Progress is kept after each page. Stopped anywhere, the page is looked at once more; an order that
was queued already is then queued twice at most, which changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Protocol

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.domain.observation import first_record, observe
from seven_senders_adapter.domain.order_record import Fields, OrderRecord
from seven_senders_adapter.domain.plan import AddState, Create, Step, Update, next_step
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.ledger.backfills import Backfill, Backfills, Tally
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.messages import BACKFILL
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reconciling.comparison import (
    NEEDED,
    Compared,
    Comparison,
    Found,
    Verdict,
)
from seven_senders_adapter.reconciling.room import Room
from seven_senders_adapter.shop_apis.shop_api import By, OrderApi, Span
from seven_senders_cli.making_room import wait_for_room
from seven_senders_cli.pauses import Pauses

CALLS_AN_ORDER = 3
"""An estimate: an order is created, and has about two states."""


class Watcher(Protocol):
    """Is told what happens."""

    def looked_at(self, tally: Tally) -> None:
        """One order more was looked at."""

    def unreadable(self, order: str | None, missing: Sequence[str]) -> None:
        """An order of the shop lacks something; its id, if that is known."""

    def waits(self, why: str) -> None:
        """It begins to wait for room in the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What bringing orders in takes: calls at Seven Senders, and time at the least."""

    calls: int
    time: timedelta


@dataclass(frozen=True, kw_only=True)
class Job:
    """Brings in past orders of one connection, so many a second at most.

    Every call raises ShopApiError, AwsUnavailable or UnreadableRow.
    """

    connection: str
    document: ConnectionDocument
    api: OrderApi
    orders: Orders
    backfills: Backfills
    queue: Queue
    room: Room
    rate: float
    pauses: Pauses

    def opened(self, since: datetime, until: datetime | None) -> Backfill:
        """The last back-fill if it is of these dates and not finished, else a new one."""
        known = self.backfills.load(self.connection)
        if known is None:
            return self.new(since, until)
        if not known.finished_at and (known.begin, known.until) == (since, until):
            return known
        return replace(self.new(since, until), version=known.version)

    def new(self, since: datetime, until: datetime | None) -> Backfill:
        """One that has not begun."""
        end = until or self.pauses.now().replace(microsecond=0)
        return Backfill(begin=since, end=end, until=until)

    def count(self, backfill: Backfill) -> int:
        """How many orders it looks at, from its begin."""
        return self.api.count(_span(backfill))

    def guess(self, orders: int) -> Estimate:
        """What so many orders take, all of them being new."""
        return self._estimate(orders, calls=orders * CALLS_AN_ORDER)

    def look(self, backfill: Backfill, watcher: Watcher) -> tuple[Tally, Estimate]:
        """What it would find from where it is, and what that would take; nothing is changed."""
        counter = Counter(self.document)
        seen = self._walk(backfill, watcher, act=counter, save=_unsaved).tally
        return seen, self._estimate(seen.needed, calls=counter.calls)

    def run(self, backfill: Backfill, watcher: Watcher) -> Backfill:
        """Bring in what is needed, from where it is. Raises Conflict if another run is at it."""
        feeder = Feeder(
            queue=self.queue,
            room=self.room,
            rate=self.rate,
            pauses=self.pauses,
            watcher=watcher,
        )
        return self._walk(backfill, watcher, act=feeder, save=self._save)

    def _estimate(self, orders: int, *, calls: int) -> Estimate:
        return Estimate(calls=calls, time=timedelta(seconds=ceil(orders / self.rate)))

    def _save(self, backfill: Backfill) -> Backfill:
        return self.backfills.save(self.connection, backfill)

    def _walk(
        self,
        backfill: Backfill,
        watcher: Watcher,
        *,
        act: Callable[[Found], None],
        save: Callable[[Backfill], Backfill],
    ) -> Backfill:
        comparison = Comparison(
            connection=self.connection,
            document=self.document,
            topic=BACKFILL,
            orders=self.orders,
            now=self.pauses.now,
        )
        while not backfill.finished_at:
            page = self.api.page(_span(backfill), backfill.position)
            tally = _looked_at(comparison.of(page.orders), backfill.tally, act, watcher)
            finished_at = self.pauses.now() if page.next is None else None
            backfill = save(
                replace(backfill, tally=tally, position=page.next, finished_at=finished_at)
            )
        return backfill


def _span(backfill: Backfill) -> Span:
    return Span(by=By.CREATION, begin=backfill.begin, end=backfill.end)


def _unsaved(backfill: Backfill) -> Backfill:
    return backfill


def _looked_at(
    compared: Compared, tally: Tally, act: Callable[[Found], None], watcher: Watcher
) -> Tally:
    compared.check_rows()
    for error in compared.unreadable:
        watcher.unreadable(error.order, error.missing)
    tally = replace(tally, unreadable=tally.unreadable + len(compared.unreadable))
    for one in compared.found:
        if one.verdict in NEEDED:
            act(one)
        tally = _with(tally, one)
        watcher.looked_at(tally)
    return tally


def _with(tally: Tally, found: Found) -> Tally:
    match found.verdict:
        case Verdict.UNKNOWN:
            return replace(tally, new=tally.new + 1)
        case Verdict.BEHIND:
            return replace(tally, changed=tally.changed + 1)
        case Verdict.UP_TO_DATE:
            return replace(tally, up_to_date=tally.up_to_date + 1)
        case _:
            count = tally.left_out.get(found.reason, 0) + 1
            return replace(tally, left_out={**tally.left_out, found.reason: count})


class Feeder:
    """Queues orders, at most ``rate`` a second, each only while there is room for it."""

    def __init__(
        self, *, queue: Queue, room: Room, rate: float, pauses: Pauses, watcher: Watcher
    ) -> None:
        self._queue = queue
        self._room = room
        self._every = timedelta(seconds=1 / rate)
        self._pauses = pauses
        self._watcher = watcher
        self._due = pauses.now()

    def __call__(self, found: Found) -> None:
        """Queue an order once its turn has come. Raises AwsUnavailable."""
        self._keep_to_the_rate()
        wait_for_room(self._room, self._pauses, self._watcher.waits)
        now = self._pauses.now()
        self._due = now + self._every
        self._queue.send(replace(found.event, received_at=now))

    def _keep_to_the_rate(self) -> None:
        early = self._due - self._pauses.now()
        if early > timedelta():
            self._pauses.sleep(early.total_seconds())


class Counter:
    """Counts the calls that orders would take, and queues none."""

    def __init__(self, settings: MappingSettings) -> None:
        self.calls = 0
        self._settings = settings

    def __call__(self, found: Found) -> None:
        """Count those of an order."""
        self.calls += calls_for(found, self._settings)


def calls_for(found: Found, settings: MappingSettings) -> int:
    """The calls at Seven Senders that bring an order in, if none of them is refused."""
    record = _wanted(found, settings)
    looks_up = settings.look_up_before_create and record.accepted is None
    calls = int(looks_up)
    while (step := next_step(record)) is not None:
        record = _taken(step, record)
        calls += 1
    return calls


def _wanted(found: Found, settings: MappingSettings) -> OrderRecord:
    event, snapshot = found.event, found.snapshot
    at, digest = event.received_at, event.digest
    if found.record is None:
        return first_record(event.connection, snapshot, settings, received_at=at, digest=digest)
    return observe(found.record, snapshot, settings, received_at=at, digest=digest)


def _taken(step: Step, record: OrderRecord) -> OrderRecord:
    match step:
        case Create():
            return replace(record, accepted=step.fields)
        case AddState():
            accepted = {**record.accepted_states, step.state: step.at}
            return replace(record, accepted_states=accepted)
        case Update():
            return replace(record, accepted=replace(record.accepted or Fields(), **step.changes))
