"""A world over moto's DynamoDB and SSM, and a sandbox on loopback; or one in memory."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from tests.integration.syncing.fast import fast_worlds
from tests.integration.syncing.world import World
from tests.played.ledger_table import NAME, create_ledger_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient


@pytest.fixture(scope="module")
def aws() -> Iterator[boto3.Session]:
    with mock_aws():
        yield boto3.Session("none", "none", region_name="eu-central-1")


@pytest.fixture(scope="module")
def clients(aws: boto3.Session) -> "tuple[DynamoDBClient, SSMClient]":
    return aws.client("dynamodb"), aws.client("ssm")


@pytest.fixture
def world(clients: "tuple[DynamoDBClient, SSMClient]") -> Iterator[World]:
    dynamodb, ssm = clients
    create_ledger_table(dynamodb)
    world = World(dynamodb=dynamodb, ssm=ssm)
    world.sandbox.start()
    world.connect()
    yield world
    world.sandbox.stop()
    dynamodb.delete_table(TableName=NAME)


@pytest.fixture(scope="module")
def new_world() -> Iterator[Callable[[], World]]:
    with fast_worlds() as new:
        yield new


@pytest.fixture
def fast_world(new_world: Callable[[], World]) -> World:
    return new_world()
