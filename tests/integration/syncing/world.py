"""A small world to sync in: real handlers' parts, ledger, tokens and API; time is played."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
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
from seven_senders_adapter.syncing.batch import BatchSync
from seven_senders_adapter.syncing.deadline import Deadline
from seven_senders_adapter.syncing.order_sync import OrderSync
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.telemetry import Telemetry
from seven_senders_local.sandbox import Sandbox

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_MS = 900_000
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
        shown = dict(projection)
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
            **{**shown, "order": str(shown["order"])},  # type: ignore[arg-type]  # fields by name
        )


class PlayedQueue(Queue):
    """Notes which messages are hidden, and for how many seconds."""

    def __init__(self) -> None:
        self.hidden: dict[str, int] = {}

    def hide(self, message: Received, seconds: int) -> None:
        self.hidden[message.message_id] = seconds


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


@dataclass(slots=True)
class World:
    """One worker, one queue in played time, one sandbox in the same time."""

    dynamodb: "DynamoDBClient"
    ssm: "SSMClient"
    stack: str = field(default_factory=lambda: uuid4().hex)
    now: datetime = START + timedelta(days=1)
    queue: PlayedQueue = field(default_factory=PlayedQueue)
    dead_letter_queue: PlayedDeadLetterQueue = field(default_factory=PlayedDeadLetterQueue)
    waiting: list[Waiting] = field(default_factory=list)
    sandbox: Sandbox = field(init=False)
    table: Table = field(init=False)
    ledger: Ledger = field(init=False)
    worker: BatchSync = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(now=self.epoch)
        self.table = Table(client=self.dynamodb, name="ledger")
        self.ledger = Ledger.at(self.table)
        self.worker = self.new_worker()

    def epoch(self) -> float:
        """The time in seconds."""
        return self.now.timestamp()

    def new_worker(
        self,
        *,
        table: Table | None = None,
        session: ApiSession | None = None,
        base: float = 30,
    ) -> BatchSync:
        """Another process of the fleet."""
        table = table or self.table
        telemetry = Telemetry(service="test", namespace="test")
        pace = Pace(base=base, jitter=lambda: 0.5)
        clients = Clients(
            session=session or ApiSession(),
            ssm=self.ssm,
            tokens_path=f"/{self.stack}/tokens",
            leases=Leases(table=table),
            wire=WireSettings(),
            observe=telemetry.api_called,
            now=lambda: self.now,
            sleep=lambda seconds: None,
        )
        orders = OrderSync(
            dead_letter_queue=self.dead_letter_queue,
            ledger=Ledger.at(table),
            connections=SyncingConnections(
                ssm=self.ssm,
                path=f"/{self.stack}/syncing",
                clock=self.epoch,
            ),
            clients=clients.of,
            shops={"plain": PlainShop()},
            telemetry=telemetry,
            pace=pace,
            now=lambda: self.now,
        )
        return BatchSync(orders=orders, queue=self.queue, pace=pace, telemetry=telemetry)

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
                topic="orders/updated",
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

    def receive(self) -> list[Received]:
        """What can be received now: at most ten, no group whose first message is hidden."""
        first: dict[str, bool] = defaultdict(bool)
        batch: list[Received] = []
        for entry in self.waiting:
            blocked = first[entry.message.group] or entry.visible_at > self.now
            first[entry.message.group] = blocked
            if not blocked and len(batch) < 10:
                entry.message = replace(entry.message, receives=entry.message.receives + 1)
                batch.append(entry.message)
        return batch

    def work(self, *, remaining_ms: int = LONG_MS, worker: BatchSync | None = None) -> list[str]:
        """One batch, as Lambda gives it; the ids of the messages that stay."""
        batch = self.receive()
        staying = (worker or self.worker).run(batch, Deadline(lambda: remaining_ms))
        done = {message.message_id for message in batch} - set(staying)
        self.waiting = [w for w in self.waiting if w.message.message_id not in done]
        for entry in self.waiting:
            if (seconds := self.queue.hidden.pop(entry.message.message_id, None)) is not None:
                entry.visible_at = self.now + timedelta(seconds=seconds)
        return staying

    def visible_again(self) -> None:
        """Let the queue's own time-out pass, after a worker has died."""
        self.now += VISIBILITY_TIME_OUT

    def drain(self, limit: timedelta = timedelta(days=20)) -> None:
        """Work until the queue is empty, letting time pass."""
        end = self.now + limit
        while self.waiting:
            assert self.now < end, f"still {len(self.waiting)} messages after {limit}"
            if not any(w.visible_at <= self.now for w in self.waiting):
                self.now = min(w.visible_at for w in self.waiting)
            self.work()

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
