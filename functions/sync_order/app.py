"""Works batches of order events from the queue."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import seven_senders_adapter.cold_start  # first
from seven_senders_adapter import aws
from seven_senders_adapter.clients import Clients
from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.connections.syncing import SyncingConnections
from seven_senders_adapter.environment import Environment, read_environment
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import received_from_lambda
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from seven_senders_adapter.seven_senders.api import WireSettings
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.syncing.arrivals import Arrivals
from seven_senders_adapter.syncing.batch import BatchSync
from seven_senders_adapter.syncing.deadline import Deadline
from seven_senders_adapter.syncing.order_sync import OrderSync
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncEnvironment(Environment):
    """The variables of this function."""

    queue_url: str
    syncing_path: str
    tokens_path: str
    dead_letter_queue_url: str
    table_name: str
    retry_base_seconds: str
    orders_path: str
    order_states_path: str
    token_path: str
    state_order_id_field: str


class SyncOrder:
    """The function with all its parts; one a process."""

    def __init__(
        self,
        env: SyncEnvironment,
        *,
        ssm: "SSMClient",
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
        session: ApiSession,
        now: Clock,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._telemetry = Telemetry(
            service=env.powertools_service_name,
            namespace=env.powertools_metrics_namespace,
            now=now,
        )
        table = Table(client=dynamodb, name=env.table_name)
        pace = Pace(base=float(env.retry_base_seconds), jitter=jitter)
        clients = _clients(
            env, ssm, table, session, self._telemetry, now=now, sleep=sleep, jitter=jitter
        )
        ledger = Ledger.at(table)
        queue = Queue(sqs=sqs, url=env.queue_url)
        orders = OrderSync(
            dead_letter_queue=DeadLetterQueue(sqs=sqs, url=env.dead_letter_queue_url),
            ledger=ledger,
            connections=SyncingConnections(ssm=ssm, path=env.syncing_path, now=now),
            clients=clients.of,
            shops=SHOPS,
            telemetry=self._telemetry,
            pace=pace,
            now=now,
        )
        self._batch = BatchSync(
            arrivals=Arrivals(heard=ledger.traffic, reconciled=ledger.reconciled, now=now),
            orders=orders,
            queue=queue,
            pace=pace,
            telemetry=self._telemetry,
        )

    def __call__(self, event: dict[str, Any], context: "LambdaContext") -> dict[str, object]:
        """Work a batch; name the messages that stay in the queue."""
        messages = [received_from_lambda(record) for record in event["Records"]]
        try:
            staying = self._batch.run(messages, Deadline(context.get_remaining_time_in_millis))
        finally:
            self._telemetry.flush()
        return {"batchItemFailures": [{"itemIdentifier": message} for message in staying]}


def _clients(
    env: SyncEnvironment,
    ssm: "SSMClient",
    table: Table,
    session: ApiSession,
    telemetry: Telemetry,
    *,
    now: Clock,
    sleep: Callable[[float], None],
    jitter: Callable[[], float],
) -> Clients:
    return Clients(
        session=session,
        ssm=ssm,
        tokens_path=env.tokens_path,
        leases=Leases(table=table),
        wire=WireSettings(
            orders_path=env.orders_path,
            states_path=env.order_states_path,
            token_path=env.token_path,
            state_order_id_field=env.state_order_id_field,
        ),
        observe=telemetry.api_called,
        now=now,
        sleep=sleep,
        jitter=jitter,
    )


@cache
def _function() -> SyncOrder:
    return SyncOrder(
        read_environment(SyncEnvironment, os.environ),
        ssm=aws.client("ssm"),
        dynamodb=aws.client("dynamodb"),
        sqs=aws.client("sqs"),
        session=ApiSession(),
        now=utc_now,
        sleep=time.sleep,
        jitter=random.random,
    )


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, object]:
    """What Lambda calls."""
    return _function()(event, context)


seven_senders_adapter.cold_start.complete(_function)
