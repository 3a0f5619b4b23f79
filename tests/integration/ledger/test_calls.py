"""How the ledger calls DynamoDB: once an operation, reading what was written last."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.attempts import Attempt, Attempts
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.claims import Claims
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.progress import Progress
from seven_senders_adapter.ledger.standstills import Standstills
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.ledger.traffic import Traffic
from tests.unit.ledger.examples import dead_letter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Only boto3's own client tells its calls.
pytestmark = pytest.mark.parametrize("dynamodb", ["moto"], indirect=True)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RECORD = OrderRecord(connection="a", order="1", number="#1", order_date=NOON, newest=NOON)
LETTER = dead_letter("refused")


def fail(table: Table, message_id: str, *, limit: int = 3) -> None:
    Brakes(table=table).fail(
        "api", what=message_id, reason="503", now=NOON, probe_at=NOON, limit=limit
    )


def close(table: Table) -> None:
    Brakes(table=table).close("api", reason="401", now=NOON, probe_at=NOON)


def list_dead(table: Table, connection: str | None) -> None:
    list(DeadLetters(table=table).list(connection))


OPERATIONS: dict[str, tuple[Callable[[Table], object], str]] = {
    "load an order": (lambda t: Orders(table=t).load("a", "1"), "GetItem"),
    "load orders": (lambda t: Orders(table=t).load_all([("a", "1"), ("b", "1")]), "BatchGetItem"),
    "find orders": (lambda t: Orders(table=t).numbered("#1"), "Query"),
    "see whether an order is marked": (
        lambda t: Orders(table=t).expiring_since("a", "1"),
        "GetItem",
    ),
    "save an order": (lambda t: Orders(table=t).save(RECORD), "PutItem"),
    "mark an order": (lambda t: Orders(table=t).mark_expiring("a", "1", NOON), "UpdateItem"),
    "claim": (
        lambda t: Claims(table=t).claim(account="f", order_id="#1", connection="a", order="1"),
        "PutItem",
    ),
    "load an attempt": (lambda t: Attempts(table=t).load("a", "1"), "GetItem"),
    "save an attempt": (
        lambda t: Attempts(table=t).save("a", "1", Attempt(message_id="m")),
        "PutItem",
    ),
    "list failing attempts": (lambda t: list(Attempts(table=t).failing("a")), "Query"),
    "clear an attempt": (lambda t: Attempts(table=t).clear("a", "1"), "DeleteItem"),
    "read brakes": (lambda t: Brakes(table=t).read(["api", "account"]), "BatchGetItem"),
    "count a failure": (lambda t: fail(t, "m"), "UpdateItem"),
    "close a brake": (close, "UpdateItem"),
    "take a probe": (
        lambda t: Brakes(table=t).take_probe("api", now=NOON, next_probe_at=NOON),
        "UpdateItem",
    ),
    "open a brake": (lambda t: Brakes(table=t).open("api"), "DeleteItem"),
    "take a lease": (
        lambda t: Leases(table=t).take("l", holder="h", now=NOON, until=NOON),
        "PutItem",
    ),
    "release a lease": (lambda t: Leases(table=t).release("l", holder="h"), "DeleteItem"),
    "note progress": (lambda t: Progress(table=t).got_through("a", NOON), "PutItem"),
    "read progress": (lambda t: Progress(table=t).last("a"), "GetItem"),
    "note a standstill": (lambda t: Standstills(table=t).note("a", "api", NOON), "PutItem"),
    "read the last standstill": (lambda t: Standstills(table=t).last("a", NOON), "GetItem"),
    "count events": (lambda t: Traffic(table=t).add("a", NOON.date(), {12: 1}), "UpdateItem"),
    "read five weeks of counts": (
        lambda t: Traffic(table=t).last_weeks("a", NOON),
        "BatchGetItem",
    ),
    "list a connection's dead letters since a time": (
        lambda t: list(DeadLetters(table=t).since("a", NOON)),
        "Query",
    ),
    "add a dead letter": (
        lambda t: DeadLetters(table=t).add(LETTER),
        "PutItem",
    ),
    "remove a dead letter": (
        lambda t: DeadLetters(table=t).remove(LETTER),
        "DeleteItem",
    ),
    "list a connection's dead letters": (lambda t: list_dead(t, "a"), "Query"),
    "list all dead letters": (lambda t: list_dead(t, None), "Scan"),
}


@contextmanager
def recorded(dynamodb: "DynamoDBClient") -> Iterator[list[tuple[str, Any]]]:
    """The calls that are made meanwhile, with what each asks for."""
    calls: list[tuple[str, Any]] = []

    def record(params: dict[str, Any], model: Any, **_: object) -> None:
        calls.append((model.name, params))

    dynamodb.meta.events.register("provide-client-params.dynamodb", record)
    try:
        yield calls
    finally:
        dynamodb.meta.events.unregister("provide-client-params.dynamodb", record)


@pytest.mark.parametrize(("operate", "call"), OPERATIONS.values(), ids=OPERATIONS)
def test_one_call_is_enough_to(
    table: Table, dynamodb: "DynamoDBClient", operate: Callable[[Table], object], call: str
) -> None:
    with recorded(dynamodb) as calls:
        operate(table)
    assert [name for name, _ in calls] == [call]


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        pytest.param([], 1, id="is open"),
        pytest.param(["m-1"], 1, id="fails a little"),
        pytest.param(["m-1", "m-2"], 2, id="closes with it"),
        pytest.param(["m-1", "m-2", "m-3"], 1, id="is closed"),
    ],
)
def test_calls_for_a_failure_while_the_brake(
    table: Table, dynamodb: "DynamoDBClient", prepare: list[str], expected: int
) -> None:
    for message_id in prepare:
        fail(table, message_id)
    with recorded(dynamodb) as calls:
        fail(table, "m-0")
    assert len(calls) == expected


@pytest.mark.parametrize("operation", ["load an order", "load an attempt", "read progress"])
def test_what_was_written_last_is_read_to(
    table: Table, dynamodb: "DynamoDBClient", operation: str
) -> None:
    with recorded(dynamodb) as calls:
        OPERATIONS[operation][0](table)
    assert calls[0][1]["ConsistentRead"] is True


def test_brakes_are_read_as_they_were_written_last(
    table: Table, dynamodb: "DynamoDBClient"
) -> None:
    with recorded(dynamodb) as calls:
        Brakes(table=table).read(["api"])
    assert calls[0][1]["RequestItems"]["ledger"]["ConsistentRead"] is True
