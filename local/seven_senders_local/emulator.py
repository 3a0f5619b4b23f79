"""MiniStack, an emulator of AWS, in a process of its own that keeps nothing on disk."""

import os
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from seven_senders_local import paths
from seven_senders_local.processes import Child, StartFailed, guarded

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

REGION = "eu-central-1"
STACK = "seven-senders"
_GLANCE_SECONDS = 0.02
_SERVICES = "cloudformation,dynamodb,logs,sqs,ssm"
_CLIENT = Config(
    max_pool_connections=64,
    retries={"mode": "standard", "total_max_attempts": 10},  # also waits until it is up
)


@dataclass(frozen=True, slots=True)
class Deployed:
    """What CloudFormation made: its outputs, and the physical ids by logical ones."""

    outputs: Mapping[str, str]
    resources: Mapping[str, str]


class Emulator:
    """A running emulator on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        # Hypercorn is handed the listening socket: no port is guessed, and MiniStack's own
        # start, which writes a file, is not needed.
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            port = listener.getsockname()[1]
            self.endpoint = f"http://127.0.0.1:{port}"
            self._child = Child(
                guarded(
                    "hypercorn",
                    "ministack.app:app",
                    *("--bind", f"fd://{listener.fileno()}"),
                    *("--workers", "0", "--keep-alive", "75", "--log-level", "ERROR"),
                    python=paths.EMULATOR_PYTHON,
                ),
                environment={
                    "PATH": os.defpath,
                    "BIND_HOST": "127.0.0.1",
                    "MINISTACK_HOST": "127.0.0.1",
                    "GATEWAY_PORT": str(port),
                    "MINISTACK_REGION": REGION,
                    "SERVICES": _SERVICES,
                    "LOG_LEVEL": "ERROR",
                },
                output=subprocess.DEVNULL,
                keep_open=[listener.fileno()],
            )

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._child.alive

    @property
    def reached_by(self) -> dict[str, str]:
        """What makes boto3 talk to the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }

    @property
    def environment(self) -> dict[str, str]:
        """What makes the functions' boto3 talk to the emulator and to nothing else."""
        return {
            **self.reached_by,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    @overload
    def client(self, service: Literal["cloudformation"]) -> "CloudFormationClient": ...
    @overload
    def client(self, service: Literal["logs"]) -> "CloudWatchLogsClient": ...
    @overload
    def client(self, service: Literal["sqs"]) -> "SQSClient": ...
    @overload
    def client(self, service: Literal["ssm"]) -> "SSMClient": ...
    def client(self, service: Literal["cloudformation", "logs", "sqs", "ssm"]) -> object:
        """A boto3 client."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - the emulator takes any
            config=_CLIENT,
        )

    def deploy(self, template: str) -> Deployed:
        """Create the stack and wait for it. Raises StartFailed."""
        cloudformation = self.client("cloudformation")
        try:
            cloudformation.create_stack(StackName=STACK, TemplateBody=template)
        except ClientError as error:
            raise StartFailed(f"the emulator does not take the template: {error}") from error
        while (stack := _describe(cloudformation))["StackStatus"] == "CREATE_IN_PROGRESS":
            time.sleep(_GLANCE_SECONDS)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise StartFailed(
                "the emulator can't create the template's stack:"
                f" {stack['StackStatus']} {stack.get('StackStatusReason', '')}"
            )
        resources = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        return Deployed(
            outputs={o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
            resources={r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources},
        )

    def end(self) -> None:
        """Kill it, and all that it knew with it."""
        self._child.end()


def _describe(cloudformation: "CloudFormationClient") -> "StackTypeDef":
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return stack
