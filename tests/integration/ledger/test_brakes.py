"""The brakes, which the fleet shares: when they close, who probes, and two workers at once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seven_senders_adapter.ledger.brakes import Brake, Brakes
from seven_senders_adapter.ledger.rows import FORMAT, Row, UnreadableRow, seconds
from seven_senders_adapter.ledger.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PROBE = NOON + 20 * SECOND
FROZEN = Path(__file__).parents[2] / "unit/ledger/frozen"


def fail(
    brakes: Brakes, message_id: str, *, now: datetime = NOON, probe_at: datetime = PROBE
) -> Brake:
    return brakes.fail(
        "api", what=message_id, reason="HTTP 503", now=now, probe_at=probe_at, limit=3
    )


@pytest.fixture
def brakes(table: Table) -> Brakes:
    return Brakes(table=table)


class Overtaken(Table):
    """A worker's table, where another worker acts just before the given write of this one."""

    def __init__(
        self, *, client: "DynamoDBClient", name: str, write: int, by: Callable[[], object]
    ) -> None:
        super().__init__(client=client, name=name)
        self._writes_left = write
        self._by = by

    def update(self, pk: str, change: str, *, condition: str | None = None, values: Row) -> Row:
        self._writes_left -= 1
        if self._writes_left == 0:
            self._by()
        return super().update(pk, change, condition=condition, values=values)


@pytest.fixture
def overtaken(table: Table, dynamodb: "DynamoDBClient") -> Callable[..., Brakes]:
    def make(*, write: int, by: Callable[[], object]) -> Brakes:
        return Brakes(table=Overtaken(client=dynamodb, name="ledger", write=write, by=by))

    return make


def test_brakes_that_nobody_touched_are_left_out(brakes: Brakes) -> None:
    assert brakes.read(["api", "account"]) == {}


def test_brakes_are_read_by_name(brakes: Brakes) -> None:
    api = fail(brakes, "m-1")
    account = brakes.close("account", reason="403", now=NOON, probe_at=PROBE)
    assert brakes.read(["api", "account", "other", "api"]) == {"api": api, "account": account}


def test_a_brake_closes_at_the_third_different_message(brakes: Brakes) -> None:
    assert fail(brakes, "m-1").closed_since is None
    assert fail(brakes, "m-1").closed_since is None
    assert fail(brakes, "m-2").closed_since is None
    assert fail(brakes, "m-3") == Brake(
        name="api",
        failing=frozenset({"m-1", "m-2", "m-3"}),
        closed_since=NOON,
        probe_at=PROBE,
        reason="HTTP 503",
    )


def closed(brakes: Brakes) -> Brake:
    return [fail(brakes, message_id) for message_id in ("m-1", "m-2", "m-3")][-1]


@pytest.mark.parametrize(
    ("asked", "probed"),
    [
        pytest.param(PROBE - SECOND, PROBE, id="is never brought forward"),
        pytest.param(PROBE, PROBE, id="stays"),
        pytest.param(PROBE + SECOND, PROBE + SECOND, id="is put off"),
    ],
)
def test_with_a_failure_the_probe_of_a_closed_brake(
    brakes: Brakes, asked: datetime, probed: datetime
) -> None:
    before = closed(brakes)
    after = fail(brakes, "m-4", now=NOON + SECOND, probe_at=asked)
    assert (after.probe_at, after.closed_since) == (probed, NOON)
    assert after.failing == before.failing
    assert brakes.read(["api"]) == {"api": after}


def test_a_brake_is_closed_at_once_and_remembers_since_when(brakes: Brakes) -> None:
    first = brakes.close("account", reason="401", now=NOON, probe_at=PROBE)
    again = brakes.close("account", reason="403", now=PROBE, probe_at=PROBE + SECOND)
    assert first == Brake(name="account", closed_since=NOON, probe_at=PROBE, reason="401")
    assert again == Brake(name="account", closed_since=NOON, probe_at=PROBE + SECOND, reason="403")


def test_a_brake_that_fails_a_little_can_be_closed_at_once(brakes: Brakes) -> None:
    fail(brakes, "m-1")
    brakes.close("api", reason="404", now=NOON, probe_at=PROBE)
    assert brakes.read(["api"])["api"].closed_since == NOON


def test_an_opened_brake_has_forgotten_its_failures(brakes: Brakes) -> None:
    closed(brakes)
    brakes.open("api")
    assert brakes.read(["api"]) == {}
    assert fail(brakes, "m-4").failing == {"m-4"}


def test_exactly_one_worker_takes_a_probe(table: Table) -> None:
    one, other = Brakes(table=table), Brakes(table=table)
    closed(one)
    later = PROBE + 20 * SECOND
    assert not one.take_probe("api", now=PROBE - SECOND, next_probe_at=later)
    assert one.take_probe("api", now=PROBE, next_probe_at=later)
    assert not other.take_probe("api", now=PROBE, next_probe_at=later)
    assert other.take_probe("api", now=later, next_probe_at=later + SECOND)


def test_a_brake_that_is_not_closed_has_no_probe(brakes: Brakes) -> None:
    assert not brakes.take_probe("api", now=PROBE, next_probe_at=PROBE)
    fail(brakes, "m-1")
    assert not brakes.take_probe("api", now=PROBE, next_probe_at=PROBE)
    assert fail(brakes, "m-2").closed_since is None


