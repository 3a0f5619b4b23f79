"""The index of dead letters in DynamoDB."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seven_senders_adapter.ledger.claims import Claims
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import Failure
from tests.unit.ledger.examples import DEAD_LETTER, LATER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FROZEN = Path(__file__).parents[2] / "unit/ledger/frozen"


def added(index: DeadLetters, connection: str, letter: str, at: datetime) -> DeadLetter:
    failure = Failure(letter=letter, reason="refused", first_try=NOON, last_try=at)
    dead = DeadLetter(connection=connection, order="1", topic="orders/create", failure=failure)
    index.add(dead)
    return dead


@pytest.fixture
def index(table: Table) -> DeadLetters:
    return DeadLetters(table=table, now=lambda: NOON)


def test_dead_letters_are_listed_by_connection_the_oldest_failure_first(index: DeadLetters) -> None:
    second = added(index, "a", "m-1", NOON + timedelta(seconds=1))
    first = added(index, "a", "m-2", NOON)
    third = added(index, "a", "m-3", NOON + timedelta(seconds=1.5))
    added(index, "b", "m-4", NOON)
    assert list(index.list("a")) == [first, second, third]
    assert list(index.list("c")) == []


def test_those_of_a_connection_since_a_time_are_listed(index: DeadLetters) -> None:
    added(index, "a", "m-1", NOON - timedelta(seconds=1))
    second = added(index, "a", "m-2", NOON + timedelta(seconds=1))
    first = added(index, "a", "m-3", NOON)
    added(index, "b", "m-4", NOON)
    assert list(index.since("a", NOON)) == [first, second]


def test_the_dead_letters_of_all_connections_are_listed_and_nothing_else(
    table: Table, index: DeadLetters
) -> None:
    Claims(table=table).claim(account="f", order_id="#1", connection="a", order="1")
    letters = [added(index, connection, "m-1", NOON) for connection in "ab"]
    assert sorted(index.list(), key=lambda letter: letter.connection) == letters


def test_a_letter_that_is_added_twice_is_listed_once(index: DeadLetters) -> None:
    added(index, "a", "m-1", NOON)
    again = added(index, "a", "m-1", NOON + timedelta(days=1))
    assert list(index.list("a")) == [again]


def test_a_removed_letter_is_listed_no_more(index: DeadLetters) -> None:
    gone = added(index, "a", "m-1", NOON)
    kept = added(index, "a", "m-2", NOON)
    for _ in range(2):
        index.remove(gone)
    assert list(index.list()) == [kept]


def test_of_some_letters_those_are_added_that_are_not_listed(index: DeadLetters) -> None:
    gone = added(index, "a", "m-1", NOON)
    kept = added(index, "a", "m-2", NOON + timedelta(minutes=1))
    index.remove(gone)
    later = replace(kept, failure=replace(kept.failure, last_try=NOON + timedelta(hours=1)))
    index.add_missing([gone, later])
    assert list(index.list("a")) == [gone, kept]


def test_a_letter_is_listed_as_long_as_the_queue_keeps_it_and_a_day(table: Table) -> None:
    letter = added(DeadLetters(table=table, now=lambda: NOON), "a", "m-1", NOON)
    last_moment = NOON + timedelta(days=15, seconds=-1)
    assert list(DeadLetters(table=table, now=lambda: last_moment).list()) == [letter]
    assert list(DeadLetters(table=table, now=lambda: NOON + timedelta(days=15)).list()) == []


def test_a_dead_letter_is_written_in_its_frozen_form(
    table: Table, dynamodb: "DynamoDBClient"
) -> None:
    index = DeadLetters(table=table, now=lambda: LATER - timedelta(days=15))
    index.add(DEAD_LETTER)
    key = {"pk": {"S": "dead/de-shop/4711/m-1"}}
    item = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    assert item == json.loads((FROZEN / "dead_letter.json").read_text())
