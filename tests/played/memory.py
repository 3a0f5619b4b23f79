"""DynamoDB and SSM in this process's memory: what the adapter asks of them, twenty times as fast.

For tests that play days or hundreds of deaths. The ledger's own tests hold for this DynamoDB as
they do for moto's, which is slower by far and knows more.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

type Item = dict[str, Any]
"""A row as DynamoDB's API has it, each value under the letter of its type; never changed."""

_value = TypeDeserializer().deserialize
_typed = TypeSerializer().serialize


class ConditionalCheckFailedException(ClientError):
    """A condition that does not hold; the answer has the row as it stands."""

    def __init__(self, row: Item) -> None:
        answer: Any = {"Error": {"Code": "ConditionalCheckFailedException"}}
        if row:
            answer["Item"] = row
        super().__init__(answer, "PutItem, UpdateItem or DeleteItem")


class ParameterNotFound(ClientError):
    """No parameter of this name."""

    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")


class _DynamoDBExceptions:
    ConditionalCheckFailedException = ConditionalCheckFailedException


class _SsmExceptions:
    ParameterNotFound = ParameterNotFound


class MemoryDynamoDB:
    """One table with the key ``pk`` and the index of the dead letters; its name does not matter."""

    exceptions = _DynamoDBExceptions

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}

    @property
    def client(self) -> "DynamoDBClient":
        """As the adapter sees it."""
        return cast("DynamoDBClient", self)

    def create_table(self, **_: object) -> None:
        """CreateTable."""
        self.items.clear()

    def delete_table(self, **_: object) -> None:
        """DeleteTable."""
        self.items.clear()

    def get_item(self, **asked: Any) -> dict[str, Any]:
        """GetItem."""
        found = self.items.get(asked["Key"]["pk"]["S"])
        return {"Item": found} if found else {}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 boto3's name
        """BatchGetItem of one table."""
        [(table, asked)] = RequestItems.items()
        keys = [key["pk"]["S"] for key in asked["Keys"]]
        return {"Responses": {table: [self.items[key] for key in keys if key in self.items]}}

    def put_item(self, **asked: Any) -> dict[str, Any]:
        """PutItem."""
        key = asked["Item"]["pk"]["S"]
        self._check(key, asked)
        self.items[key] = asked["Item"]
        return {}

    def update_item(self, **asked: Any) -> dict[str, Any]:
        """UpdateItem."""
        key = asked["Key"]["pk"]["S"]
        self._check(key, asked)
        row = {"pk": {"S": key}, **self.items.get(key, {})}
        _change(row, asked["UpdateExpression"], asked.get("ExpressionAttributeValues", {}))
        self.items[key] = row
        return {"Attributes": row}

    def delete_item(self, **asked: Any) -> dict[str, Any]:
        """DeleteItem."""
        key = asked["Key"]["pk"]["S"]
        self._check(key, asked)
        self.items.pop(key, None)
        return {}

    def get_paginator(self, operation: str) -> "_Pages":
        """The pages of the index of the dead letters."""
        return _Pages(self.items)

    def _check(self, key: str, asked: Mapping[str, Any]) -> None:
        row = self.items.get(key, {})
        values = {n: _value(v) for n, v in asked.get("ExpressionAttributeValues", {}).items()}
        condition = asked.get("ConditionExpression")
        if condition and not _condition(condition)(row, values):
            raise ConditionalCheckFailedException(row)


class _Pages:
    def __init__(self, items: Mapping[str, Item]) -> None:
        self._items = items

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """One page: of the connection that is asked for, or of all."""
        wanted = asked.get("ExpressionAttributeValues", {}).get(":connection")
        listed = [i for i in self._items.values() if "failed_at" in i and "connection" in i]
        chosen = [i for i in listed if wanted in (None, i["connection"])]
        yield {"Items": sorted(chosen, key=lambda item: str(item["failed_at"]["S"]))}


type _Test = Callable[[Item, Mapping[str, Any]], bool]

_PYTHON = (
    (r"attribute_not_exists\(#(\w+)\)", r"('\1' not in row)"),
    (r"attribute_exists\(#(\w+)\)", r"('\1' in row)"),
    (r"size\(#(\w+)\) (>=|<=|<|>) :(\w+)", r"(len(of(row['\1'])) \2 values[':\3'])"),
    (r"#(\w+) (>=|<=|<|>|=) :(\w+)", r"('\1' in row and of(row['\1']) \2 values[':\3'])"),
    (r" = ", " == "),
    (r"\bOR\b", "or"),
    (r"\bAND\b", "and"),
)


@cache
def _condition(expression: str) -> _Test:
    """A condition of the adapter as a function of the row and the values."""
    for pattern, python in _PYTHON:
        expression = re.sub(pattern, python, expression)
    test: _Test = eval(f"lambda row, values: {expression}", {"of": _value})  # noqa: S307 the adapter's own text
    return test


def _change(row: Item, expression: str, values: Mapping[str, Any]) -> None:
    for clause, changes in re.findall(r"(SET|REMOVE|ADD) (.*?)(?= REMOVE | ADD |$)", expression):
        for change in re.split(r",\s*(?=#)", changes):
            name = change.strip().removeprefix("#").split(" ")[0]
            if clause == "REMOVE":
                row.pop(name, None)
            elif clause == "ADD":
                old = _value(row[name]) if name in row else set()
                row[name] = _typed(old | _value(values[change.split(" ")[1]]))
            elif not ("if_not_exists" in change and name in row):
                row[name] = values[re.findall(r":\w+", change)[0]]


class MemorySsm:
    """Parameters by name."""

    exceptions = _SsmExceptions

    def __init__(self) -> None:
        self.parameters: dict[str, str] = {}

    @property
    def client(self) -> "SSMClient":
        """As the adapter sees it."""
        return cast("SSMClient", self)

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803 boto3's names
        """GetParameter."""
        if Name not in self.parameters:
            raise ParameterNotFound
        return {"Parameter": {"Name": Name, "Value": self.parameters[Name]}}

    def get_paginator(self, operation: str) -> "_ParameterPages":
        """The pages of GetParametersByPath."""
        return _ParameterPages(self.parameters)

    def put_parameter(self, *, Name: str, Value: str, **_: object) -> dict[str, Any]:  # noqa: N803 boto3's names
        """PutParameter."""
        self.parameters[Name] = Value
        return {}

    def delete_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803 boto3's name
        """DeleteParameter."""
        del self.parameters[Name]
        return {}


class _ParameterPages:
    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters

    def paginate(self, *, Path: str, **_: object) -> Iterator[dict[str, Any]]:  # noqa: N803 boto3's name
        """One page: what stands right under the path."""
        found = [
            {"Name": name, "Value": value}
            for name, value in self._parameters.items()
            if name.rpartition("/")[0] == Path
        ]
        yield {"Parameters": found}
