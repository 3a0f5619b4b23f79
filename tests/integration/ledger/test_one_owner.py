"""Claims, leases, attempts and progress in DynamoDB."""

from datetime import UTC, datetime, timedelta

import pytest

from seven_senders_adapter.ledger.attempts import Attempt, Attempts
from seven_senders_adapter.ledger.claims import Claims, Holder
from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.ledger.progress import Progress
from seven_senders_adapter.ledger.rows import seconds
from seven_senders_adapter.ledger.table import Table

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
UNTIL = NOON + 30 * SECOND

FIRST = {"account": "f", "order_id": "#1001", "connection": "a", "order": "1"}


@pytest.mark.parametrize(
    ("claim", "holder"),
    [
        pytest.param({}, None, id="who claims again still has it"),
        pytest.param({"order": "2"}, Holder(connection="a", order="1"), id="not another order"),
        pytest.param({"connection": "b"}, Holder(connection="a", order="1"), id="not another shop"),
        pytest.param({"connection": "b", "order_id": "B1001"}, None, id="another order id is free"),
        pytest.param({"connection": "b", "account": "g"}, None, id="another account is apart"),
    ],
)
def test_an_order_id_belongs_to_who_claimed_it_first(
    table: Table, claim: dict[str, str], holder: Holder | None
) -> None:
    one, other = Claims(table=table), Claims(table=table)
    assert one.claim(**FIRST) is None
    assert other.claim(**(FIRST | claim)) == holder
    assert one.claim(**FIRST) is None


def test_a_claim_never_expires(table: Table) -> None:
    Claims(table=table).claim(**FIRST)
    assert "expires_at" not in (table.get("claim/f/#1001") or {})


@pytest.mark.parametrize(
    ("name", "holder", "now", "taken"),
    [
        pytest.param("login", "two", NOON, False, id="nobody else gets it"),
        pytest.param("login", "two", UNTIL - SECOND, False, id="nobody else before its time"),
        pytest.param("login", "two", UNTIL, True, id="anybody when its time is up"),
        pytest.param("login", "one", NOON, True, id="its holder prolongs it"),
        pytest.param("other", "two", NOON, True, id="another lease is free"),
    ],
)
def test_while_a_lease_is_held(
    table: Table, name: str, holder: str, now: datetime, taken: bool
) -> None:
    assert Leases(table=table).take("login", holder="one", now=NOON, until=UNTIL)
    second = Leases(table=table)
    assert second.take(name, holder=holder, now=now, until=now + 30 * SECOND) is taken
    if taken and name == "login":
        assert not second.take("login", holder="three", now=now, until=UNTIL)


def test_a_lease_that_is_given_back_is_free(table: Table) -> None:
    leases = Leases(table=table)
    leases.take("login", holder="one", now=NOON, until=UNTIL)
    leases.release("login", holder="one")
    assert leases.take("login", holder="two", now=NOON, until=UNTIL)


def test_who_comes_late_does_not_give_back_the_lease_of_another(table: Table) -> None:
    leases = Leases(table=table)
    leases.take("login", holder="one", now=NOON, until=UNTIL)
    leases.take("login", holder="two", now=UNTIL, until=UNTIL + 30 * SECOND)
    leases.release("login", holder="one")
    assert not leases.take("login", holder="three", now=UNTIL, until=UNTIL + 30 * SECOND)


def test_a_lease_that_nobody_has_is_given_back_in_vain(table: Table) -> None:
    Leases(table=table).release("login", holder="one")
    assert table.get("lease/login") is None


def test_dynamodb_may_drop_a_lease_when_its_time_is_up(table: Table) -> None:
    Leases(table=table).take("login", holder="one", now=NOON, until=UNTIL)
    assert (table.get("lease/login") or {})["expires_at"] == seconds(UNTIL)


ATTEMPT = Attempt(message_id="m-1", tries=2, first_failed_at=NOON, last_failed_at=NOON)


def test_an_attempt_is_read_as_it_was_saved_until_it_is_cleared(table: Table) -> None:
    attempts = Attempts(table=table, now=lambda: NOON)
    assert attempts.load("a", "1") is None
    attempts.save("a", "1", ATTEMPT)
    assert attempts.load("a", "1") == ATTEMPT
    assert attempts.load("a", "2") is None
    attempts.save("a", "1", Attempt(message_id="m-2", running=True))
    assert attempts.load("a", "1") == Attempt(message_id="m-2", running=True)
    attempts.clear("a", "1")
    attempts.clear("a", "1")
    assert attempts.load("a", "1") is None


@pytest.mark.parametrize(
    ("age", "found"),
    [
        pytest.param(timedelta(days=15) - SECOND, ATTEMPT, id="is kept for 15 days"),
        pytest.param(timedelta(days=15), None, id="is forgotten then, dropped or not"),
    ],
)
def test_an_attempt(table: Table, age: timedelta, found: Attempt | None) -> None:
    Attempts(table=table, now=lambda: NOON).save("a", "1", ATTEMPT)
    assert Attempts(table=table, now=lambda: NOON + age).load("a", "1") == found


def test_progress_goes_forward_only_and_by_connection(table: Table) -> None:
    one, other = Progress(table=table), Progress(table=table)
    assert one.last("a") is None
    one.got_through("a", NOON + SECOND)
    other.got_through("a", NOON)
    assert one.last("a") == NOON + SECOND
    other.got_through("a", NOON + SECOND * 1.5)
    assert one.last("a") == NOON + SECOND * 1.5
    assert one.last("b") is None
