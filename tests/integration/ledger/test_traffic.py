"""The counts of events and the notes of standstills in DynamoDB."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.ledger.standstills import Standstill, Standstills
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.ledger.traffic import Traffic
from seven_senders_adapter.queue import OUTLIVES_MESSAGES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
FROZEN = Path(__file__).parents[2] / "unit/ledger/frozen"


@pytest.fixture
def traffic(table: Table) -> Traffic:
    return Traffic(table=table)


@pytest.fixture
def standstills(table: Table) -> Standstills:
    return Standstills(table=table)


def test_events_add_up_by_connection_and_hour(traffic: Traffic) -> None:
    traffic.add("a", TODAY, {11: 2, 12: 1})
    traffic.add("a", TODAY, {12: 40})
    traffic.add("b", TODAY, {12: 7})
    traffic.add("a", TODAY - timedelta(days=1), {23: 5})

    assert traffic.last_weeks("a", NOON) == {
        NOON - timedelta(hours=13): 5,
        NOON - timedelta(hours=1): 2,
        NOON: 41,
    }
    assert traffic.last_weeks("c", NOON) == {}


@pytest.mark.parametrize(
    ("days", "known"),
    [
        pytest.param(34, True, id="34 days ago"),
        pytest.param(35, False, id="35 days ago"),
        pytest.param(-1, False, id="a day that has not come"),
    ],
)
def test_five_weeks_are_known(traffic: Traffic, days: int, known: bool) -> None:
    traffic.add("a", TODAY - timedelta(days=days), {0: 1})

    assert bool(traffic.last_weeks("a", NOON)) is known


def test_a_row_of_counts_that_another_version_wrote_is_named(
    table: Table, traffic: Traffic
) -> None:
    table.put({"pk": "traffic/a/2026-03-02", "format": 2, "h00": 1})

    with pytest.raises(UnreadableRow, match=r"^traffic/a/2026-03-02: its format is 2"):
        traffic.last_weeks("a", NOON)


def test_the_last_standstill_of_a_connection_is_known(standstills: Standstills) -> None:
    standstills.note("a", "account", NOON)
    standstills.note("a", "api", NOON + timedelta(minutes=1))

    assert standstills.last("a", NOON) == Standstill(at=NOON + timedelta(minutes=1), reason="api")
    assert standstills.last("b", NOON) is None


def test_a_standstill_is_forgotten_when_none_of_its_events_is_in_the_queue_any_more(
    standstills: Standstills,
) -> None:
    standstills.note("a", "paused", NOON)
    forgotten = NOON + OUTLIVES_MESSAGES

    assert standstills.last("a", forgotten - timedelta(seconds=1)) is not None
    assert standstills.last("a", forgotten) is None


def test_both_are_written_in_their_frozen_forms(table: Table, dynamodb: "DynamoDBClient") -> None:
    Traffic(table=table).add("de-shop", TODAY, {9: 3, 12: 1})
    Standstills(table=table).note("de-shop", "account", NOON)

    for name, pk in (
        ("traffic", "traffic/de-shop/2026-03-02"),
        ("standstill", "standstill/de-shop"),
    ):
        item = dynamodb.get_item(TableName="ledger", Key={"pk": {"S": pk}})["Item"]
        assert item == json.loads((FROZEN / f"{name}.json").read_text())
