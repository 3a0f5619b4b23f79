"""Looks for connections that have fallen silent or are refused: on a schedule, and on request."""

import os
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import seven_senders_adapter.cold_start  # first
from seven_senders_adapter import aws
from seven_senders_adapter.checking import Check
from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.connections.names import connection_names
from seven_senders_adapter.environment import Environment, read_environment
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.progress import Progress
from seven_senders_adapter.ledger.reconciliations import Reconciliations
from seven_senders_adapter.ledger.standstills import Standstills
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.ledger.traffic import Traffic
from seven_senders_adapter.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEnvironment(Environment):
    """The variables of this function."""

    receiving_path: str
    table_name: str


class CheckConnections:
    """The function with all its parts; one a process."""

    def __init__(
        self,
        env: CheckEnvironment,
        *,
        ssm: "SSMClient",
        dynamodb: "DynamoDBClient",
        now: Clock,
    ) -> None:
        self._telemetry = Telemetry(
            service=env.powertools_service_name,
            namespace=env.powertools_metrics_namespace,
            now=now,
        )
        table = Table(client=dynamodb, name=env.table_name)
        self._check = Check(
            names=lambda: connection_names(ssm, env.receiving_path),
            traffic=Traffic(table=table),
            standstills=Standstills(table=table),
            progress=Progress(table=table),
            dead_letters=DeadLetters(table=table, now=now),
            reconciliations=Reconciliations(table=table),
            telemetry=self._telemetry,
            now=now,
        )

    def __call__(self) -> dict[str, object]:
        """Check all connections; how many there are, and which are in trouble."""
        try:
            return asdict(self._check.run())
        finally:
            self._telemetry.flush()


@cache
def _function() -> CheckConnections:
    return CheckConnections(
        read_environment(CheckEnvironment, os.environ),
        ssm=aws.client("ssm"),
        dynamodb=aws.client("dynamodb"),
        now=utc_now,
    )


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, object]:  # noqa: ARG001 Lambda's signature
    """What Lambda calls."""
    return _function()()


seven_senders_adapter.cold_start.complete(_function)
