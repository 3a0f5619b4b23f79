"""A table as the template describes it, in moto's DynamoDB and in the one of other tests."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from seven_senders_adapter.aws import CONFIG
from seven_senders_adapter.ledger.table import Table
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.ledger_table import NAME, create_ledger_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="module", params=["moto", "memory"])
def dynamodb(request: pytest.FixtureRequest) -> Iterator["DynamoDBClient"]:
    if request.param == "memory":
        yield MemoryDynamoDB().client
        return
    with mock_aws():
        yield boto3.client(
            "dynamodb",
            region_name="eu-central-1",
            config=CONFIG,
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> Iterator[Table]:
    create_ledger_table(dynamodb)
    yield Table(client=dynamodb, name=NAME)
    dynamodb.delete_table(TableName=NAME)
