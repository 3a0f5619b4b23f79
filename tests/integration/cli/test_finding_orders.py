"""Which order a person means, among those of all connections."""

from datetime import UTC, datetime

import pytest

from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import Failure
from seven_senders_adapter.syncing.brake_guard import brake_names
from seven_senders_cli.failing import Failed
from seven_senders_cli.orders.finding import Orders
from tests.integration.cli.conftest import CommandLine

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Finder:
    """A ledger to put orders into, and to find them in."""

    def __init__(self, command: CommandLine) -> None:
        self.ledger = Ledger.at(command.stack.table)
        self.command = command

    def put(self, connection: str, number: str, order: str) -> None:
        record = OrderRecord(
            connection=connection, number=number, order=order, order_date=NOON, newest=NOON
        )
        if self.ledger.orders.load(connection, order) is None:
            self.ledger.orders.save(record)

    def find(self, text: str, only: str | None = None) -> list[tuple[str, str]]:
        orders = Orders(ledger=self.ledger, connections=self.command.stack.connections, only=only)
        return [(record.connection, record.order) for record in orders.find(text)]

    def fails(self, text: str, only: str | None = None) -> str:
        with pytest.raises(Failed) as caught:
            self.find(text, only)
        assert caught.value.code == 3
        return str(caught.value)


@pytest.fixture
def finder(command: CommandLine) -> Finder:
    return Finder(command)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("5001", id="its bare number"),
        pytest.param("#5001", id="its number"),
        pytest.param(" #5001 ", id="its number with blanks around"),
        pytest.param("9005001", id="the shop's id"),
        pytest.param("#9005001", id="the shop's id with a #"),
        pytest.param("B-#5001", id="its order id at Seven Senders"),
        pytest.param("B-5001", id="its order id without the #"),
    ],
)
def test_an_order_is_found_by(finder: Finder, text: str) -> None:
    finder.command.connect("finding", order_id_prefix="B-")
    finder.put("finding", "#5001", "9005001")
    assert finder.find(text) == [("finding", "9005001")]


def test_a_number_that_the_shop_has_dressed_up_is_found_if_it_is_whole(finder: Finder) -> None:
    finder.put("dressed", "DE5002-X", "9005002")
    assert finder.find("DE5002-X") == [("dressed", "9005002")]
    finder.fails("5002")


def test_a_plain_number_is_found_with_a_hash_before_it(finder: Finder) -> None:
    finder.put("woo", "5003", "9005003")
    assert finder.find("#5003") == [("woo", "9005003")]


def test_orders_of_all_connections_are_found_and_one_can_choose(finder: Finder) -> None:
    finder.command.connect("many-1")
    finder.command.connect("many-2")
    finder.put("many-1", "#5004", "9005004")
    finder.put("many-2", "X", "5004")
    finder.put("removed", "5004", "9005006")
    both = [("many-1", "9005004"), ("many-2", "5004"), ("removed", "9005006")]
    assert finder.find("5004") == both
    assert finder.find("5004", only="many-2") == [("many-2", "5004")]


def test_the_prefix_of_another_connection_finds_nothing(finder: Finder) -> None:
    finder.command.connect("prefixed", order_id_prefix="C-")
    finder.put("unprefixed", "#5005", "9005005")
    finder.fails("C-5005")


class TestWithoutAnOrder:
    def test_it_may_be_left_out(self, finder: Finder) -> None:
        finder.command.connect("silent")
        told = finder.fails("6001", only="silent")
        assert told.startswith("there is no order 6001 in connection silent: it came moments")
        assert "left out" in told

    def test_it_may_be_a_dead_letter_that_nobody_could_read(self, finder: Finder) -> None:
        failure = Failure(
            letter="m",
            reason="unreadable_order",
            detail="lacks name",
            first_try=NOON,
            last_try=NOON,
        )
        finder.ledger.dead_letters.add(
            DeadLetter(connection="unread", order="9006002", topic="orders/create", failure=failure)
        )
        assert "unreadable_order of an order 9006002 of unread: lacks name" in finder.fails(
            "9006002"
        )

    def test_it_may_fail_and_wait(self, finder: Finder) -> None:
        finder.command.connect("failing")
        attempt = Attempt(message_id="m", tries=3, last_failed_at=NOON, reason="the API failed")
        finder.ledger.attempts.save("failing", "9006003", attempt)
        told = finder.fails("9006003")
        assert "it waits in failing: the API failed, tried 3 times" in told

    @pytest.mark.parametrize(
        ("which", "says"), [(0, "Seven Senders is down"), (1, "refuses the account")]
    )
    def test_it_may_wait_behind_a_brake(self, finder: Finder, which: int, says: str) -> None:
        finder.command.connect("braked", access_key="key_braked")
        settings = finder.command.stack.connections.load("braked")
        name = brake_names(settings.account)[which]
        finder.ledger.brakes.close(name, reason="HTTP 4", now=NOON, probe_at=NOON)
        told = finder.fails("6004", only="braked")
        finder.ledger.brakes.open(name)
        assert "it may wait in braked, which stands still" in told
        assert says in told

    def test_it_may_wait_for_a_connection_that_is_paused(self, finder: Finder) -> None:
        finder.command.connect("paused", paused=True)
        assert "it is paused" in finder.fails("6005", only="paused")

    def test_it_is_not_looked_for_in_a_connection_that_there_is_not(self, finder: Finder) -> None:
        finder.command.connect("one")
        assert finder.fails("1", only="two") == "there is no connection two: there are one"


def test_a_prefix_alone_is_no_order(finder: Finder) -> None:
    finder.command.connect("b", order_id_prefix="B-")
    assert "there is no order B- in all connections" in finder.fails("B-")


@pytest.mark.parametrize("text", ["", " ", "#", " # ", "9" * 1000])
def test_what_can_be_no_order_is_wrong_input(finder: Finder, text: str) -> None:
    with pytest.raises(Failed) as caught:
        finder.find(text)
    assert caught.value.code == 2
