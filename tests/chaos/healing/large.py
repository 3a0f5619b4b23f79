"""A day in which a shop changed many orders, of which webhooks brought a part: the large form."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import count
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from typing import TYPE_CHECKING, Any, cast, override

from functions.reconcile_orders.app import ReconcileOrders
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations
from seven_senders_adapter.ledger.table import Table
from seven_senders_local.sqs_event import to_event
from tests.chaos.connections import CONNECTIONS
from tests.chaos.healing.stack import RECONCILING_SECONDS, environment, metrics
from tests.chaos.healing.world import BEGIN, DAY, SHOPS_OF, World
from tests.chaos.stack import REGION, TURNS
from tests.played.clock import PlayedClock, PlayedContext
from tests.played.ledger_table import NAME
from tests.played.ssm import MemorySsm

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

SHARE_KNOWN = 0.6
PAGE_SECONDS = 1.5
"""What a page takes, with what is queued of it."""

EVERY_SECONDS = 900
"""From one round to the next."""

UNTIL_LOST = 25 * 3600


class _Elsewhere(BaseManager):
    """The process in which the world is."""


_Elsewhere.register("World", World)


class FarClock(PlayedClock):
    """The time of the function, which passes in the world too."""

    def __init__(self, world: World) -> None:
        super().__init__(BEGIN.timestamp())
        self._world = world

    @override
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._world.pass_time(seconds)


class FarDynamoDB:
    """DynamoDB in the world. Each page of orders is compared by one BatchGetItem, so it counts.

    After each page what can't be reached any more is collected, so that the memory at its highest
    does not depend on when Python would.
    """

    def __init__(self, world: World, clock: FarClock) -> None:
        self.pages = 0
        self._world = world
        self._clock = clock

    @property
    def client(self) -> "DynamoDBClient":
        """As the adapter sees it."""
        return cast("DynamoDBClient", self)

    def batch_get_item(self, **asked: Any) -> Any:
        """BatchGetItem."""
        if "order/" in str(asked):
            self.pages += 1
            self._clock.sleep(PAGE_SECONDS)
            gc.collect()
        return self._world.dynamodb("batch_get_item", asked)

    def get_paginator(self, operation: str) -> "FarDynamoDB":
        """The pages of an index."""
        assert operation == "query"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """Page by page, as DynamoDB gives them."""
        query = self._world.query(asked)
        while items := self._world.page(query):
            yield {"Items": items}
            gc.collect()

    def __getattr__(self, operation: str) -> Any:
        return lambda **asked: self._world.dynamodb(operation, asked)


class FarSqs:
    """SQS in the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def client(self) -> "SQSClient":
        """As the adapter sees it."""
        return cast("SQSClient", self)

    def __getattr__(self, operation: str) -> Any:
        return lambda **given: self._world.sqs(operation, given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Healed:
    """How a day of a shop was caught up with.

    ``lacking`` of the orders were not in the ledger before, ``missing`` are not after.
    ``rounds``: invocations until all was looked at. ``lost``: webhooks that were counted as lost.
    ``again``: events that were queued after all was in. ``memory``: the most that Python had for
    the function beyond what it needs to start, in MiB; ``hours``: how long it took in played time.
    """

    platform: str
    orders: int
    lacking: int
    pages: int
    rounds: int
    queued: int
    missing: int
    lost: int
    again: int
    hours: float
    memory: float

    @property
    def is_whole(self) -> bool:
        """Whether each order was brought in once, and each lost webhook counted once."""
        return self.missing == self.again == 0 and self.lacking == self.queued == self.lost


class Function:
    """The real function, in this process, and all it calls in the world's."""

    def __init__(self, world: World, platform: str) -> None:
        self.clock = FarClock(world)
        self.dynamodb = FarDynamoDB(world, self.clock)
        self._counted: Counter[str] = Counter()
        self._connection = SHOPS_OF[platform]
        document = read_connection(self._connection, CONNECTIONS[self._connection])
        ssm = MemorySsm(
            {
                f"/receiving/{self._connection}": document.receiving_text(),
                f"/syncing/{self._connection}": document.syncing_text(),
                f"/shop_apis/{self._connection}": world.api_text(),
            }
        )
        self._progress = Reconciliations(table=Table(client=self.dynamodb.client, name=NAME))
        self._function = ReconcileOrders(
            environment(),
            ssm=ssm.client,
            dynamodb=self.dynamodb.client,
            sqs=FarSqs(world).client,
            now=self.clock.now,
            sleep=self.clock.sleep,
        )

    def make_round(self) -> None:
        """The connection's turn has come."""
        turn: Any = {
            "MessageId": "turn",
            "ReceiptHandle": "turn",
            "Body": self._connection,
            "Attributes": {},
        }
        context = PlayedContext(self.clock, self.clock.seconds + RECONCILING_SECONDS)
        said = StringIO()
        with redirect_stdout(said):
            self._function(to_event([turn], queue_arn=TURNS, region=REGION), cast("Any", context))
        self._counted.update(metrics(said.getvalue()))

    def look_at_all(self) -> int:
        """Make rounds until all changes were looked at; how many."""
        begun = self.clock.seconds
        for number in count(1):
            self.make_round()
            if self.progress.window is None:
                break
            self.clock.sleep(max(0, begun + number * EVERY_SECONDS - self.clock.seconds))
        return number

    def count_lost(self, number: int) -> None:
        """Make rounds until so many webhooks are counted as lost, or no more are."""
        before = -1
        while before < self.lost < number:
            before = self.lost
            self.make_round()

    @property
    def lost(self) -> int:
        """The webhooks that were counted as lost."""
        return int(self._counted["WebhooksLost"])

    @property
    def progress(self) -> Reconciliation:
        """How far it came."""
        progress = self._progress.load(self._connection)
        assert progress is not None
        return progress


def heal(platform: str, orders: int, seed: int) -> Healed:
    """Catch up with a day of a shop. To be called in a process of its own, for its memory."""
    with _Elsewhere(ctx=get_context("spawn")) as elsewhere:
        world = cast("World", cast("Any", elsewhere).World(platform, seed))
        function = Function(world, platform)
        function.make_round()  # from here on changes are looked for
        gc.freeze()
        tracemalloc.start()
        lacking = world.change_orders(orders, SHARE_KNOWN)
        function.clock.sleep(DAY.total_seconds() + 2 * EVERY_SECONDS)
        begun = function.clock.seconds
        rounds = function.look_at_all()
        hours = (function.clock.seconds - begun) / 3600
        pages, queued = function.dynamodb.pages, world.queued()
        function.clock.sleep(UNTIL_LOST)
        function.count_lost(lacking)
        return Healed(
            platform=platform,
            orders=orders,
            lacking=lacking,
            pages=pages,
            rounds=rounds,
            queued=queued,
            missing=world.missing(),
            lost=function.lost,
            again=world.queued() - queued,
            hours=hours,
            memory=tracemalloc.get_traced_memory()[1] / 2**20,
        )
