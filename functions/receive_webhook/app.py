"""Receives the webhooks of the shops behind API Gateway's HTTP API."""

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import seven_senders_adapter.cold_start  # first
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveEnvironment(Environment):
    """The variables of this function."""

    queue_url: str
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
        # What loads the connections tries again by itself; an SSM that hangs leaves SQS time.
        ssm=aws.client("ssm", config=aws.SINGLE_ATTEMPT),
        sqs=aws.client("sqs"),
        now=utc_now,
    )


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """What Lambda calls."""
    return _function()(event)


seven_senders_adapter.cold_start.complete(_function)
