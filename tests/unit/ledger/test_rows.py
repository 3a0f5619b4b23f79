"""Rows of the ledger: nothing is lost, a change of their form is noticed, damage is named."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.order_record import (
    Fields,
    Happening,
    Intent,
    OrderRecord,
    Refusal,
)
from seven_senders_adapter.ledger.rows import Row, UnreadableRow, from_row, is_expired, to_row
from tests.unit.ledger.examples import ATTEMPT, BRAKE, DEAD_LETTER, HOLDER, LATER, NOON, RECORD

FROZEN = Path(__file__).parent / "frozen"

times = st.datetimes(timezones=st.just(UTC))
names = st.text(min_size=1)
fields = st.builds(
    Fields,
    language=st.none() | st.text(),
    order_url=st.none() | st.text(),
    order_tags=st.dictionaries(names, st.text()),
    promised_delivery_date=st.none() | times,
    boarding_complete=st.booleans(),
)
refusals = st.builds(
    Refusal,
    reason=st.text(),
    detail=st.text(),
    status=st.none() | st.integers(100, 599),
    at=times,
    reported=st.booleans(),
)
states = st.dictionaries(st.sampled_from(State), times)
records = st.builds(
    OrderRecord,
    connection=names,
    order=names,
    number=st.text(),
    order_date=times,
    newest=times,
    version=st.integers(0, 10**9),
    digests=st.lists(st.text()).map(tuple),
    language=st.none() | st.text(),
    wanted=fields,
    wanted_states=states,
    order_id=st.none() | st.text(),
    remote_id=st.none() | st.text(),
    accepted=st.none() | fields,
    accepted_states=states,
    refused=st.dictionaries(names, refusals, max_size=3),
    intent=st.none() | st.builds(Intent, step=names, at=times, read_from=times),
    recreated_for=st.none() | st.text(),
    deleted_at=st.none() | times,
    changed_at=st.none() | times,
    history=st.lists(
        st.builds(Happening, at=times, what=st.text(), detail=st.text()), max_size=3
    ).map(tuple),
)


def through_dynamodb(row: Row) -> Row:
    stored = {name: TypeSerializer().serialize(value) for name, value in row.items()}
    return {name: TypeDeserializer().deserialize(value) for name, value in stored.items()}


def frozen(name: str) -> Any:
    return json.loads((FROZEN / f"{name}.json").read_text())


@given(record=records)
def test_a_record_comes_back_as_it_was_written(record: OrderRecord) -> None:
    row = through_dynamodb(to_row("order/a/1", record))
    assert from_row(OrderRecord, row) == record


@given(earlier=times, later=times)
def test_times_are_ordered_as_their_texts(earlier: datetime, later: datetime) -> None:
    assert (earlier < later) is (to_text(earlier) < to_text(later))


def test_what_is_absent_or_empty_takes_no_room() -> None:
    bare = OrderRecord(connection="a", order="1", number="#1", order_date=NOON, newest=NOON)
    assert to_row("order/a/1", bare) == {
        "pk": "order/a/1",
        "format": 1,
        "connection": "a",
        "order": "1",
        "number": "#1",
        "order_date": "2026-03-02T12:00:00+00:00",
        "newest": "2026-03-02T12:00:00+00:00",
        "version": 0,
        "wanted": {"boarding_complete": False},
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("order", RECORD),
        ("attempt", ATTEMPT),
        ("claim", HOLDER),
        ("brake", BRAKE),
        ("dead_letter", DEAD_LETTER),
    ],
)
def test_a_row_written_before_reads_as_it_did_then(name: str, content: object) -> None:
    item = frozen(name)
    row = {key: TypeDeserializer().deserialize(value) for key, value in item.items()}
    assert from_row(type(content), row) == content


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("order", to_row("order/de-shop/4711", RECORD, expires_at=LATER)),
        ("attempt", to_row("attempt/de-shop/4711", ATTEMPT, expires_at=LATER)),
        ("claim", to_row("claim/0123/DE-#1001", HOLDER)),
    ],
)
def test_rows_are_still_written_as_they_were(name: str, row: Row) -> None:
    assert {key: TypeSerializer().serialize(value) for key, value in row.items()} == frozen(name)


def test_the_examples_fill_every_attribute() -> None:
    for example in (RECORD, RECORD.wanted, ATTEMPT, HOLDER, BRAKE, DEAD_LETTER.failure):
        empty = [name for name in example.__slots__ if getattr(example, name) in (None, (), {}, 0)]
        assert empty == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param({"format": Decimal(2)}, "its format is 2, expected 1: deploy", id="newer"),
        pytest.param({"format": None}, "its format is None, expected 1: deploy", id="no-format"),
        pytest.param({"number": None}, "'number'", id="a-required-attribute-is-gone"),
        pytest.param(
            {"version": "3"}, "version: expected Decimal, found str", id="text-for-number"
        ),
        pytest.param(
            {"version": Decimal("1.5")}, "version: expected a whole number", id="fraction"
        ),
        pytest.param({"newest": "soon"}, "newest: ", id="not-a-time"),
        pytest.param({"newest": "2026-03-02T12:00:00"}, "newest: ", id="a-time-without-offset"),
        pytest.param({"digests": "abc"}, "digests: expected list, found str", id="text-for-list"),
        pytest.param({"wanted": []}, "wanted: expected dict, found list", id="list-for-map"),
        pytest.param(
            {"wanted": {"boarding_complete": "yes"}},
            "wanted: boarding_complete: expected bool, found str",
            id="text-for-flag",
        ),
        pytest.param(
            {"accepted_states": {"boiled": to_text(NOON)}}, "accepted_states: ", id="unknown-state"
        ),
        pytest.param({"history": [{"at": to_text(NOON), "what": "came"}]}, "'detail'", id="nested"),
    ],
)
def test_a_damaged_row_is_named_with_what_is_wrong(damage: Row, told: str) -> None:
    row = through_dynamodb(to_row("order/a/1", RECORD)) | damage
    row = {name: value for name, value in row.items() if value is not None}
    with pytest.raises(UnreadableRow) as caught:
        from_row(OrderRecord, row)
    assert str(caught.value).startswith("order/a/1: ")
    assert told in str(caught.value)


def test_what_people_add_to_a_row_is_left_alone() -> None:
    row = through_dynamodb(to_row("order/a/1", RECORD)) | {"comment": "checked by hand"}
    assert from_row(OrderRecord, row) == RECORD


@pytest.mark.parametrize(
    ("row", "expired"),
    [
        pytest.param({}, False, id="never"),
        pytest.param({"expires_at": Decimal(1000)}, True, id="its-second-has-come"),
        pytest.param({"expires_at": Decimal(1001)}, False, id="a-second-left"),
    ],
)
def test_a_row_is_expired_before_dynamodb_drops_it(row: Row, expired: bool) -> None:
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1000)
    assert is_expired(row, now) is expired
