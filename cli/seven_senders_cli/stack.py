"""A deployed stack, found by its name: what it is made of, and how to reach it."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from seven_senders_adapter.clients import Clients
from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from seven_senders_adapter.seven_senders.account import PRODUCTION_URL
from seven_senders_adapter.seven_senders.api import WireSettings, unobserved
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_cli.failing import Exit, Failed

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

CONFIG = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 5}
)
"""For people, who rather wait than see an error that passes."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack in AWS or on this machine. ``AWS_ENDPOINT_URL`` and the usual profile tell where.

    ``outputs`` and ``parameters`` are those of its template; ``session`` makes its clients.
    """

    name: str
    session: boto3.Session
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    def output(self, key: str) -> str:
        """One of its outputs. Raises Failed."""
        try:
            return self.outputs[key]
        except KeyError:
            raise Failed(
                f"the stack {self.name} has no output {key}: is it of this version? Deploy anew"
            ) from None

    @property
    def api_url(self) -> str:
        """The Seven Senders API that its connections use if they name no other."""
        return self.outputs.get("ApiUrl", PRODUCTION_URL)

    @property
    def is_local(self) -> bool:
        """Whether it is the local stack, which has queues and a table but no AWS around them."""
        return "ApiUrl" in self.outputs

    def webhook_url(self, connection: str) -> str:
        """Where a connection's shop posts its webhooks."""
        return self.output("WebhookUrl") + connection

    @cached_property
    def ssm(self) -> "SSMClient":
        """SSM, where connections and tokens are."""
        return self.session.client("ssm", config=CONFIG)

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS, where order events and dead letters wait."""
        return self.session.client("sqs", config=CONFIG)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB, where the ledger is."""
        return self.session.client("dynamodb", config=CONFIG)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """CloudFormation, which has made it."""
        return self.session.client("cloudformation", config=CONFIG)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """CloudWatch, where its alarms and metrics are."""
        return self.session.client("cloudwatch", config=CONFIG)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        """Lambda, where its functions are."""
        return self.session.client("lambda", config=CONFIG)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs, where its functions' lines are."""
        return self.session.client("logs", config=CONFIG)

    @cached_property
    def sns(self) -> "SNSClient":
        """SNS, where its alarms' subscribers are."""
        return self.session.client("sns", config=CONFIG)

    @cached_property
    def table(self) -> Table:
        """The ledger's table."""
        return Table(client=self.dynamodb, name=self.output("LedgerTableName"))

    @cached_property
    def queue(self) -> Queue:
        """The queue of order events."""
        return Queue(sqs=self.sqs, url=self.output("OrderEventsQueueUrl"))

    @cached_property
    def dead_letter_queue(self) -> DeadLetterQueue:
        """The queue of dead letters."""
        return DeadLetterQueue(sqs=self.sqs, url=self.output("DeadLetterQueueUrl"))

    @cached_property
    def connections(self) -> ConnectionStore:
        """The connections' documents."""
        return ConnectionStore(
            ssm=self.ssm,
            receiving_path=self.output("ReceivingPath"),
            syncing_path=self.output("SyncingPath"),
        )

    @cached_property
    def shop_apis(self) -> ShopApiStore:
        """What opens the APIs of the connections' shops."""
        return ShopApiStore(ssm=self.ssm, path=self.output("ShopApisPath"))

    @cached_property
    def clients(self) -> Clients:
        """Clients of the Seven Senders API that share the functions' tokens."""
        return Clients(
            session=ApiSession(),
            ssm=self.ssm,
            tokens_path=self.output("TokensPath"),
            leases=Leases(table=self.table),
            wire=WireSettings(
                orders_path=self.parameters["OrdersPath"],
                states_path=self.parameters["OrderStatesPath"],
                token_path=self.parameters["TokenPath"],
                state_order_id_field=self.parameters["StateOrderIdField"],
            ),
            observe=unobserved,
            now=utc_now,
            sleep=time.sleep,
            jitter=random.random,
        )


def find_stack(name: str) -> Stack:
    """Find a stack by its name. Raises Failed if there is none, or what boto3 raises."""
    session = boto3.Session()
    try:
        cloudformation = session.client("cloudformation", config=CONFIG)
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except BotoCoreError:  # some are a ValueError too
        raise
    except (ValueError, KeyError, ResponseParserError) as error:  # botocore's, of no AWS
        raise Failed(
            "what answers is no AWS: check AWS_ENDPOINT_URL and your proxy, or try again"
        ) from error
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ValidationError":
            raise
        region = cloudformation.meta.region_name
        raise Failed(
            f"there is no stack {name} in {region}: see --stack-name, AWS_PROFILE and"
            " AWS_DEFAULT_REGION",
            code=Exit.NOT_FOUND,
        ) from error
    return Stack(
        name=name,
        session=session,
        outputs={o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
        parameters={p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])},
    )
