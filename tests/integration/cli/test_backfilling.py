"""A shop's past orders are brought in page by page, slowly, and behind the live ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import override

import pytest

from seven_senders_adapter.clock import from_text, to_text
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.backfills import Backfill, Backfills, Tally
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Conflict, Table
from seven_senders_adapter.messages import OrderEvent
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reconciling.room import Room
from seven_senders_adapter.shop_apis.shop_api import By, Page, ShopUnreachable, Span
from seven_senders_adapter.shops.reading import Body
from seven_senders_cli.backfilling import Job
from seven_senders_cli.making_room import QUIET
from seven_senders_cli.pauses import Pauses
from tests.played.clock import PlayedClock
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.mortal import Fuse, Killed, mortal
from tests.played.sqs import PlayedFifo, PlayedSqs
from tests.unit.shops.orders import shopify_order

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 10, 1, 12, 0, 0, 250_000, tzinfo=UTC)
URL = "https://sqs/order-events"
PAGE_SIZE = 2
EFFECTS = 5 + 3
"""Of five orders and their three pages."""
CONNECTION = {"platform": "shopify", "webhook_secrets": ["s"], "access_key": "k"}


def order(id_: int, **changes: object) -> Body:
    """An order that was created so many hours after the first one that is looked for."""
    created = to_text(SINCE + timedelta(hours=id_))
    times = {"created_at": created, "processed_at": created, "updated_at": created}
    shown = {"id": id_, "name": f"#{id_}", "financial_status": "paid", **times}
    return shopify_order(**shown | changes)


class PlayedShop:
    """Shows its orders by creation, a few a page. ``fails``: so many calls of a page go wrong."""

    def __init__(self, orders: Sequence[Body], *, page_size: int = PAGE_SIZE) -> None:
        self.orders = orders
        self.asked: list[str | None] = []
        self.fails = 0
        self._page_size = page_size

    def count(self, span: Span) -> int:
        return len(self._of(span))

    def page(self, span: Span, position: str | None) -> Page:
        self.asked.append(position)
        if self.fails and position is not None:
            self.fails -= 1
            raise ShopUnreachable("https://shop answers HTTP 503: try again later")
        begin, orders = int(position or 0), self._of(span)
        end = begin + self._page_size
        return Page(orders=orders[begin:end], next=str(end) if end < len(orders) else None)

    def order(self, order: str) -> Body | None:
        raise AssertionError("a back-fill asks for pages only")

    def oldest_shown(self, now: datetime) -> datetime | None:
        return None

    def _of(self, span: Span) -> Sequence[Body]:
        assert span.by is By.CREATION
        created = {str(one["id"]): from_text(str(one["created_at"])) for one in self.orders}
        return [one for one in self.orders if span.begin <= created[str(one["id"])] <= span.end]


class PlayedPauses(Pauses):
    """Lets played time pass; ``meanwhile`` others work."""

    def __init__(self, clock: PlayedClock) -> None:
        self.meanwhile: Callable[[], None] = lambda: None
        self._clock = clock

    @override
    def now(self) -> datetime:
        return self._clock.now()

    @override
    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)
        self.meanwhile()


@dataclass
class Told:
    """A watcher that remembers what it was told."""

    tallies: list[Tally] = field(default_factory=list)
    lacks: list[tuple[str | None, Sequence[str]]] = field(default_factory=list)
    waited_for: list[str] = field(default_factory=list)

    def looked_at(self, tally: Tally) -> None:
        self.tallies.append(tally)

    def unreadable(self, order: str | None, missing: Sequence[str]) -> None:
        self.lacks.append((order, missing))

    def waits(self, why: str) -> None:
        self.waited_for.append(why)


class World:
    """One connection's ledger and queue in played time, before a shop."""

    def __init__(self, *orders: Body) -> None:
        self.clock = PlayedClock(NOW.timestamp())
        self.shop = PlayedShop(orders)
        self.queued = PlayedFifo(self.clock)
        self.dynamodb = MemoryDynamoDB()
        self.pauses = PlayedPauses(self.clock)
        self.told = Told()
        self._sqs = PlayedSqs(self.clock, {URL: self.queued}).client

    def job(self, *, rate: float = 2, fuse: Fuse | None = None, **settings: object) -> Job:
        """One run of the command; with a fuse it may be killed."""
        fuse = fuse or Fuse(inf)
        table = Table(client=mortal(self.dynamodb.client, fuse), name="ledger")
        document = read_connection("shop", CONNECTION | settings)
        queue = Queue(sqs=mortal(self._sqs, fuse), url=URL)
        return Job(
            connection="shop",
            document=document,
            api=self.shop,
            orders=Orders(table=table),
            backfills=Backfills(table=table),
            queue=queue,
            room=Room(
                queue=queue,
                brakes=Brakes(table=table),
                account=document.account,
                most_ready=QUIET,
                now=self.clock.now,
            ),
            rate=rate,
            pauses=self.pauses,
        )

    def run(self, *, until: datetime | None = None, fuse: Fuse | None = None) -> Backfill:
        """The command, from where it was."""
        job = self.job(fuse=fuse)
        return job.run(job.opened(SINCE, until), self.told)

    def know(self, id_: int, *, newest: datetime) -> None:
        """An order that the ledger has, as of a time."""
        record = OrderRecord(
            connection="shop", order=str(id_), number=f"#{id_}", order_date=SINCE, newest=newest
        )
        Orders(table=Table(client=self.dynamodb.client, name="ledger")).save(record)

    @property
    def names(self) -> list[str]:
        """The orders that were queued, in their order."""
        return [message.text("order") for message in self.queued.messages]

    def live(self, count: int) -> None:
        """So many live events come in."""
        queue = Queue(sqs=self._sqs, url=URL)
        for number in range(count):
            event = OrderEvent(
                connection="other",
                platform="shopify",
                order=str(number),
                topic="orders/create",
                delivery_id="",
                received_at=self.clock.now(),
                projection={"id": str(number)},
            )
            queue.send(event)

    def work_live(self) -> None:
        """The live events are worked."""
        for message in self.queued.messages:
            if message.text("connection") == "other":
                self.queued.delete(message.receipt)


