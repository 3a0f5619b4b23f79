"""DynamoDB refuses a call, or loses its answer: each call of some lives in turn."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from seven_senders_adapter.ledger.table import Table
from tests.integration.syncing.fast import Noted
from tests.integration.syncing.troubled_orders import TROUBLED_ORDERS, Life, repeated
from tests.integration.syncing.world import World

CODES = (
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "InternalServerError",
)
OPERATIONS = {"get_item", "batch_get_item", "put_item", "update_item", "delete_item"}


type Call = Callable[[], Any]
type Fails = Callable[[int, str], bool]
"""Whether a call fails, by its number and the row that it is about, if it is one."""


def is_refused(call: Call) -> Any:
    """The call does nothing."""
    return None


def loses_its_answer(call: Call) -> Any:
    """The call does what it should, and nobody learns of it."""
    call()


def is_repeated(call: Call) -> Any:
    """The first answer is lost, and boto3 repeats the call by itself."""
    call()
    return call()


class Failing:
    """A DynamoDB of which some calls fail."""

    def __init__(self, inner: object, fails: Fails, how: Callable[[Call], Any]) -> None:
        self.asked: list[str] = []
        self._inner = inner
        self._fails = fails
        self._how = how

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in OPERATIONS:
            return found

        def call(**asked: Any) -> Any:
            number = len(self.asked)
            self.asked.append(name)
            row = asked.get("Item", asked.get("Key", {})).get("pk", {}).get("S", "")
            if not self._fails(number, row):
                return found(**asked)
            if (answer := self._how(lambda: found(**asked))) is not None:
                return answer
            raise ClientError({"Error": {"Code": CODES[number % len(CODES)]}}, name)

        return call


def lived(
    world: World,
    life: Life,
    fails: Fails = lambda number, row: False,
    how: Callable[[Call], Any] = is_refused,
) -> list[str]:
    """Live a life over a DynamoDB that fails; what was asked of it."""
    failing = Failing(world.dynamodb, fails, how)
    life.begins(world)
    world.drain(worker=world.new_worker(table=Table(client=cast("Any", failing), name="ledger")))
    return failing.asked


def only(number: int) -> Fails:
    return lambda asked, _: asked == number


@pytest.mark.parametrize("how", [is_refused, loses_its_answer, is_repeated])
@pytest.mark.parametrize(
    "name",
    ["a lost update", "a refused state", "an account that is locked for a while"],
)
def test_each_call_of_dynamodb_fails_once(
    new_world: Callable[[], World], name: str, how: Callable[[Call], Any]
) -> None:
    life = TROUBLED_ORDERS[name]
    for number in range(len(lived(new_world(), life))):
        world = new_world()
        lived(world, life, only(number), how)
        life.check(world)
        assert repeated(world) == []
        assert isinstance(world.telemetry, Noted)
        assert world.telemetry.bugs == []


def test_all_operations_are_among_them(new_world: Callable[[], World]) -> None:
    assert set(lived(new_world(), TROUBLED_ORDERS["a lost update"])) == OPERATIONS


@pytest.mark.parametrize("rows", ["", "order/", "brake/"], ids=["all", "orders", "brakes"])
def test_dynamodb_refuses_rows_for_half_a_day_and_no_message_is_given_up(
    fast_world: World, rows: str
) -> None:
    up_at = fast_world.now + timedelta(hours=12)
    life = TROUBLED_ORDERS["an API that is down for a while"]
    lived(fast_world, life, lambda _, row: row.startswith(rows) and fast_world.now < up_at)
    life.check(fast_world)
    assert fast_world.now - up_at < timedelta(minutes=35)
