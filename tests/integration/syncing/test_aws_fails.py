"""DynamoDB refuses a call, or loses its answer: each call of some lives in turn."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from seven_senders_adapter.ledger.table import Table
from tests.integration.syncing.fast import Noted
from tests.integration.syncing.lives import LIVES, Life, repeated
from tests.integration.syncing.world import World

CODES = (
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "InternalServerError",
)
OPERATIONS = {"get_item", "batch_get_item", "put_item", "update_item", "delete_item"}


type Call = Callable[[], Any]


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
    """A DynamoDB of which some calls fail, picked by their number."""

    def __init__(self, inner: object, fails: Callable[[int], bool], how: Callable[[Call], Any]):
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
            if not self._fails(number):
                return found(**asked)
            if (answer := self._how(lambda: found(**asked))) is not None:
                return answer
            raise ClientError({"Error": {"Code": CODES[number % len(CODES)]}}, name)

        return call


def lived(
    world: World,
    life: Life,
    fails: Callable[[int], bool] = lambda _: False,
    how: Callable[[Call], Any] = is_refused,
) -> list[str]:
    """Live a life over a DynamoDB that fails; what was asked of it."""
    failing = Failing(world.dynamodb, fails, how)
    life.begins(world)
    world.drain(worker=world.new_worker(table=Table(client=cast("Any", failing), name="ledger")))
    return failing.asked


@pytest.mark.parametrize("how", [is_refused, loses_its_answer, is_repeated])
@pytest.mark.parametrize(
    "name",
    ["a lost update", "a refused state", "an API that is down for a while"],
)
def test_each_call_of_dynamodb_fails_once(
    new_world: Callable[[], World], name: str, how: Callable[[Call], Any]
) -> None:
    life = LIVES[name]
    for number in range(len(lived(new_world(), life))):
        world = new_world()
        lived(world, life, number.__eq__, how)
        life.check(world)
        assert repeated(world) == []
        assert isinstance(world.telemetry, Noted)
        assert world.telemetry.bugs == []


def test_all_operations_are_among_them(new_world: Callable[[], World]) -> None:
    assert set(lived(new_world(), LIVES["a lost update"])) == OPERATIONS


def test_dynamodb_is_down_for_half_a_day_and_no_message_is_given_up(fast_world: World) -> None:
    up_at = fast_world.now + timedelta(hours=12)
    life = LIVES["a lost create"]
    lived(fast_world, life, lambda _: fast_world.now < up_at)
    life.check(fast_world)
    assert fast_world.now - up_at < timedelta(minutes=31)
