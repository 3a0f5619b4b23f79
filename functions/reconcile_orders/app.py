"""Compares the shops' orders with the ledger, and brings in what the webhooks have missed.

On a schedule, and on request, it queues all connections that have credentials of their shop's API.
From that queue each comes back as an event of its own, so that none waits for another's shop.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import seven_senders_adapter.cold_start  # first
from seven_senders_adapter import aws
from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.shop_apis import ShopApiDocument
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.environment import Environment, read_environment
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.corrections import Corrections
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.reconciliations import Reconciliations
from seven_senders_adapter.ledger.standstills import Standstills
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.queue import Queue, ReconciliationQueue
from seven_senders_adapter.reconciling.lost_webhooks import LostWebhooks
from seven_senders_adapter.reconciling.room import Room
from seven_senders_adapter.reconciling.rounds import Parts, Rounds
from seven_senders_adapter.reconciling.webhook_health import WebhookHealth
from seven_senders_adapter.reconciling.windows import MOST_READY, Windows
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.shop_api import ShopApi
from seven_senders_adapter.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

SPARE_MS = 240_000
"""What a page needs of a shop that does not answer, or throttles. Killed, it is done again.

Three tries of two calls, 35 s each, and what lies between them; or four waits of 30 s.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileEnvironment(Environment):
    """The variables of this function. ``webhook_url`` ends before the connection's name."""

    queue_url: str
    reconciliation_queue_url: str
    receiving_path: str
    syncing_path: str
    shop_apis_path: str
    table_name: str
    webhook_url: str
    reconciliation_delay_minutes: str
    shopify_lost_after_hours: str
    woocommerce_lost_after_hours: str

    @property
    def delay(self) -> timedelta:
        """How long a change is left to its webhook."""
        return timedelta(minutes=float(self.reconciliation_delay_minutes))

    @property
    def lost_after(self) -> dict[str, timedelta]:
        """By platform, how long after a change no webhook of it comes any more."""
        hours = {
            "shopify": self.shopify_lost_after_hours,
            "woocommerce": self.woocommerce_lost_after_hours,
        }
        return {platform: timedelta(hours=float(number)) for platform, number in hours.items()}


class ReconcileOrders:
    """The function with all its parts; one a process."""

    def __init__(
        self,
        env: ReconcileEnvironment,
        *,
        ssm: "SSMClient",
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
        now: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._telemetry = Telemetry(
            service=env.powertools_service_name,
            namespace=env.powertools_metrics_namespace,
            now=now,
        )
        self._shop_apis = ShopApiStore(ssm=ssm, path=env.shop_apis_path)
        self._turns = ReconciliationQueue(sqs=sqs, url=env.reconciliation_queue_url)
        table = Table(client=dynamodb, name=env.table_name)
        self._rounds = Rounds(
            connections=ConnectionStore(
                ssm=ssm, receiving_path=env.receiving_path, syncing_path=env.syncing_path, now=now
            ),
            shop_apis=self._shop_apis,
            open_api=_opened_once(sleep),
            parts=_parts(
                env,
                table,
                Queue(sqs=sqs, url=env.queue_url),
                self._telemetry,
                now=now,
                sleep=sleep,
            ),
            standstills=Standstills(table=table),
            telemetry=self._telemetry,
            now=now,
            sleep=sleep,
        )

    def __call__(self, event: dict[str, Any], context: "LambdaContext") -> dict[str, int]:
        """Make the rounds that the queue brings, else ask for one of each connection."""
        try:
            if "Records" in event:
                return self._make([record["body"] for record in event["Records"]], context)
            return self._ask()
        finally:
            self._telemetry.flush()

    def _ask(self) -> dict[str, int]:
        names = sorted(self._shop_apis.names())
        for name in names:
            self._turns.send(name)
        return {"asked_for": len(names)}

    def _make(self, names: list[str], context: "LambdaContext") -> dict[str, int]:
        for name in names:
            self._rounds.make(
                name, has_time=lambda: context.get_remaining_time_in_millis() > SPARE_MS
            )
        return {"made": len(names)}


def _opened_once(sleep: Callable[[float], None]) -> Callable[[ShopApiDocument], ShopApi]:
    """Opens each shop's API once a process, so that its token and its connection are kept."""

    @cache
    def opened(document: ShopApiDocument) -> ShopApi:
        return open_shop_api(document, sleep=sleep)

    return opened


def _parts(
    env: ReconcileEnvironment,
    table: Table,
    queue: Queue,
    telemetry: Telemetry,
    *,
    now: Clock,
    sleep: Callable[[float], None],
) -> Parts:
    orders = Orders(table=table)
    return Parts(
        webhooks=WebhookHealth(base_url=env.webhook_url, telemetry=telemetry, now=now),
        windows=Windows(
            reconciliations=Reconciliations(table=table),
            orders=orders,
            queue=queue,
            telemetry=telemetry,
            delay=env.delay,
            now=now,
            sleep=sleep,
        ),
        lost=LostWebhooks(
            corrections=Corrections(table=table, now=now),
            orders=orders,
            telemetry=telemetry,
            lost_after=env.lost_after,
            now=now,
        ),
        room=lambda account: Room(
            queue=queue,
            brakes=Brakes(table=table),
            account=account,
            most_ready=MOST_READY,
            now=now,
        ),
    )


@cache
def _function() -> ReconcileOrders:
    return ReconcileOrders(
        read_environment(ReconcileEnvironment, os.environ),
        ssm=aws.client("ssm"),
        dynamodb=aws.client("dynamodb"),
        sqs=aws.client("sqs"),
        now=utc_now,
        sleep=time.sleep,
    )


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, int]:
    """What Lambda calls."""
    return _function()(event, context)


seven_senders_adapter.cold_start.complete(_function)
