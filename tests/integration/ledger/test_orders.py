"""Order records in DynamoDB: whose write counts, what is kept and for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.order_record import HISTORY_LENGTH, Fields, OrderRecord
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.rows import UnreadableRow, seconds
from seven_senders_adapter.ledger.table import MAX_ROW_BYTES, Conflict, RowTooLarge, Table

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW = OrderRecord(connection="a", order="1", number="#1", order_date=NOON, newest=NOON)
LIVING = NEW.noting(NOON, "came", "orders/create")
CREATED = replace(LIVING, accepted=Fields(), accepted_states={State.PAID: NOON})


def test_an_order_that_was_never_saved_has_no_record(table: Table) -> None:
    assert Orders(table=table).load("a", "1") is None


def test_a_record_is_read_as_it_was_saved_with_a_version_more_each_time(table: Table) -> None:
    orders = Orders(table=table)
    first = orders.save(CREATED)
    assert first == replace(CREATED, version=1)
    assert orders.load("a", "1") == first
    second = orders.save(first.noting(NOON, "sent", "paid"))
    assert second.version == 2
    assert orders.load("a", "1") == second


def test_records_of_other_connections_and_orders_are_apart(table: Table) -> None:
    orders = Orders(table=table)
    saved = [orders.save(replace(NEW, connection=c, order=o)) for c in "ab" for o in "12"]
    assert [orders.load(record.connection, record.order) for record in saved] == saved


def test_of_two_workers_that_know_no_record_one_writes(table: Table) -> None:
    one, other = Orders(table=table), Orders(table=table)
    won = one.save(LIVING)
    with pytest.raises(Conflict):
        other.save(NEW.noting(NOON, "came", "orders/updated"))
    assert other.load("a", "1") == won


def test_of_two_workers_with_the_same_version_one_writes(table: Table) -> None:
    one, other = Orders(table=table), Orders(table=table)
    loaded = one.save(NEW)
    won = other.save(loaded.noting(NOON, "sent", "create"))
    with pytest.raises(Conflict):
        one.save(loaded.noting(NOON, "sent", "create"))
    assert one.load("a", "1") == won


def test_a_record_that_expired_since_it_was_loaded_is_not_written_over_nothing(
    table: Table,
) -> None:
    orders = Orders(table=table)
    loaded = orders.save(NEW)
    table.delete("order/a/1")
    with pytest.raises(Conflict):
        orders.save(loaded)
    assert orders.load("a", "1") is None


SHIPPED = replace(LIVING, accepted=Fields(boarding_complete=True))
ENDED = replace(LIVING, accepted=Fields(), accepted_states={State.CANCELLED: NOON})


@pytest.mark.parametrize(
    ("record", "expires_at"),
    [
        pytest.param(LIVING, None, id="an order that is not created stays"),
        pytest.param(CREATED, None, id="an open order stays"),
        pytest.param(SHIPPED, NOON + timedelta(days=400), id="a shipped one goes after 400 days"),
        pytest.param(ENDED, NOON + timedelta(days=400), id="an ended one goes after 400 days"),
    ],
)
def test_rows_of_finished_orders_expire(
    table: Table, record: OrderRecord, expires_at: datetime | None
) -> None:
    Orders(table=table).save(record)
    row = table.get("order/a/1") or {}
    assert row.get("expires_at") == (expires_at and seconds(expires_at))


def test_orders_are_found_by_their_whole_number_in_all_connections(table: Table) -> None:
    orders = Orders(table=table)
    for connection, order, number in [("a", "1", "#1"), ("a", "2", "#12"), ("b-c", "3", "#1")]:
        orders.save(replace(NEW, connection=connection, order=order, number=number))
    assert sorted(orders.numbered("#1")) == [("a", "1"), ("b-c", "3")]
    assert orders.numbered("1") == []


def test_an_order_is_found_by_its_newest_number_alone(table: Table) -> None:
    orders = Orders(table=table)
    orders.save(replace(orders.save(NEW), number="#2"))
    assert (orders.numbered("#1"), orders.numbered("#2")) == ([], [("a", "1")])


def test_of_many_names_those_that_are_known_are_loaded(table: Table) -> None:
    orders = Orders(table=table)
    saved = [orders.save(replace(NEW, order=order)) for order in ("1", "250")]
    loaded = orders.load_all(("a", str(order)) for order in range(300))
    assert sorted(loaded, key=lambda record: record.order) == saved


def test_an_order_that_is_marked_keeps_the_earliest_mark_and_its_lock(table: Table) -> None:
    orders = Orders(table=table)
    saved = orders.save(NEW)
    orders.mark_expiring("a", "1", NOON)
    orders.mark_expiring("a", "1", NOON + timedelta(days=1))
    assert orders.expiring_since("a", "1") == NOON
    assert orders.load("a", "1") == saved
    orders.save(saved)
    assert orders.expiring_since("a", "1") is None


def test_an_order_without_a_record_is_not_marked(table: Table) -> None:
    Orders(table=table).mark_expiring("a", "1", NOON)
    assert table.get("order/a/1") is None


def tagged(tags: dict[str, str]) -> OrderRecord:
    fields = Fields(order_tags=tags)
    record = replace(NEW, wanted=fields, accepted=fields)
    for _ in range(HISTORY_LENGTH):
        record = record.noting(NOON, "refused", "x" * 500)
    return record


def test_a_record_with_the_most_that_a_shop_can_say_fits(table: Table) -> None:
    orders = Orders(table=table)
    saved = orders.save(tagged({f"{number:0>100}": "ä" * 150 for number in range(250)}))
    assert orders.load("a", "1") == saved


@pytest.mark.parametrize("letter", ["x", "ä", "🎁"])
def test_a_record_that_dynamodb_would_refuse_for_good_is_told_apart(
    table: Table, letter: str
) -> None:
    room = MAX_ROW_BYTES // 2 // len(letter.encode())
    with pytest.raises(RowTooLarge, match=r"^order/a/1: 4\d\d\d\d\d bytes, at most 409600"):
        Orders(table=table).save(tagged({"tag": letter * room}))


def test_a_row_that_somebody_damaged_is_named(table: Table) -> None:
    orders = Orders(table=table)
    orders.save(NEW)
    table.update("order/a/1", "SET #newest = :newest", values={"newest": "yesterday"})
    with pytest.raises(UnreadableRow, match=r"^order/a/1: newest: "):
        orders.load("a", "1")