def five() -> World:
    return World(*(order(id_) for id_ in range(1, 6)))


def test_all_orders_of_the_time_are_queued_as_of_a_back_fill() -> None:
    world = World(*(order(id_) for id_ in (1, 2, 3, 4, 5, 30)))
    job = world.job()
    since, until = (SINCE + timedelta(hours=hours) for hours in (2, 5))
    done = job.run(job.opened(since, until), world.told)
    assert world.names == ["2", "3", "4", "5"]
    assert {message.text("topic") for message in world.queued.messages} == {"backfill"}
    assert (done.tally, done.finished_at) == (Tally(new=4), world.clock.now())


def test_without_an_end_it_goes_up_to_the_second_that_it_began() -> None:
    backfill = five().job().opened(SINCE, None)
    assert (backfill.end, backfill.until) == (NOW.replace(microsecond=0), None)


def test_only_what_the_ledger_lacks_is_queued() -> None:
    world = five()
    world.know(2, newest=NOW)
    world.know(3, newest=SINCE)
    world.shop.orders = [*world.shop.orders, order(6, test=True), order(7, test=True)]
    done = world.run()
    assert world.names == ["1", "3", "4", "5"]
    left_out = {"test_order": 2}
    assert done.tally == Tally(new=3, changed=1, up_to_date=1, left_out=left_out)
    assert (done.tally.looked_at, done.tally.needed) == (7, 4)
    assert world.told.tallies[-1] == done.tally


def test_no_order_is_too_old_but_those_before_orders_since_are_left_out() -> None:
    world = five()
    job = world.job(max_order_age_days=1, orders_since=to_text(SINCE + timedelta(hours=3)))
    done = job.run(job.opened(SINCE, None), world.told)
    assert world.names == ["3", "4", "5"]
    assert done.tally == Tally(new=3, left_out={"before_orders_since": 2})


def test_an_order_that_can_not_be_read_is_named_and_stops_nothing() -> None:
    world = World(order(1), order(2, name=None), order(3, id="?!", updated_at=""), order(4))
    done = world.run()
    assert world.names == ["1", "4"]
    assert done.tally == Tally(new=2, unreadable=2)
    assert world.told.lacks == [("2", ("name",)), (None, ("id", "updated_at"))]


@pytest.mark.parametrize("effects", range(EFFECTS))
def test_killed_anywhere_it_goes_on_after_the_last_page_that_was_done(effects: int) -> None:
    world = five()
    with pytest.raises(Killed):
        world.run(fuse=Fuse(effects))
    stored = world.job().backfills.load("shop")
    world.shop.asked.clear()
    done = world.run()
    assert world.shop.asked[0] == (stored.position if stored else None)
    assert done.tally == Tally(new=5)
    assert set(world.names) == {"1", "2", "3", "4", "5"}
    assert len(world.names) <= 5 + PAGE_SIZE


def test_what_was_done_before_is_not_looked_at_again() -> None:
    world = five()
    world.shop.fails = 1
    with pytest.raises(ShopUnreachable):
        world.run()
    assert world.names == ["1", "2"]
    world.shop.asked.clear()
    world.clock.sleep(3600)
    done = world.run()
    assert world.shop.asked == ["2", "4"]
    assert (world.names, done.tally) == (["1", "2", "3", "4", "5"], Tally(new=5))
    assert done.end == NOW.replace(microsecond=0)


