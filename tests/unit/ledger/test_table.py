"""What the table does when DynamoDB is not well."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.ledger.table import Conflict, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="module")
def dynamodb() -> "DynamoDBClient":
    return boto3.client(
        "dynamodb",
        region_name="eu-central-1",
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )


@pytest.fixture
def stubber(dynamodb: "DynamoDBClient") -> Iterator[Stubber]:
    with Stubber(dynamodb) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> Table:
    return Table(client=dynamodb, name="ledger")


CALLS: dict[str, tuple[str, Callable[[Table], object]]] = {
    "get_item": ("GetItem", lambda table: table.get("a")),
    "batch_get_item": ("BatchGetItem", lambda table: table.get_all(["a"])),
    "put_item": ("PutItem", lambda table: table.put({"pk": "a"})),
    "update_item": (
        "UpdateItem",
        lambda table: table.update("a", "SET #a = :a", values={"a": 1}),
    ),
    "delete_item": ("DeleteItem", lambda table: table.delete("a")),
    "query": (
        "Query",
        lambda table: list(table.query("index", where="#a = :a", values={"a": "b"})),
    ),
    "scan": ("Scan", lambda table: list(table.scan("index"))),
}


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ThrottlingException"])
@pytest.mark.parametrize("method", CALLS)
def test_a_throttled_call_is_told_by_name(
    table: Table, stubber: Stubber, method: str, code: str
) -> None:
    operation, call = CALLS[method]
    stubber.add_client_error(method, code)
    with pytest.raises(AwsUnavailable, match=f"^dynamodb {operation}: {code}$"):
        call(table)


@pytest.mark.parametrize("method", ["put_item", "update_item", "delete_item"])
@pytest.mark.parametrize(
    ("answer", "theirs"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param({"Item": {"pk": {"S": "a"}}}, {"pk": "a"}, id="another's"),
    ],
)
def test_a_write_whose_condition_fails_is_a_conflict_with_the_row_that_is_there(
    table: Table, stubber: Stubber, method: str, answer: dict[str, Any], theirs: dict[str, str]
) -> None:
    stubber.add_client_error(
        method, "ConditionalCheckFailedException", modeled_fields=answer, http_status_code=400
    )
    with pytest.raises(Conflict) as caught:
        CALLS[method][1](table)
    assert caught.value.row == theirs


def batch(found: list[str], left: list[str]) -> dict[str, Any]:
    def keys(pks: list[str]) -> list[dict[str, Any]]:
        return [{"pk": {"S": pk}} for pk in pks]

    unprocessed = {"ledger": {"Keys": keys(left), "ConsistentRead": True}} if left else {}
    return {"Responses": {"ledger": keys(found)}, "UnprocessedKeys": unprocessed}


def asked(pks: list[str]) -> dict[str, Any]:
    keys = [{"pk": {"S": pk}} for pk in pks]
    return {"RequestItems": {"ledger": {"Keys": keys, "ConsistentRead": True}}}


def test_keys_that_dynamodb_left_out_are_asked_for_again(table: Table, stubber: Stubber) -> None:
    stubber.add_response("batch_get_item", batch(["a"], ["b", "c"]), asked(["a", "b", "c"]))
    stubber.add_response("batch_get_item", batch(["b"], ["c"]), asked(["b", "c"]))
    stubber.add_response("batch_get_item", batch(["c"], []), asked(["c"]))
    assert table.get_all(["a", "b", "a", "c"]) == [{"pk": "a"}, {"pk": "b"}, {"pk": "c"}]


def test_keys_that_are_left_out_three_times_are_not_taken_for_absent(
    table: Table, stubber: Stubber
) -> None:
    for _ in range(3):
        stubber.add_response("batch_get_item", batch([], ["a"]), asked(["a"]))
    with pytest.raises(AwsUnavailable, match=r"^dynamodb BatchGetItem: keys were left out"):
        table.get_all(["a"])


def test_all_pages_of_an_index_are_read(table: Table, stubber: Stubber) -> None:
    key = {"pk": {"S": "a"}}
    stubber.add_response("scan", {"Items": [key], "LastEvaluatedKey": key})
    stubber.add_response("scan", {"Items": [{"pk": {"S": "b"}}]})
    assert [row["pk"] for row in table.scan("failures")] == ["a", "b"]
