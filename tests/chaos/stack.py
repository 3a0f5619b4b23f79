"""The deployed stack in played time: the real functions, a fleet of processes, queues, ledger."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any, cast

from functions.receive_webhook.app import ReceiveEnvironment, ReceiveWebhook
from functions.retry_failed.app import RetryEnvironment, RetryFailed
from functions.sync_order.app import SyncEnvironment, SyncOrder
from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.messages import resync
from seven_senders_adapter.queue import Queue
from seven_senders_local.sqs_event import failed_ids, to_event
from tests.chaos.connections import CONNECTIONS
from tests.chaos.lives import Delivery, headers
from tests.chaos.oracle import Arrival
from tests.chaos.troubles import (
    LateCalls,
    Process,
    TroubledClient,
    TroubledSession,
    Troubles,
)
from tests.played.clock import PlayedClock
from tests.played.ledger_table import NAME
from tests.played.mortal import Killed
from tests.played.sqs import Message, PlayedFifo, PlayedSqs

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef
    from mypy_boto3_ssm import SSMClient

MAIN, DEAD, TURNS = "order-events", "dead-letters", "reconciliation-turns"
REGION = "eu-central-1"
FLEET = 3
RECEIVING_SECONDS = 12
SYNCING_SECONDS = 120
RETRYING_SECONDS = 300
VISIBILITY_SECONDS = 720
"""The functions' time-outs and the queue's, as in template.yaml."""

SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}

COMMON = {
    "powertools_service_name": "chaos",
    "powertools_metrics_namespace": "Chaos",
    "queue_url": MAIN,
}


def ready_at(queue: PlayedFifo) -> float:
    """When a message can be had next, in epoch seconds; infinity if there is none."""
    at = queue.next_at()
    return inf if at is None else at


@dataclass(slots=True)
class _Worker:
    process: Process
    function: SyncOrder


class Stack:
    """Everything between the shops and the API.

    ``arrivals`` are what was taken of each order of each connection, in the order of arrival.
    """

    def __init__(
        self,
        *,
        clock: PlayedClock,
        random: Random,
        troubles: Troubles,
        dynamodb: "DynamoDBClient",
        ssm: "SSMClient",
    ) -> None:
        self.clock = clock
        self.main = PlayedFifo(clock)
        self.dead = PlayedFifo(clock, keeps_seconds=inf)  # until they are compared
        self.turns = PlayedFifo(clock)
        self.arrivals: defaultdict[tuple[str, str], list[Arrival]] = defaultdict(list)
        self.kills = 0
        self._random = random
        self._troubles = troubles
        self._late = LateCalls(clock)
        self._sqs = PlayedSqs(clock, {MAIN: self.main, DEAD: self.dead, TURNS: self.turns})
        self._ssm = ssm
        self._dynamodb = dynamodb
        self._batch: Sequence[Message] = ()
        self._workers = [self._worker() for _ in range(FLEET)]
        self._receiver = self._new_receiver()

    def connect(self, *, api_url: str) -> None:
        """Store the documents of the connections."""
        for name, settings in CONNECTIONS.items():
            document = read_connection(name, {**settings, "api_url": api_url})
            texts = {"receiving": document.receiving_text(), "syncing": document.syncing_text()}
            for path, text in texts.items():
                self._ssm.put_parameter(Name=f"/{path}/{name}", Value=text, Type="SecureString")

    def next_at(self) -> float:
        """When there is work next, in epoch seconds; infinity if there is none."""
        return ready_at(self.main)

    def deliver(self, delivery: Delivery) -> int | None:
        """A delivery comes in; the status of the answer, ``None`` if there was none."""
        queued_before = self.main.sent
        received_at = self.clock.now()
        status = self._receive(delivery)
        # What was queued without an answer counts too: the shop does not know of it.
        if status == HTTPStatus.OK or self.main.sent > queued_before:
            arrival = Arrival(
                topic=delivery.topic, body=json.loads(delivery.body), received_at=received_at
            )
            self.arrivals[delivery.connection, delivery.order].append(arrival)
        return status

    def _receive(self, delivery: Delivery) -> int | None:
        process, function = self._receiver
        process.begin(RECEIVING_SECONDS)
        secrets = cast("list[str]", CONNECTIONS[delivery.connection]["webhook_secrets"])
        event: dict[str, object] = {
            "pathParameters": {"connection": delivery.connection},
            "headers": headers(delivery, secrets[-1]),
            "body": delivery.body.decode(),
            "isBase64Encoded": False,
        }
        try:
            answer = function(event)
        except Killed:
            self.kills += 1
            self._receiver = self._new_receiver()
            return None
        return cast("int", answer["statusCode"])

    def resync(self, connection: str, order: str) -> None:
        """Somebody has an order compared with what Seven Senders has."""
        event = resync(
            connection=connection,
            platform=str(CONNECTIONS[connection]["platform"]),
            order=order,
            request_id=f"{self.main.sent}",
            now=self.clock.now(),
        )
        Queue(sqs=self._sqs.client, url=MAIN).send(event)

    def work(self) -> None:
        """One batch of the queue, as Lambda's poller hands it to a process."""
        self._batch = self.main.receive(VISIBILITY_SECONDS)
        ids = [message.id for message in self._batch]
        answer = self._invoke(self._random.randrange(FLEET), self._batch)
        failed = frozenset(ids) if answer is None else failed_ids(answer, ids)
        for message in self._batch:
            if message.id not in failed and not self._troubles.loses_delete():
                self.main.delete(message.receipt)
        self._batch = ()

    def retry_failed(self) -> None:
        """The scheduled run over the dead letters."""
        process = self._process()
        function = RetryFailed(
            RetryEnvironment(**COMMON, dead_letter_queue_url=DEAD, table_name=NAME),
            dynamodb=self._client(self._dynamodb, process),
            sqs=self._client(self._sqs, process),
            now=self.clock.now,
        )
        process.begin(RETRYING_SECONDS)
        try:
            function(SCHEDULED, cast("Any", process.context))
        except Killed:
            self.kills += 1
        except AwsUnavailable:
            return  # the next run goes on

    def _invoke(self, number: int, batch: Sequence[Message]) -> object:
        """What a worker says of a batch; ``None`` if it was killed, and another takes its place."""
        worker = self._workers[number]
        worker.process.begin(SYNCING_SECONDS)
        messages = cast("list[MessageTypeDef]", [message.as_received() for message in batch])
        event = to_event(messages, queue_arn=MAIN, region=REGION)
        try:
            return worker.function(event, cast("Any", worker.process.context))
        except Killed:
            self.kills += 1
            self._workers[number] = self._worker()
            return None

    def _disturb(self, process: Process) -> None:
        """Now and then another worker has the same messages, although it should not."""
        others = [n for n, worker in enumerate(self._workers) if worker.process is not process]
        if self._batch and self._troubles.sends_second_worker():
            batch, self._batch = self._batch, ()
            self._invoke(self._random.choice(others), batch)
            self._batch = batch

    def _process(self) -> Process:
        return Process(self.clock, self._troubles)

    def _client(self, client: object, process: Process) -> Any:
        return TroubledClient(client, process)

    def _worker(self) -> _Worker:
        process = self._process()
        disturb = partial(self._disturb, process)
        function = SyncOrder(
            SyncEnvironment(
                **COMMON,
                syncing_path="/syncing",
                tokens_path="/tokens",
                dead_letter_queue_url=DEAD,
                table_name=NAME,
                retry_base_seconds="30",
                orders_path="/orders",
                order_states_path="/order_states",
                token_path="/token",
                state_order_id_field="order_id",
            ),
            ssm=self._client(self._ssm, process),
            dynamodb=self._client(self._dynamodb, process),
            sqs=self._client(self._sqs, process),
            session=TroubledSession(process, self._late, disturb),
            now=self.clock.now,
            sleep=self.clock.sleep,
            jitter=self._random.random,
        )
        return _Worker(process, function)

    def _new_receiver(self) -> tuple[Process, ReceiveWebhook]:
        process = self._process()
        function = ReceiveWebhook(
            ReceiveEnvironment(**COMMON, receiving_path="/receiving"),
            ssm=self._client(self._ssm, process),
            sqs=self._client(self._sqs, process),
            now=self.clock.now,
        )
        return process, function
