"""The list of the messages whose calls have failed and wait, in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seven_senders_adapter.ledger.attempts import Attempt, Attempts
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.table import Table
from tests.unit.ledger.examples import dead_letter

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAILED = Attempt(message_id="m", tries=1, first_failed_at=NOON, last_failed_at=NOON)


@pytest.fixture
def attempts(table: Table) -> Attempts:
    return Attempts(table=table, now=lambda: NOON)


def test_they_are_listed_by_connection_the_oldest_failure_first(attempts: Attempts) -> None:
    later = replace(FAILED, last_failed_at=NOON + timedelta(seconds=1))
    attempts.save("a", "1", later)
    attempts.save("a", "2", FAILED)
    attempts.save("b", "3", FAILED)
    assert list(attempts.failing("a")) == [("2", FAILED), ("1", later)]


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(Attempt(message_id="m", deaths=1, running=True), id="has not failed"),
        pytest.param(replace(FAILED, given_up=True), id="is a dead letter"),
    ],
)
def test_a_message_is_not_listed_that(attempts: Attempts, attempt: Attempt) -> None:
    attempts.save("a", "1", FAILED)
    attempts.save("a", "1", attempt)
    assert list(attempts.failing("a")) == []
    assert attempts.load("a", "1") == attempt


def test_one_that_was_worked_in_the_end_is_listed_no_more(attempts: Attempts) -> None:
    attempts.save("a", "1", FAILED)
    attempts.clear("a", "1")
    assert list(attempts.failing("a")) == []


def test_they_and_the_dead_letters_are_kept_apart(table: Table, attempts: Attempts) -> None:
    letters = DeadLetters(table=table, now=lambda: NOON)
    letters.add(dead_letter("refused", connection="a"))
    attempts.save("a", "2", FAILED)
    assert [order for order, _ in attempts.failing("a")] == ["2"]
    assert [[letter.order for letter in letters.list(named)] for named in ("a", None)] == [
        ["1"]
    ] * 2


@pytest.mark.parametrize(
    ("age", "listed"), [(timedelta(days=15, seconds=-1), 1), (timedelta(days=15), 0)]
)
def test_one_is_listed_as_long_as_the_queue_keeps_it_and_a_day(
    table: Table, attempts: Attempts, age: timedelta, listed: int
) -> None:
    attempts.save("a", "1", FAILED)
    assert len(list(Attempts(table=table, now=lambda: NOON + age).failing("a"))) == listed