def test_failures_of_different_days_do_not_add_up(brakes: Brakes) -> None:
    fail(brakes, "m-1")
    fail(brakes, "m-2")
    assert fail(brakes, "m-3", now=NOON + timedelta(days=2)).failing == {"m-3"}


def test_failures_that_follow_each_other_add_up_over_midnight(brakes: Brakes) -> None:
    fail(brakes, "m-1")
    fail(brakes, "m-2", now=NOON + timedelta(days=1))
    assert fail(brakes, "m-3", now=NOON + timedelta(days=2)).closed_since is not None


def test_a_brake_expires_only_while_it_is_not_closed(table: Table, brakes: Brakes) -> None:
    fail(brakes, "m-1")
    row = table.get("brake/api") or {}
    assert row["expires_at"] == seconds(NOON + timedelta(days=2))
    fail(brakes, "m-2")
    fail(brakes, "m-3")
    assert "expires_at" not in (table.get("brake/api") or {})
    fail(brakes, "m-4")
    assert "expires_at" not in (table.get("brake/api") or {})
    assert fail(brakes, "m-5", now=NOON + timedelta(days=30)).closed_since == NOON


def test_closing_at_once_takes_the_expiry_away(table: Table, brakes: Brakes) -> None:
    fail(brakes, "m-1")
    brakes.close("api", reason="404", now=NOON, probe_at=PROBE)
    assert "expires_at" not in (table.get("brake/api") or {})


def test_a_worker_that_died_before_it_closed_the_brake_leaves_it_to_the_next(
    table: Table, brakes: Brakes
) -> None:
    fail(brakes, "m-1")
    table.update("brake/api", "ADD #failing :more", values={"more": {"m-2", "m-3"}})
    assert fail(brakes, "m-1").closed_since == NOON


def test_of_two_workers_that_close_a_brake_the_first_says_since_when(
    brakes: Brakes, overtaken: Callable[..., Brakes]
) -> None:
    fail(brakes, "m-1")
    fail(brakes, "m-2")
    slow = overtaken(write=2, by=lambda: fail(brakes, "m-3", now=NOON - SECOND))
    assert fail(slow, "m-4").closed_since == NOON - SECOND
    assert brakes.read(["api"])["api"].probe_at == PROBE


def test_a_brake_that_was_opened_meanwhile_is_not_closed_again(
    brakes: Brakes, overtaken: Callable[..., Brakes]
) -> None:
    fail(brakes, "m-1")
    fail(brakes, "m-2")
    slow = overtaken(write=2, by=lambda: brakes.open("api"))
    assert fail(slow, "m-3") == Brake(name="api")
    assert brakes.read(["api"]) == {}


def test_a_probe_is_not_brought_forward_by_a_worker_that_was_overtaken(
    brakes: Brakes, overtaken: Callable[..., Brakes]
) -> None:
    closed(brakes)
    far = PROBE + timedelta(hours=1)
    slow = overtaken(write=2, by=lambda: fail(brakes, "m-4", probe_at=far))
    assert fail(slow, "m-5", probe_at=PROBE + SECOND).probe_at == far
    assert brakes.read(["api"])["api"].probe_at == far


def test_of_two_workers_that_find_old_failures_neither_loses_the_others(
    brakes: Brakes, overtaken: Callable[..., Brakes]
) -> None:
    fail(brakes, "m-1")
    days_later = NOON + timedelta(days=3)
    slow = overtaken(write=2, by=lambda: fail(brakes, "m-2", now=days_later))
    assert fail(slow, "m-3", now=days_later).failing == {"m-2", "m-3"}


def test_old_failures_that_another_worker_forgot_first_are_not_forgotten_twice(
    table: Table, brakes: Brakes, dynamodb: "DynamoDBClient"
) -> None:
    days_later = NOON + timedelta(days=3)

    class OvertakenDelete(Table):
        def delete(
            self, pk: str, *, condition: str | None = None, values: Row | None = None
        ) -> None:
            fail(brakes, "m-2", now=days_later)
            super().delete(pk, condition=condition, values=values)

    fail(brakes, "m-1")
    slow = Brakes(table=OvertakenDelete(client=dynamodb, name="ledger"))
    assert fail(slow, "m-3", now=days_later).failing == {"m-2", "m-3"}


def test_a_closed_brake_is_written_in_its_frozen_form(
    brakes: Brakes, dynamodb: "DynamoDBClient"
) -> None:
    for message_id in ("m-1", "m-2"):
        brakes.fail(
            "account-1",
            what=message_id,
            reason="refused_account",
            now=NOON,
            probe_at=PROBE + SECOND / 2,
            limit=2,
        )
    item = dynamodb.get_item(TableName="ledger", Key={"pk": {"S": "brake/account-1"}})["Item"]
    item["failing"]["SS"] = sorted(item["failing"]["SS"])
    assert item == json.loads((FROZEN / "brake.json").read_text())


def test_a_brake_of_another_format_is_not_passed_off_as_ours(table: Table, brakes: Brakes) -> None:
    fail(brakes, "m-1")
    table.update("brake/api", "SET #format = :format", values={"format": FORMAT + 1})
    with pytest.raises(UnreadableRow, match=r"^brake/api: its format is 2"):
        fail(brakes, "m-2")
    with pytest.raises(UnreadableRow, match=r"^brake/api: its format is 2"):
        brakes.close("api", reason="401", now=NOON, probe_at=PROBE)
