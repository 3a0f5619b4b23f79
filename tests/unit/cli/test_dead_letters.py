"""Which dead letters a person chooses."""

from datetime import timedelta

import pytest

from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.reasons import Reason
from seven_senders_cli.dead_letters import Filters, listed, selection
from seven_senders_cli.orders.finding import Orders
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.ssm import MemorySsm
from tests.unit.ledger.examples import NOON, dead_letter

HOUR = timedelta(hours=1)
REFUSED, TAKEN = Reason.STATE_REFUSED, Reason.ORDER_ID_TAKEN


@pytest.fixture
def table() -> Table:
    """Orders 1 of two shops, of which shop-a's has the number #1001 and shop-b's #2; and more."""
    table = Table(client=MemoryDynamoDB().client, name="ledger")
    numbers = {("shop-a", "1"): "#1001", ("shop-b", "1"): "#2", ("shop-a", "2"): "1003"}
    for (connection, order), number in numbers.items():
        record = OrderRecord(
            connection=connection, order=order, number=number, order_date=NOON, newest=NOON
        )
        Ledger.at(table).orders.save(record)
    letters = DeadLetters(table=table, now=lambda: NOON)
    letters.add(dead_letter(REFUSED, connection="shop-a", order="1", last_try=NOON - 30 * HOUR))
    letters.add(dead_letter(REFUSED, connection="shop-b", order="1", last_try=NOON - 5 * HOUR))
    letters.add(dead_letter(TAKEN, connection="shop-a", order="2", last_try=NOON - HOUR))
    return table


@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        pytest.param(Filters(), "a/1 b/1 a/2", id="nothing: all, the oldest first"),
        pytest.param(Filters(reasons=[REFUSED]), "a/1 b/1", id="a reason"),
        pytest.param(Filters(reasons=[REFUSED, TAKEN]), "a/1 b/1 a/2", id="two reasons"),
        pytest.param(Filters(connections=["shop-a"]), "a/1 a/2", id="a connection"),
        pytest.param(Filters(connections=["shop-b", "shop-a"]), "a/1 b/1 a/2", id="connections"),
        pytest.param(Filters(orders=["1001"]), "a/1", id="a number without its #"),
        pytest.param(Filters(orders=["#1001"]), "a/1", id="a number with its #"),
        pytest.param(Filters(orders=["#1003"]), "a/2", id="a number with a # that it has not"),
        pytest.param(Filters(orders=["1"]), "a/1 b/1", id="the shops' id, over all connections"),
        pytest.param(Filters(orders=["2"]), "b/1 a/2", id="one order's id is another's number"),
        pytest.param(Filters(orders=["1003", "1001"]), "a/1 a/2", id="orders"),
        pytest.param(Filters(older_than=3 * HOUR), "a/1 b/1", id="more than three hours ago"),
        pytest.param(Filters(newer_than=24 * HOUR), "b/1 a/2", id="within a day"),
        pytest.param(
            Filters(older_than=3 * HOUR, newer_than=24 * HOUR), "b/1", id="between the two"
        ),
        pytest.param(
            Filters(connections=["shop-a"], reasons=[REFUSED]), "a/1", id="all that is said"
        ),
    ],
)
def test_chosen_by(table: Table, filters: Filters, chosen: str) -> None:
    index = DeadLetters(table=table, now=lambda: NOON)
    store = ConnectionStore(ssm=MemorySsm().client, receiving_path="/r", syncing_path="/s")
    orders = Orders(ledger=Ledger.at(table), connections=store)
    found = listed(index, selection(filters, orders, lambda: NOON))
    assert [
        f"{letter.connection.removeprefix('shop-')}/{letter.order}" for letter in found
    ] == chosen.split()
