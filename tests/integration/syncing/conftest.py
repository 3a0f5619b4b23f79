"""A world over moto's DynamoDB and SSM, and a sandbox on loopback."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.integration.ledger_table import create_ledger_table
from tests.integration.syncing.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws():
        aws = boto3.Session("none", "none", region_name="eu-central-1")
        dynamodb = aws.client("dynamodb")
        create_ledger_table(dynamodb)
        world = World(dynamodb=dynamodb, ssm=aws.client("ssm"))
        world.sandbox.start()
        world.connect()
        yield world
        world.sandbox.stop()
