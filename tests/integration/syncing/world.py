"""A small world to sync in: real handlers' parts, ledger, tokens and API; time is played."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clients import Clients
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.syncing import SyncingConnections
from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import (
    Failure,
    OrderEvent,
    Outgoing,
    Received,
    event_message,
)
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from seven_senders_adapter.seven_senders.api import WireSettings
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.shops.shop import (
    Delivery,
    Headers,
    Kind,
    Projected,
    Projection,
    ProjectionNames,
)
from seven_senders_adapter.syncing.arrivals import Arrivals
from seven_senders_adapter.syncing.batch import BatchSync
from seven_senders_adapter.syncing.deadline import Deadline
from seven_senders_adapter.syncing.order_sync import OrderSync
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.telemetry import Telemetry
from seven_senders_local.sandbox import Sandbox
from tests.played.mortal import Fuse, mortal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_MS = 900_000
MOST_BATCHES = 5_000
VISIBILITY_TIME_OUT = timedelta(seconds=720)


class PlainShop:
    """A shop whose projection says what its snapshot shows; its receiving side is not needed."""

    platform = "plain"

    def is_ping(self, headers: Headers, body: bytes) -> bool:
        return False

    def is_authentic(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        return False

    def recognise(self, headers: Headers) -> Delivery:
        return Delivery(kind=Kind.OTHER, topic="", delivery_id="", source="")

    def project(self, kind: Kind, body: object, names: ProjectionNames) -> Projected:
        return Projected(order="", projection={})

    def read_snapshot(self, projection: Projection, settings: MappingSettings) -> Snapshot:
        shown: dict[str, Any] = dict(projection)
        minute = START + timedelta(minutes=float(str(shown.pop("minute"))))
        states = str(shown.pop("states")).split()
        return replace(
            Snapshot(
                order="",
                number=str(shown.pop("number")),
                created_at=START,
                updated_at=minute,
                states={State(state): minute for state in states},
            ),
            **{**shown, "order": str(shown["order"])},
        )


class PlayedDeadLetterQueue(DeadLetterQueue):
    """Notes why messages are buried, as long as it is not down."""

    def __init__(self) -> None:
        self.buried: list[Failure] = []
        self.is_down = False

    def bury(self, message: Received, failure: Failure) -> None:
        if self.is_down:
            raise AwsUnavailable("sqs SendMessage: InternalError")
        self.buried.append(failure)


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A message in the queue, and when it can be received."""

    message: Received
    visible_at: datetime


