"""DynamoDB in this process's memory: what the adapter asks of it, twenty times as fast.

For tests that play days or hundreds of deaths. The ledger's own tests hold for this DynamoDB as
they do for moto's, which is slower by far and knows more.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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


class _DynamoDBExceptions:
    ConditionalCheckFailedException = ConditionalCheckFailedException


class MemoryDynamoDB:
    """One table with the key ``pk`` and the ledger's indexes; its name does not matter."""

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

    def batch_get_item(self, **asked: Any) -> dict[str, Any]:
        """BatchGetItem of one table."""
        [(table, rows)] = asked["RequestItems"].items()
        keys = [key["pk"]["S"] for key in rows["Keys"]]
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
        """The pages of an index."""
        return _Pages(self.items)

    def _check(self, key: str, asked: Mapping[str, Any]) -> None:
        row = self.items.get(key, {})
        values = {n: _value(v) for n, v in asked.get("ExpressionAttributeValues", {}).items()}
        condition = asked.get("ConditionExpression")
        if condition and not _condition(condition)(row, values):
            raise ConditionalCheckFailedException(row)


_INDEXES = {"failures": ("connection", "failed_at"), "numbers": ("number",)}
"""The keys of each index, the hash key first; an item that lacks one is not in it."""


class _Pages:
    def __init__(self, items: Mapping[str, Item]) -> None:
        self._items = items

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """One page: what has the hash key that is asked for, or all."""
        keys = _INDEXES[asked["IndexName"]]
        listed = [item for item in self._items.values() if item.keys() >= set(keys)]
        values = {n: _value(v) for n, v in asked.get("ExpressionAttributeValues", {}).items()}
        if condition := asked.get("KeyConditionExpression"):
            listed = [item for item in listed if _condition(condition)(item, values)]
        yield {"Items": sorted(listed, key=lambda item: str(item[keys[-1]]["S"]))}


type _Test = Callable[[Item, Mapping[str, Any]], bool]


@cache
def _condition(expression: str) -> _Test:
    """A condition of the adapter: choices with OR, each of terms with AND, in brackets or not."""
    choices = [
        [_term(term) for term in re.sub(r"^\((.*)\)$", r"\1", choice).split(" AND ")]
        for choice in expression.split(" OR ")
    ]
    return lambda row, values: any(all(term(row, values) for term in terms) for terms in choices)


def _term(text: str) -> _Test:
    for form, test in _TERMS.items():
        if found := re.fullmatch(form, text):
            return test(*found.groups())
    raise ValueError(f"the played DynamoDB does not know this condition: {text}")


def _exists(name: str) -> _Test:
    return lambda row, values: name in row


def _lacks(name: str) -> _Test:
    return lambda row, values: name not in row


def _has_size(name: str, sign: str, value: str) -> _Test:
    compares = _SIGNS[sign]
    return lambda row, values: name in row and compares(len(_value(row[name])), values[value])


def _compares(name: str, sign: str, value: str) -> _Test:
    compares = _SIGNS[sign]
    return lambda row, values: name in row and compares(_value(row[name]), values[value])


_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_TERMS: Mapping[str, Callable[..., _Test]] = {
    r"attribute_exists\(#(\w+)\)": _exists,
    r"attribute_not_exists\(#(\w+)\)": _lacks,
    r"size\(#(\w+)\) ([<>]?=|<|>) (:\w+)": _has_size,
    r"#(\w+) ([<>]?=|<|>) (:\w+)": _compares,
}


def _change(row: Item, expression: str, values: Mapping[str, Any]) -> None:
    for clause, changes in re.findall(r"(SET|REMOVE|ADD) (.*?)(?= REMOVE | ADD |$)", expression):
        for change in re.split(r",\s*(?=#)", changes):
            name = change.strip().removeprefix("#").split(" ")[0]
            if clause == "REMOVE":
                row.pop(name, None)
            elif clause == "ADD":
                added = _value(values[change.strip().split(" ")[1]])
                old = _value(row[name]) if name in row else type(added)()
                row[name] = _typed(old | added if isinstance(added, set) else old + added)
            elif not ("if_not_exists" in change and name in row):
                row[name] = values[re.findall(r":\w+", change)[0]]