def test_other_dates_begin_anew_and_so_does_one_that_is_finished() -> None:
    world = five()
    world.shop.fails = 2
    with pytest.raises(ShopUnreachable):
        world.run()
    with pytest.raises(ShopUnreachable):
        world.run(until=NOW)
    assert world.shop.asked == [None, "2", None, "2"]
    world.run(until=NOW)
    world.shop.asked.clear()
    world.run(until=NOW)
    assert world.shop.asked == [None, "2", "4"]


@pytest.mark.parametrize("pages_done", [0, 1])
def test_of_two_at_the_same_time_one_ends(pages_done: int) -> None:
    world = five()
    if pages_done:
        world.shop.fails = 1
        with pytest.raises(ShopUnreachable):
            world.run()
    first, second = world.job(), world.job()
    begun = first.opened(SINCE, None), second.opened(SINCE, None)
    first.run(begun[0], world.told)
    with pytest.raises(Conflict):
        second.run(begun[1], world.told)


def test_no_more_orders_are_queued_in_a_second_than_the_rate_allows() -> None:
    world = five()
    world.know(2, newest=NOW)
    job = world.job(rate=4)
    job.run(job.opened(SINCE, None), world.told)
    begin = NOW.timestamp()
    assert [m.sent_at - begin for m in world.queued.messages] == pytest.approx([0, 0.25, 0.5, 0.75])


def test_an_order_is_received_when_it_is_queued_so_that_it_is_not_late() -> None:
    world = five()
    world.shop = PlayedShop(world.shop.orders, page_size=10)
    job = world.job(rate=0.1)
    job.run(job.opened(SINCE, None), world.told)
    for message in world.queued.messages:
        assert from_text(message.text("received_at")).timestamp() == message.sent_at


def test_what_is_up_to_date_takes_no_time() -> None:
    world = five()
    for id_ in range(1, 6):
        world.know(id_, newest=NOW)
    world.live(2 * QUIET)
    world.run()
    assert world.clock.now() == NOW


def test_it_waits_as_long_as_more_than_a_few_events_wait_and_says_so_once() -> None:
    world = five()
    world.live(QUIET + 1)
    end = world.clock.seconds + 60

    def work() -> None:
        if world.clock.seconds >= end:
            world.work_live()

    world.pauses.meanwhile = work
    world.run()
    assert [message.sent_at >= end for message in world.queued.messages] == [True] * 5
    assert world.told.waited_for == [f"{QUIET + 1} order events are in the queue and go first"]


def test_live_events_that_come_in_the_middle_go_first() -> None:
    world = five()

    def live() -> None:
        if world.queued.sent == 2:
            world.live(QUIET)
        elif world.clock.now() > NOW + timedelta(seconds=30):
            world.work_live()

    world.pauses.meanwhile = live
    world.run()
    times = [message.sent_at - NOW.timestamp() for message in world.queued.messages]
    assert times[:2] == pytest.approx([0, 0.5])
    assert min(times[2:]) > 30


def test_a_few_waiting_events_are_no_reason_to_wait() -> None:
    world = five()
    world.live(QUIET - 4)
    world.run()
    assert world.told.waited_for == []


def test_a_look_counts_what_would_come_and_changes_nothing() -> None:
    world = five()
    world.know(1, newest=NOW)
    world.know(2, newest=SINCE)
    world.shop.orders = [
        *world.shop.orders,
        order(6, cancelled_at=to_text(NOW)),
        order(7, test=True),
        order(8, name=None),
    ]
    before = dict(world.dynamodb.items)
    job = world.job()
    tally, estimate = job.look(job.new(SINCE, None), world.told)
    left_out = {"test_order": 1}
    assert tally == Tally(new=4, changed=1, up_to_date=1, left_out=left_out, unreadable=1)
    assert estimate.calls == 2 + 3 * 2 + 3, "a create and paid each, and cancelled once"
    assert estimate.time == timedelta(seconds=3), "5 orders at 2 a second"
    assert world.queued.sent == 0
    assert world.dynamodb.items == before
    assert world.clock.now() == NOW


def test_a_look_counts_the_look_ups_that_a_connection_asks_for() -> None:
    world = five()
    plain, looking = world.job(), world.job(look_up_before_create=True)
    calls = [job.look(job.new(SINCE, None), world.told)[1].calls for job in (plain, looking)]
    assert calls == [10, 15]


def test_a_look_says_nothing_of_a_back_fill_that_was_stopped() -> None:
    world = five()
    world.shop.fails = 1
    with pytest.raises(ShopUnreachable):
        world.run()
    stored = world.job().backfills.load("shop")
    job = world.job()
    tally, _ = job.look(job.new(SINCE, None), world.told)
    assert tally.new == 5
    assert world.job().backfills.load("shop") == stored
