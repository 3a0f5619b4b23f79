"""A round that dies after any of its effects goes on at its page, and no order is lost by it."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any, cast

import pytest

from functions.reconcile_orders.app import ReconcileOrders
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.ledger.corrections import Correction, Corrections
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations
from seven_senders_adapter.ledger.table import Table
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.sqs_event import to_event
from tests.chaos.connections import CONNECTIONS, SHOPIFY_PLAIN, WOOCOMMERCE_PLAIN
from tests.chaos.healing.shops import (
    StandIn,
    api_document,
    played_shopify,
    played_woocommerce,
)
from tests.chaos.healing.stack import RECONCILING_SECONDS, environment
from tests.chaos.lives.order import Body
from tests.chaos.stack import MAIN, REGION, TURNS
from tests.played.clock import PlayedClock, PlayedContext
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.ledger_table import NAME
from tests.played.mortal import Fuse, Killed, mortal
from tests.played.sqs import PlayedFifo, PlayedSqs
from tests.played.ssm import MemorySsm
from tests.unit.shops.orders import shopify_order, woo_order

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CHANGED = NOW - timedelta(hours=1)
PAGES = 3


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A shop whose changes fill ``PAGES`` pages; most of them are such as the mapping leaves out.

    ``missing``: the numbers of the others, on each page some. ``effects``: those of a round that
    nothing happens to. ``is_page``: whether a call asks for a page.
    """

    connection: str
    new_shop: Callable[[str, PlayedClock], StandIn]
    body: Callable[[int, bool], Body]
    orders: int
    missing: tuple[int, ...]
    effects: int
    is_page: Callable[[Asked], bool]


def _shopify_body(order: int, is_missing: bool) -> Body:
    at = CHANGED.isoformat()
    return shopify_order(
        id=order, name=f"#{order}", created_at=at, updated_at=at, test=not is_missing
    )


def _woocommerce_body(order: int, is_missing: bool) -> Body:
    at = CHANGED.replace(tzinfo=None).isoformat()
    status = "processing" if is_missing else "failed"
    times = {"date_created": at, "date_created_gmt": at, "date_modified_gmt": at}
    return woo_order(id=order, number=str(order), status=status, **times)


PLATFORMS = {
    "shopify": Platform(
        connection=SHOPIFY_PLAIN,
        new_shop=played_shopify,
        body=_shopify_body,
        orders=50,
        missing=(1, 2, 20, 21, 30, 41, 50),
        effects=17,
        is_page=lambda asked: "orders(" in json.loads(asked.body)["query"],
    ),
    "woocommerce": Platform(
        connection=WOOCOMMERCE_PLAIN,
        new_shop=lambda name, clock: played_woocommerce(name),
        body=_woocommerce_body,
        orders=250,
        missing=(1, 2, 100, 101, 180, 220, 250),
        effects=18,
        is_page=lambda asked: asked.query.get("offset") is not None,
    ),
}


