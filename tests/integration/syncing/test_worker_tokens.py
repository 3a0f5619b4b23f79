"""What becomes of an order if the worker's token is no good or not to be had."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from seven_senders_adapter.seven_senders.account import Account
from seven_senders_local.sandbox import Settings
from tests.integration.syncing.world import World

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from tests.played.ssm import MemorySsm


class BrokenSsm:
    """SSM that throttles one call about one parameter."""

    def __init__(self, inner: "MemorySsm", call: str, parameter: str) -> None:
        self.exceptions = inner.exceptions
        self.call = call
        self._inner = inner
        self._parameter = parameter

    def __getattr__(self, name: str) -> Callable[..., object]:
        def made(**asked: Any) -> object:
            if (name, asked["Name"]) == (self.call, self._parameter):
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, name)
            answer: object = getattr(self._inner, name)(**asked)
            return answer

        return made


def tries(world: World) -> int:
    attempt = world.ledger.attempts.load("demo", "1")
    return attempt.tries + attempt.deaths if attempt else 0


def memory_of(world: World) -> "MemorySsm":
    return cast("MemorySsm", world.ssm)


def token_parameter(world: World, key: str) -> str:
    return f"/{world.stack}/tokens/{Account(world.sandbox.api_url, key).fingerprint}"


def log_in_as_another(world: World) -> None:
    service = world.sandbox.service
    service.access.log_in({"access_key": "key"}, settings=service.settings, now=world.epoch())


@pytest.mark.parametrize("ended", ["expired", "revoked", "cut off by another login"])
def test_a_token_that_has_ended_costs_one_login_and_no_try(fast_world: World, ended: str) -> None:
    world = fast_world
    world.sandbox.service.settings = Settings(login_ends_token=True)
    world.arrive("paid", minute=1)
    world.drain()
    world.now += timedelta(minutes=1)
    match ended:
        case "expired":
            world.now += timedelta(hours=1)
        case "revoked":
            world.sandbox.service.access.grants.clear()
        case _:
            log_in_as_another(world)
    world.arrive("paid in_preparation", minute=2)
    second = world.new_worker()
    world.work(worker=second)
    world.arrive("paid in_preparation returned", minute=3)
    world.work()
    assert world.timeline() == ["new", "paid", "in_preparation", "returned"]
    assert sum(c.path == "/token" for c in world.sandbox.calls) == 2
    assert world.waiting == []


def test_a_token_of_another_key_writes_to_no_other_account(fast_world: World) -> None:
    world = fast_world
    world.connect("other", access_key="other")
    world.arrive("paid", minute=1)
    world.arrive("paid", minute=1, order="2", connection="other")
    world.drain()
    ours, others = (token_parameter(world, key) for key in ("key", "other"))
    parameters = memory_of(world).parameters
    parameters[ours] = parameters[others]
    world.now += timedelta(minutes=1)
    world.arrive("paid", minute=2, order="3")
    world.drain(worker=world.new_worker())
    assert world.timeline("#1003") == ["new", "paid"]
    assert len(world.sandbox.account("other").orders) == 1


@pytest.mark.parametrize("call", ["get_parameter", "put_parameter"])
def test_ssm_that_does_not_keep_the_token_uses_up_no_try(fast_world: World, call: str) -> None:
    world = fast_world
    broken = BrokenSsm(memory_of(world), call, token_parameter(world, "key"))
    world.ssm = cast("SSMClient", broken)
    world.arrive("paid", minute=1)
    worker = world.new_worker()
    for _ in range(24):
        world.work(worker=worker)
        world.now += timedelta(hours=2)
    reached_the_api = call == "put_parameter"
    assert (len(world.sandbox.calls) > 0) is reached_the_api
    assert (world.waiting == []) is reached_the_api
    assert tries(world) == 0
    broken.call = ""
    world.drain()
    assert world.timeline() == ["new", "paid"]
    assert world.dead_letter_queue.buried == []
