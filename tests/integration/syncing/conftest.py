"""A world over moto's DynamoDB and SSM, and a sandbox on loopback."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.integration.ledger_table import create_ledger_table
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
        create_ledger_table(dynamodb)
        world = World(dynamodb=dynamodb, ssm=boto3.client("ssm", **CREDENTIALS))
        world.sandbox.start()
        world.connect()
        yield world
        world.sandbox.stop()
