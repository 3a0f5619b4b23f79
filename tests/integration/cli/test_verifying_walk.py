"""The walk through a shop's pages and Seven Senders' list, and what it asks for on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import override
from uuid import uuid4

import pytest

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.messages import OrderEvent
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reconciling.room import Room
from seven_senders_adapter.shop_apis.shop_api import By, OrderApi, Page, Span
from seven_senders_adapter.shops.reading import Body
from seven_senders_cli.making_room import QUIET
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.verifying.differences import Difference, Kind
from seven_senders_cli.verifying.mending import Mender
from seven_senders_cli.verifying.there import There
from seven_senders_cli.verifying.walk import Walk
from seven_senders_local.sandbox import FaultRule, Sandbox
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.functions import Functions
from tests.integration.cli.verified_shops import BEGIN, WOOCOMMERCE


@dataclass
class Pages(OrderApi):
    """A shop whose pages hold ``size`` orders, and which notes what it is asked for."""

    bodies: list[dict[str, object]]
    size: int = 2
    pages: list[str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def count(self, span: Span) -> int:
        return len(self.bodies)

    def page(self, span: Span, position: str | None) -> Page:
        self.pages.append(position)
        begin = int(position or 0)
        end = begin + self.size
        shown: Sequence[Body] = self.bodies[begin:end]
        return Page(orders=shown, next=str(end) if end < len(self.bodies) else None)

    def order(self, order: str) -> Body | None:
        self.asked.append(order)
        return next((body for body in self.bodies if str(body["id"]) == order), None)

    def oldest_shown(self, now: datetime) -> datetime | None:
        return None


@dataclass
class Job:
    """Walks of one connection, an hour after whatever was done."""

    command: CommandLine
    functions: Functions
    sandbox: Sandbox
    api: Pages = field(default_factory=lambda: Pages([]))
    name: str = field(default_factory=lambda: f"w{uuid4().hex[:8]}")
    last: Walk | None = None

    def walk(self) -> Walk:
        stack = self.command.stack
        document = stack.connections.load(self.name)
        self.last = Walk(
            connection=self.name,
            document=document,
            api=self.api,
            there=There(stack.clients.of(document.account), document),
            ledger=Ledger.at(stack.table),
            span=Span(by=By.CREATION, begin=BEGIN, end=BEGIN + timedelta(days=2)),
            now=lambda: utc_now() + timedelta(hours=1),
        )
        return self.last

    def sell(self, *hours: float) -> None:
        """Orders that were created so many hours after the begin, all in sync."""
        self.api.bodies = [
            WOOCOMMERCE.body(number, **self._at(hour)) for number, hour in enumerate(hours, 1)
        ]
        for one in self.differences():
            assert one.event
            self.command.stack.queue.send(one.event)
        self.functions.work()
        self.api.pages.clear()

    def _at(self, hours: float) -> dict[str, object]:
        at = WOOCOMMERCE.write(BEGIN + timedelta(hours=hours))
        return dict.fromkeys((*WOOCOMMERCE.created, WOOCOMMERCE.modified), at)

    def differences(self) -> list[Difference]:
        return list(self.walk().differences(lambda looked_at: None))

    def asked(self) -> tuple[list[Difference], list[str]]:
        """What differs, and what Seven Senders was asked for."""
        before = len(self.sandbox.calls)
        found = self.differences()
        return found, [call.path for call in self.sandbox.calls[before:]]


@pytest.fixture
def job(command: CommandLine, functions: Functions, sandbox: Sandbox) -> Iterator[Job]:
    before = sandbox.service.settings
    job = Job(command, functions, sandbox)
    command.connect(job.name, platform="woocommerce", access_key=job.name)
    yield job
    sandbox.service.settings = before


def test_orders_in_sync_are_compared_by_the_list_alone(job: Job) -> None:
    job.sell(1, 2, 3, 4, 5)
    found, asked = job.asked()
    assert found == []
    assert set(asked) == {"/orders"}
    assert job.api.asked == []


def test_orders_of_one_second_may_stand_on_two_pages(job: Job) -> None:
    job.sell(1, 2, 2, 2, 2, 3)
    found, asked = job.asked()
    assert (found, set(asked), job.api.asked) == ([], {"/orders"}, [])


def test_what_was_deleted_among_orders_of_one_second_is_found(job: Job) -> None:
    job.sell(1, 2, 2, 2, 3)
    del job.api.bodies[2]
    [one] = job.differences()
    assert (one.kind, one.order) == (Kind.DELETED, "3")
    assert job.api.asked == ["3"]


@pytest.mark.parametrize("deleted", [1, 3, 5])
def test_what_was_deleted_is_found_at_the_begin_between_and_at_the_end(
    job: Job, deleted: int
) -> None:
    job.sell(1, 2, 3, 4, 5)
    del job.api.bodies[deleted - 1]
    [one] = job.differences()
    assert (one.kind, one.order) == (Kind.DELETED, str(deleted))


def test_a_shop_that_deleted_all_is_told_so(job: Job) -> None:
    job.sell(1, 2)
    job.api.bodies.clear()
    assert [one.order for one in job.differences()] == ["1", "2"]


def test_an_order_of_another_that_took_a_number_of_ours_is_none_of_ours(job: Job) -> None:
    job.sandbox.play(FaultRule(method="POST", path="^/orders$", status=422))
    job.sell(1)
    job.sandbox.play()
    at = f"{WOOCOMMERCE.write(BEGIN)}Z"
    job.sandbox.account(job.name).create({"order_id": "1", "order_date": at})
    job.api.bodies.clear()
    assert job.differences() == []
    assert job.last
    assert job.last.tally.others == 1


def test_seven_senders_may_give_less_than_it_is_asked_for(job: Job) -> None:
    job.sell(1, 2, 3, 4, 5, 6)
    job.api.size = 6
    job.sandbox.service.settings = job.sandbox.service.settings.changed({"largest_page": 2})
    found, asked = job.asked()
    assert found == []
    assert asked == ["/orders"] * 4


def test_an_order_that_comes_twice_is_asked_for_alone(job: Job) -> None:
    job.sell(1, 2, 3, 4)
    job.api.bodies.insert(2, job.api.bodies[0])
    found, asked = job.asked()
    assert found == []
    assert len([path for path in asked if path != "/orders"]) == 1


def test_an_order_whose_date_the_shop_changed_is_no_stranger(job: Job) -> None:
    job.sell(1, 2, 3)
    job.api.bodies[0] = job.api.bodies[0] | {"date_created_gmt": WOOCOMMERCE.write(BEGIN)}
    assert job.differences() == []


def test_what_a_list_shows_otherwise_is_asked_for_alone(job: Job) -> None:
    job.sell(1)
    [there] = job.sandbox.account(job.name).named("1")
    there.fields["boarding_complete"] = True
    [one], asked = job.asked()
    assert one.kind is Kind.CHANGED_THERE
    assert asked == ["/orders", "/orders", f"/orders/{there.id}"]


def test_the_next_page_is_asked_for_when_this_one_is_told(job: Job) -> None:
    job.api.bodies = [WOOCOMMERCE.body(number) for number in range(1, 6)]
    walk = job.walk()
    found = walk.differences(lambda looked_at: None)
    next(found)
    assert job.api.pages == [None]
    assert [one.order for one in found] == ["2", "3", "4", "5"]
    assert job.api.pages == [None, "2", "4"]


def test_it_says_how_far_it_came(job: Job) -> None:
    job.api.bodies = [WOOCOMMERCE.body(number) for number in range(1, 4)]
    walk = job.walk()
    told: list[int] = []
    for _ in walk.differences(told.append):
        pass
    assert told == [2, 3]
    assert walk.tally.until == BEGIN + timedelta(days=2)


class Busy(Queue):
    """A queue that is worked while somebody waits."""

    def __init__(self, ready: int) -> None:
        self.waiting = ready
        self.sent: list[OrderEvent] = []

    @override
    def ready(self) -> int:
        return self.waiting

    @override
    def send(self, event: OrderEvent) -> None:
        self.sent.append(event)


class Working(Pauses):
    """Works an event a second."""

    def __init__(self, queue: Busy) -> None:
        self._queue = queue

    @override
    def sleep(self, seconds: float) -> None:
        assert self._queue.sent == []
        self._queue.waiting -= int(seconds)


def test_live_orders_go_first(job: Job) -> None:
    job.api.bodies = [WOOCOMMERCE.body(1)]
    queue = Busy(QUIET + 10)
    pauses, told = Working(queue), list[str]()
    room = Room(
        queue=queue,
        brakes=Brakes(table=job.command.stack.table),
        account=job.command.stack.connections.load(job.name).account,
        most_ready=QUIET,
        now=pauses.now,
    )
    mender = Mender(queue=queue, room=room, pauses=pauses, tell=told.append)
    for one in job.differences():
        mender.mend(one)
    assert (mender.queued, len(queue.sent), queue.waiting) == (1, 1, QUIET)
    assert told == [f"{QUIET + 10} order events are in the queue and go first"]
