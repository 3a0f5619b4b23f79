"""A world over moto's DynamoDB and SSM, and a sandbox on loopback."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from seven_senders_adapter.ledger.table import Table
from tests.integration.syncing.world import World

CREDENTIALS = {
    "region_name": "eu-central-1",
    "aws_access_key_id": "none",
    "aws_secret_access_key": "none",
}


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", **CREDENTIALS)
        dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        world = World(
            table=Table(client=dynamodb, name="ledger"), ssm=boto3.client("ssm", **CREDENTIALS)
        )
        world.sandbox.start()
        world.connect()
        yield world
        world.sandbox.stop()
