"""Receives the webhooks of the shops behind API Gateway's HTTP API."""

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from seven_senders_adapter import aws
from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.environment import Environment, read_environment
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.receiving import Receiver, Request
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.telemetry import Telemetry

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# The loader tries again by itself, and an SSM that hangs must leave time for SQS.
SSM_CONFIG = aws.CONFIG.merge(
    Config(
        connect_timeout=0.5, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1}
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveEnvironment(Environment):
    """The variables of this function."""

    receiving_path: str


class ReceiveWebhook:
    """The function with all its parts; one a process."""

    def __init__(
        self, env: ReceiveEnvironment, *, ssm: "SSMClient", sqs: "SQSClient", now: Clock
    ) -> None:
        self._telemetry = Telemetry(
            service=env.powertools_service_name,
            namespace=env.powertools_metrics_namespace,
            now=now,
        )
        connections = ReceivingConnections(
            ssm=ssm,
            path=env.receiving_path,
            platforms=SHOPS.keys(),
            telemetry=self._telemetry,
            now=now,
        )
        self._receiver = Receiver(
            connections=connections,
            shops=SHOPS,
            queue=Queue(sqs=sqs, url=env.queue_url),
            now=now,
            telemetry=self._telemetry,
        )

    def __call__(self, event: dict[str, object]) -> dict[str, object]:
        """Answer one request."""
        try:
            return self._receiver.receive(Request.from_event(event)).for_gateway()
        finally:
            self._telemetry.flush()


@cache
def _function() -> ReceiveWebhook:
    return ReceiveWebhook(
        read_environment(ReceiveEnvironment, os.environ),
        ssm=boto3.client("ssm", config=SSM_CONFIG),
        sqs=boto3.client("sqs", config=aws.CONFIG),
        now=utc_now,
    )


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """What Lambda calls."""
    return _function()(event)
