"""Receives the webhooks of the shops behind API Gateway's HTTP API."""

import os
from dataclasses import dataclass
from functools import cache

import boto3
from botocore.config import Config

from seven_senders_adapter import aws
from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.environment import Environment, read_environment
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.receiving import Receiver, Request
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.telemetry import Telemetry

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


@cache
def _parts() -> tuple[Receiver, Telemetry]:
    environment = read_environment(ReceiveEnvironment, os.environ)
    telemetry = Telemetry(
        service=environment.powertools_service_name,
        namespace=environment.powertools_metrics_namespace,
    )
    connections = ReceivingConnections(
        ssm=boto3.client("ssm", config=SSM_CONFIG),
        path=environment.receiving_path,
        platforms=SHOPS.keys(),
        telemetry=telemetry,
    )
    receiver = Receiver(
        connections=connections,
        shops=SHOPS,
        queue=Queue(sqs=boto3.client("sqs", config=aws.CONFIG), url=environment.queue_url),
        now=utc_now,
        telemetry=telemetry,
    )
    return receiver, telemetry


def handler(event: dict[str, object], context: object) -> dict[str, object]:  # noqa: ARG001 Lambda's signature
    """Answer one request."""
    receiver, telemetry = _parts()
    try:
        return receiver.receive(Request.from_event(event)).for_gateway()
    finally:
        telemetry.flush()