class PlayedQueue(Queue):
    """What waits in the queue, in its order, by the time of its world."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.waiting: list[Waiting] = []
        self._now = now

    def hide(self, message: Received, seconds: int) -> None:
        for entry in self.waiting:
            if entry.message.message_id == message.message_id:
                entry.visible_at = self._now() + timedelta(seconds=seconds)


@dataclass(slots=True)
class World:
    """One worker, one queue in played time, one sandbox in the same time."""

    dynamodb: "DynamoDBClient"
    ssm: "SSMClient"
    stack: str = field(default_factory=lambda: uuid4().hex)
    now: datetime = START + timedelta(days=1)
    dead_letter_queue: PlayedDeadLetterQueue = field(default_factory=PlayedDeadLetterQueue)
    telemetry: Telemetry = field(
        default_factory=lambda: Telemetry(service="test", namespace="test")
    )
    new_session: Callable[[Sandbox], ApiSession] = lambda sandbox: ApiSession()
    new_sandbox: Callable[[Callable[[], float]], Sandbox] = lambda epoch: Sandbox(now=epoch)
    queue: PlayedQueue = field(init=False)
    sandbox: Sandbox = field(init=False)
    table: Table = field(init=False)
    ledger: Ledger = field(init=False)
    worker: BatchSync = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = self.new_sandbox(self.epoch)
        self.queue = PlayedQueue(lambda: self.now)
        self.table = Table(client=self.dynamodb, name="ledger")
        self.ledger = Ledger.at(self.table)
        self.worker = self.new_worker()

    def epoch(self) -> float:
        """The time in seconds."""
        return self.now.timestamp()

    @property
    def waiting(self) -> list[Waiting]:
        """The messages in the queue."""
        return self.queue.waiting

    @waiting.setter
    def waiting(self, entries: list[Waiting]) -> None:
        self.queue.waiting = entries

    def new_worker(
        self,
        *,
        table: Table | None = None,
        session: ApiSession | None = None,
        base: float = 30,
        jitter: Callable[[], float] = lambda: 0.5,
        fuse: Fuse | None = None,
    ) -> BatchSync:
        """Another process of the fleet; with a fuse, all its effects burn it."""
        fuse = fuse or Fuse(inf)
        dynamodb, ssm = mortal(self.dynamodb, fuse), mortal(self.ssm, fuse)
        table = table or Table(client=dynamodb, name="ledger")
        pace = Pace(base=base, jitter=jitter)
        clients = Clients(
            session=session or mortal(self.new_session(self.sandbox), fuse),
            ssm=ssm,
            tokens_path=f"/{self.stack}/tokens",
            leases=Leases(table=table),
            wire=WireSettings(),
            observe=self.telemetry.api_called,
            now=lambda: self.now,
            sleep=lambda seconds: None,
            jitter=jitter,
        )
        ledger = Ledger.at(table)
        orders = OrderSync(
            dead_letter_queue=mortal(self.dead_letter_queue, fuse),
            ledger=ledger,
            connections=SyncingConnections(
                ssm=ssm, path=f"/{self.stack}/syncing", now=lambda: self.now
            ),
            clients=clients.of,
            shops={"plain": PlainShop()},
            telemetry=self.telemetry,
            pace=pace,
            now=lambda: self.now,
        )
        queue = mortal(self.queue, fuse)
        return BatchSync(
            arrivals=Arrivals(
                heard=ledger.traffic, reconciled=ledger.reconciled, now=lambda: self.now
            ),
            orders=orders,
            queue=queue,
            pace=pace,
            telemetry=self.telemetry,
        )

    def connect(self, name: str = "demo", **settings: object) -> None:
        """Store a connection's syncing document."""
        document = read_connection(
            name,
            {
                "platform": "shopify",
                "webhook_secrets": ["secret"],
                "access_key": "key",
                "api_url": self.sandbox.api_url,
                **settings,
            },
        )
        self.ssm.put_parameter(
            Name=f"/{self.stack}/syncing/{name}",
            Value=document.syncing_text(),
            Type="SecureString",
            Overwrite=True,
        )

    def arrive(
        self,
        states: str = "",
        *,
        minute: float = 0,
        order: str = "1",
        connection: str = "demo",
        topic: str = "orders/updated",
        redriven: bool = False,
        **shown: object,
    ) -> str:
        """A snapshot comes into the queue; its message's id."""
        number = shown.pop("number", f"#{1000 + int(order)}")
        projection = {"minute": minute, "states": states, "order": order, "number": number, **shown}
        return self.enqueue(
            OrderEvent(
                connection=connection,
                platform="plain",
                order=order,
                topic=topic,
                delivery_id="",
                received_at=self.now,
                projection=projection,
                redriven=redriven,
            )
        )

    def enqueue(self, event: OrderEvent) -> str:
        """Put an event into the queue; its message's id."""
        return self.put(event_message(event))

    def put(self, sent: Outgoing) -> str:
        """Put any message into the queue; its id."""
        message = Received(
            message_id=uuid4().hex,
            receipt="",
            group=sent.group,
            receives=0,
            sent_at=self.now,
            attributes=sent.attributes,
            raw=sent.body,
        )
        self.waiting.append(Waiting(message=message, visible_at=self.now))
        return message.message_id

    def receivable(self) -> list[Waiting]:
        """What can be received now: no group whose first message is hidden."""
        hidden: dict[str, bool] = defaultdict(bool)
        for entry in self.waiting:
            hidden[entry.message.group] |= entry.visible_at > self.now
        return [entry for entry in self.waiting if not hidden[entry.message.group]]

    def next_at(self) -> datetime:
        """When something can be received next, if nothing arrives. Something has to wait."""
        latest: dict[str, datetime] = {}
        for entry in self.waiting:
            group = entry.message.group
            latest[group] = max(latest.get(group, self.now), entry.visible_at)
        return min(latest.values())

    def receive(self) -> list[Received]:
        """At most ten messages, which are then hidden for the queue's time-out."""
        batch = self.receivable()[:10]
        for entry in batch:
            entry.message = replace(entry.message, receives=entry.message.receives + 1)
            entry.visible_at = self.now + VISIBILITY_TIME_OUT
        return [entry.message for entry in batch]

    def work(self, *, remaining_ms: int = LONG_MS, worker: BatchSync | None = None) -> list[str]:
        """One batch, as Lambda gives it; the ids of the messages that stay."""
        batch = self.receive()
        ends_at = self.now + timedelta(milliseconds=remaining_ms)
        deadline = Deadline(lambda: int((ends_at - self.now) / timedelta(milliseconds=1)))
        staying = (worker or self.worker).run(batch, deadline)
        done = {message.message_id for message in batch} - set(staying)
        self.waiting = [w for w in self.waiting if w.message.message_id not in done]
        return staying

    def visible_again(self) -> None:
        """Let the queue's own time-out pass, after a worker has died."""
        self.now += VISIBILITY_TIME_OUT

    def drain(self, limit: timedelta = timedelta(days=20), worker: BatchSync | None = None) -> None:
        """Work until the queue is empty, letting time pass."""
        end = self.now + limit
        for _ in range(MOST_BATCHES):
            if not self.waiting:
                return
            self.now = self.next_at()
            assert self.now < end, f"still {len(self.waiting)} messages after {limit}"
            self.work(worker=worker)
        raise AssertionError(f"still {len(self.waiting)} messages after {MOST_BATCHES} batches")

    def record(self, order: str = "1", connection: str = "demo") -> OrderRecord:
        """The ledger's record of an order."""
        record = self.ledger.orders.load(connection, order)
        assert record is not None
        return record

    def timeline(self, order_id: str = "#1001", access_key: str = "key") -> list[str]:
        """The states that the API has of an order; empty if it does not know it."""
        orders = self.sandbox.account(access_key).named(order_id)
        return [entry.state for entry in orders[0].states] if orders else []

    def fields(self, order_id: str = "#1001", access_key: str = "key") -> dict[str, object]:
        """The fields that the API has of an order."""
        (order,) = self.sandbox.account(access_key).named(order_id)
        return order.fields

    @property
    def writes(self) -> list[str]:
        """The calls that changed something or tried to, without logins."""
        return [
            f"{call.method} {call.path.split('/')[1]}"
            for call in self.sandbox.calls
            if call.method != "GET" and call.path != "/token"
        ]
