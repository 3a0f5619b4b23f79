"""What conditions say of a row, to moto and to the DynamoDB in memory."""

import pytest

from seven_senders_adapter.ledger.rows import Row
from seven_senders_adapter.ledger.table import Conflict, Table

VALUES: Row = {"one": 1, "two": 2, "three": 3, "nobody": "nobody"}


def holds(table: Table, condition: str) -> bool:
    """Whether a condition holds for a row of the size 2 and two names."""
    table.update(
        "row",
        "SET #size = :size ADD #names :names",
        values={"size": 2, "names": {"a", "b"}},
    )
    try:
        table.delete(
            "row",
            condition=condition,
            values={name: value for name, value in VALUES.items() if f":{name}" in condition}
            or None,
        )
    except Conflict:
        return False
    return True


@pytest.mark.parametrize(
    "condition",
    [
        "attribute_exists(#size)",
        "attribute_not_exists(#other)",
        "#size = :two",
        "#size < :three",
        "#size > :one",
        "#size <= :two",
        "#size >= :two",
        "size(#names) >= :two",
        "size(#names) < :three",
        "#size = :one OR #size = :two",
        "#size = :one OR (attribute_exists(#size) AND #size = :two)",
        "#size = :two OR (attribute_exists(#other) AND #size = :two)",
    ],
)
def test_it_holds(table: Table, condition: str) -> None:
    assert holds(table, condition)


@pytest.mark.parametrize(
    "condition",
    [
        "attribute_exists(#other)",
        "attribute_not_exists(#size)",
        "#size = :one",
        "#size = :nobody",
        "#size < :two",
        "#size > :two",
        "#size <= :one",
        "#size >= :three",
        "#other = :two",
        "#other < :two",
        "#other > :two",
        "size(#names) >= :three",
        "size(#names) < :two",
        "attribute_exists(#other) AND size(#other) < :two",
        "#size = :one OR #size = :three",
        "#size = :one OR (attribute_exists(#other) AND #size = :two)",
        "attribute_exists(#size) AND #size = :one",
    ],
)
def test_it_does_not_hold(table: Table, condition: str) -> None:
    assert not holds(table, condition)
