"""The ledger's table in DynamoDB: one key, whole rows, conditional writes.

The key is the text ``pk``. Other attributes are named ``#name`` in expressions, because many
plain words are reserved there.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from seven_senders_adapter.aws import AwsUnavailable, reaching
from seven_senders_adapter.ledger.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_ROW_BYTES = 400 * 1024
"""The most that DynamoDB takes in one item, names included (source: docs)."""

MAX_KEYS = 100
"""The most that one BatchGetItem takes (source: docs)."""

ROUNDS = 3
"""How often BatchGetItem is asked for what it left out."""


class Conflict(Exception):
    """Somebody else wrote the row first; ``row`` is theirs, empty if there is none."""

    def __init__(self, row: Row) -> None:
        super().__init__("somebody else wrote the row first: read it again")
        self.row = row


class RowTooLarge(Exception):
    """A row that DynamoDB will never take."""


class Table:
    """Reads are strongly consistent. Every call raises AwsUnavailable if DynamoDB fails."""

    def __init__(self, *, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def get(self, pk: str) -> Row | None:
        """The row under a key."""
        with reaching("dynamodb GetItem"):
            answer = self._client.get_item(
                TableName=self._name, Key={"pk": {"S": pk}}, ConsistentRead=True
            )
        return _row(answer["Item"]) if "Item" in answer else None

    def get_all(self, pks: Sequence[str]) -> list[Row]:
        """The rows under up to ``MAX_KEYS`` keys, in no order; keys without a row are left out."""
        rows: list[Row] = []
        asked: Any = {
            self._name: {
                "Keys": [{"pk": {"S": pk}} for pk in dict.fromkeys(pks)],
                "ConsistentRead": True,
            }
        }
        for _ in range(ROUNDS):
            with reaching("dynamodb BatchGetItem"):
                answer = self._client.batch_get_item(RequestItems=asked)
            rows += map(_row, answer["Responses"].get(self._name, []))
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return rows
        raise AwsUnavailable("dynamodb BatchGetItem: keys were left out again and again")

    def put(self, row: Row, *, condition: str | None = None, values: Row | None = None) -> None:
        """Write a whole row. Raises Conflict if the condition does not hold, and RowTooLarge."""
        # JSON takes no less room than DynamoDB counts.
        size = len(json.dumps(row, ensure_ascii=False).encode())
        if size > MAX_ROW_BYTES:
            raise RowTooLarge(f"{row['pk']}: {size} bytes, at most {MAX_ROW_BYTES} fit a row")
        with self._writing("PutItem"):
            self._client.put_item(
                TableName=self._name,
                Item=_item(row),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **_expressions(condition=condition, values=values),
            )

    def put_over(self, row: Row, *, version: int) -> None:
        """Write a whole row over one of a version; 0 is none at all. Raises what ``put`` does."""
        if version:
            self.put(row, condition="#version = :version", values={"version": version})
        else:
            self.put(row, condition="attribute_not_exists(#pk)")

    def update(self, pk: str, change: str, *, condition: str | None = None, values: Row) -> Row:
        """Change a row, or begin one, and return it whole. Raises Conflict."""
        with self._writing("UpdateItem"):
            answer = self._client.update_item(
                TableName=self._name,
                Key={"pk": {"S": pk}},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **_expressions(change=change, condition=condition, values=values),
            )
        return _row(answer["Attributes"])

    def delete(self, pk: str, *, condition: str | None = None, values: Row | None = None) -> None:
        """Delete a row if it is there. Raises Conflict if the condition does not hold."""
        with self._writing("DeleteItem"):
            self._client.delete_item(
                TableName=self._name,
                Key={"pk": {"S": pk}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **_expressions(condition=condition, values=values),
            )

    def query(self, index: str, *, where: str, values: Row) -> Iterator[Row]:
        """The rows of an index with one hash key, by its range key; may lag behind by a moment."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=index,
            **_expressions(key=where, values=values),
        )
        with reaching("dynamodb Query"):
            for page in pages:
                yield from map(_row, page["Items"])

    def scan(self, index: str) -> Iterator[Row]:
        """All rows of an index, in no order; may lag behind by a moment."""
        pages = self._client.get_paginator("scan").paginate(TableName=self._name, IndexName=index)
        with reaching("dynamodb Scan"):
            for page in pages:
                yield from map(_row, page["Items"])

    @contextmanager
    def _writing(self, operation: str) -> Iterator[None]:
        with reaching(f"dynamodb {operation}"):
            try:
                yield
            except self._client.exceptions.ConditionalCheckFailedException as error:
                theirs: Any = error.response
                raise Conflict(_row(theirs.get("Item", {}))) from error


def _expressions(
    *,
    key: str | None = None,
    change: str | None = None,
    condition: str | None = None,
    values: Row | None = None,
) -> dict[str, Any]:
    """A call's expressions with the names and values that they use."""
    given = {
        "KeyConditionExpression": key,
        "UpdateExpression": change,
        "ConditionExpression": condition,
    }
    result: dict[str, Any] = {name: text for name, text in given.items() if text}
    names = re.findall(r"#(\w+)", " ".join(result.values()))
    if names:
        result["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    if values:
        result["ExpressionAttributeValues"] = _item({f":{k}": v for k, v in values.items()})
    return result


_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def _item(row: Row) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in row.items()}


def _row(item: Any) -> Row:
    return {name: _deserialize(value) for name, value in item.items()}