@dataclass
class World:
    """One connection with its shop, ledger and queues.

    ``pages``: how many pages its shop was asked for.
    """

    platform: Platform
    clock: PlayedClock = field(default_factory=lambda: PlayedClock(NOW.timestamp()))
    ssm: MemorySsm = field(default_factory=MemorySsm)
    dynamodb: MemoryDynamoDB = field(default_factory=MemoryDynamoDB)
    fuse: Fuse = field(default_factory=lambda: Fuse(inf))
    pages: int = 0

    def __post_init__(self) -> None:
        self.main, self.turns = PlayedFifo(self.clock), PlayedFifo(self.clock)
        self.sqs = PlayedSqs(self.clock, {MAIN: self.main, TURNS: self.turns})
        table = Table(client=self.dynamodb.client, name=NAME)
        self.corrections = Corrections(table=table, now=self.clock.now)
        self.reconciliations = Reconciliations(table=table)
        self.shop = self.platform.new_shop(self.platform.connection, self.clock)
        for order in range(1, self.platform.orders + 1):
            self.shop.put(self.platform.body(order, order in self.platform.missing))
        self.changed_before("901", "902")

    @contextmanager
    def served(self) -> Iterator[None]:
        """Everything is there and set up, while the block lasts."""
        name = self.platform.connection
        store = ConnectionStore(
            ssm=self.ssm.client, receiving_path="/receiving", syncing_path="/syncing"
        )
        store.save(name, read_connection(name, CONNECTIONS[name]))
        with Loopback(self._answer) as server:
            document = api_document(self.shop, server.url)
            ShopApiStore(ssm=self.ssm.client, path="/shop_apis").save(name, document)
            yield

    def changed_before(self, *orders: str) -> None:
        """Reconciliation has brought in orders days ago, and no webhook told of them since."""
        for order in orders:
            changed_at = NOW - timedelta(days=3)
            self.corrections.add(
                Correction(connection=self.platform.connection, order=order, changed_at=changed_at)
            )

    def _answer(self, asked: Asked) -> Said:
        """An answer, after which the process may be dead: then it dies at its next call of AWS."""
        if not self.fuse.is_dead:
            self.pages += self.platform.is_page(asked)
            with suppress(Killed):
                self.fuse.around(lambda: None)
        return self.shop.answer(asked)

    def make_round(self, fuse: Fuse) -> None:
        """A new process makes a round, whose every effect burns the fuse. Raises Killed."""
        self.fuse = fuse
        function = ReconcileOrders(
            environment(),
            ssm=mortal(self.ssm.client, fuse),
            dynamodb=mortal(self.dynamodb.client, fuse),
            sqs=mortal(self.sqs.client, fuse),
            now=self.clock.now,
            sleep=self.clock.sleep,
        )
        turn: Any = {
            "MessageId": "turn",
            "ReceiptHandle": "turn",
            "Body": self.platform.connection,
            "Attributes": {},
        }
        ends_at = self.clock.seconds + RECONCILING_SECONDS
        context = PlayedContext(self.clock, ends_at)
        function(to_event([turn], queue_arn=TURNS, region=REGION), cast("Any", context))

    @property
    def queued(self) -> Counter[str]:
        """How often each order was queued."""
        return Counter(message.text("order") for message in self.main.messages)

    @property
    def progress(self) -> Reconciliation | None:
        """How far the shop's changes were looked at."""
        return self.reconciliations.load(self.platform.connection)

    @property
    def left(self) -> list[Correction]:
        """The corrections that still stand."""
        return list(self.corrections.until(self.platform.connection, NOW))


POINTS = [
    pytest.param(platform, point, id=f"{name}, after effect {point} of {platform.effects}")
    for name, platform in PLATFORMS.items()
    for point in range(platform.effects + 1)
]


@pytest.mark.parametrize(("platform", "point"), POINTS)
def test_killed_after_any_effect(platform: Platform, point: int) -> None:
    """After each answer of its shop, each order that it queues, and each write of the ledger."""
    world = World(platform)
    with world.served():
        with suppress(Killed):
            world.make_round(Fuse(point))
        world.make_round(Fuse(inf))
    assert world.queued.keys() == {str(order) for order in platform.missing}
    assert max(world.queued.values()) <= 2
    assert sum(times == 2 for times in world.queued.values()) <= 3, "of one page at most"
    assert world.pages <= PAGES + 1
    assert world.progress is not None
    assert world.progress.window is None
    assert world.progress.safe_until == NOW - timedelta(minutes=30)
    assert world.left == []


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_the_points_reach_to_the_last_effect(platform: Platform) -> None:
    world = World(platform)
    fuse = Fuse(inf)
    with world.served():
        world.make_round(fuse)
    assert set(world.queued.values()) == {1}
    assert world.pages == PAGES
    assert fuse.burnt == platform.effects


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_lives_that_are_long_enough_for_a_page_come_to_the_end(platform: Platform) -> None:
    world = World(platform)
    deaths = 0
    with world.served():
        while deaths < 10:
            try:
                world.make_round(Fuse(7))
            except Killed:
                deaths += 1
            else:
                break
    assert PAGES - 1 <= deaths < 10
    assert world.queued.keys() == {str(order) for order in platform.missing}
    assert world.left == []
