"""Returns dead letters to the queue: on a schedule, and on request."""

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import seven_senders_adapter.cold_start  # first
from seven_senders_adapter import aws
from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.dead_letter_run import DeadLetterRun
from seven_senders_adapter.environment import Environment, read_environment
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from seven_senders_adapter.retrying import Retry, read_selection
from seven_senders_adapter.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

SPARE_MS = 30_000
"""What ten dead letters need at most, at the slowest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEnvironment(Environment):
    """The variables of this function."""

    queue_url: str
    dead_letter_queue_url: str
    table_name: str


class RetryFailed:
    """The function with all its parts; one a process."""

    def __init__(
        self,
        env: RetryEnvironment,
        *,
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
        now: Clock,
    ) -> None:
        self._telemetry = Telemetry(
            service=env.powertools_service_name,
            namespace=env.powertools_metrics_namespace,
            now=now,
        )
        table = Table(client=dynamodb, name=env.table_name)
        self._orders = Orders(table=table)
        self._now = now
        self._retry = Retry(
            queue=Queue(sqs=sqs, url=env.queue_url), brakes=Brakes(table=table), now=now
        )
        self._dead_letters = DeadLetterRun(
            queue=DeadLetterQueue(sqs=sqs, url=env.dead_letter_queue_url),
            index=DeadLetters(table=table),
            now=now,
            near_expiry=self._near_expiry,
        )

    def __call__(self, event: dict[str, Any], context: "LambdaContext") -> dict[str, int]:
        """Return what can pass, or what ``event`` selects; see ``read_selection``."""
        try:
            tally = self._dead_letters.run(
                read_selection(event),
                self._retry,
                has_time=lambda: context.get_remaining_time_in_millis() > SPARE_MS,
            )
        finally:
            self._telemetry.flush()
        return {"returned": tally.taken, "waiting": tally.waiting, "left": tally.left}

    def _near_expiry(self, letter: DeadLetter) -> None:
        self._telemetry.near_expiry()
        self._orders.mark_expiring(letter.connection, letter.order, self._now())


@cache
def _function() -> RetryFailed:
    return RetryFailed(
        read_environment(RetryEnvironment, os.environ),
        dynamodb=aws.client("dynamodb"),
        sqs=aws.client("sqs"),
        now=utc_now,
    )


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, int]:
    """What Lambda calls."""
    return _function()(event, context)


seven_senders_adapter.cold_start.complete(_function)
