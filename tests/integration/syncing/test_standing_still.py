"""What stands still is counted again and again, so that its alarm stays on."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import pytest

from seven_senders_adapter.ledger.table import Table
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.test_aws_fails import Failing as DynamoDbThatFails
from tests.integration.syncing.test_aws_fails import is_refused
from tests.integration.syncing.test_worker_tokens import BrokenSsm, token_parameter
from tests.integration.syncing.world import World
from tests.recording import Recorder

if TYPE_CHECKING:
    from tests.played.ssm import MemorySsm

OUTAGE = timedelta(hours=7)
WATCHED = timedelta(minutes=40)
"""Two periods of the alarms on ConnectionFailures and AwsFailures: one of them must count it."""


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str], fast_world: World) -> Recorder:
    return Recorder(capsys, now=lambda: fast_world.now)


def counted_at(
    world: World, recorder: Recorder, over: datetime, metric: str = "ConnectionFailures"
) -> Iterator[datetime]:
    """When something was counted, until everything is done or a time has come."""
    read = 0
    while world.waiting and world.now < over:
        world.work()
        text = recorder.text
        if f'"{metric}"' in text[read:]:
            yield world.now
        read = len(text)
        world.now = max(world.now, min((e.visible_at for e in world.waiting), default=world.now))


def broken(world: World) -> None:
    world.ssm.put_parameter(
        Name=f"/{world.stack}/syncing/demo", Value="{", Type="SecureString", Overwrite=True
    )


def always(fault: FaultRule) -> Callable[[World], None]:
    return lambda world: world.sandbox.play(fault)


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(always(FaultRule(path="^/token$", status=401)), id="a wrong access key"),
        pytest.param(always(FaultRule(status=403)), id="a locked account"),
        pytest.param(
            always(FaultRule(method="POST", path="^/orders$", status=404)), id="a wrong base URL"
        ),
        pytest.param(always(FaultRule(status=503)), id="an API that is down"),
        pytest.param(
            always(FaultRule(status=503, headers={"Retry-After": "21600"})),
            id="an API that asks for six hours",
        ),
        pytest.param(broken, id="settings that can't be read"),
    ],
)
@pytest.mark.parametrize("orders", [3, 5])
def test_a_connection_that_stands_still_is_counted_again_and_again(
    fast_world: World, recorder: Recorder, breaks: Callable[[World], None], orders: int
) -> None:
    world = fast_world
    world.telemetry = recorder.telemetry
    world.worker = world.new_worker()
    breaks(world)
    for order in range(orders):
        world.arrive("paid", minute=1, order=str(order))
    began, over = world.now, world.now + OUTAGE
    times = [began, *counted_at(world, recorder, over), over]
    assert max(later - sooner for sooner, later in pairwise(times)) < WATCHED


def test_logins_that_fail_are_counted_again_and_again(
    fast_world: World, recorder: Recorder
) -> None:
    world = fast_world
    world.telemetry = recorder.telemetry
    world.worker = world.new_worker()
    world.sandbox.play(FaultRule(path="^/token$", status=401))
    world.arrive("paid", minute=1)
    began, over = world.now, world.now + OUTAGE
    times = [began, *counted_at(world, recorder, over, "LoginsFailed"), over]
    assert max(later - sooner for sooner, later in pairwise(times)) < WATCHED


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(FaultRule(path="^/token$", status=401), id="a wrong access key"),
        pytest.param(FaultRule(status=503), id="an API that is down"),
    ],
)
def test_a_standstill_that_can_not_be_noted_is_counted_all_the_same_and_is_no_failure_of_aws(
    fast_world: World, recorder: Recorder, fault: FaultRule
) -> None:
    world = fast_world
    world.telemetry = recorder.telemetry
    notes = DynamoDbThatFails(
        world.dynamodb, lambda number, row: row.startswith("standstill/"), is_refused
    )
    worker = world.new_worker(table=Table(client=cast("Any", notes), name="ledger"))
    world.sandbox.play(fault)
    for order in range(3):
        world.arrive("paid", minute=1, order=str(order))
    for _ in range(5):
        world.work(worker=worker)
        world.now = world.next_at()
    assert any(name.startswith("ConnectionFailures") for name in recorder.counted)
    assert "AwsFailures" not in recorder.counted


def without_dynamodb(world: World) -> None:
    refusing = DynamoDbThatFails(world.dynamodb, lambda number, row: True, is_refused)
    world.worker = world.new_worker(table=Table(client=cast("Any", refusing), name="ledger"))


def without(parameter: Callable[[World], str]) -> Callable[[World], None]:
    def breaks(world: World) -> None:
        inner = cast("MemorySsm", world.ssm)
        world.ssm = cast("Any", BrokenSsm(inner, "get_parameter", parameter(world)))
        world.worker = world.new_worker()

    return breaks


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(without_dynamodb, id="DynamoDB refuses everything"),
        pytest.param(without(lambda world: f"/{world.stack}/syncing/demo"), id="SSM, the settings"),
        pytest.param(without(lambda world: token_parameter(world, "key")), id="SSM, the token"),
    ],
)
def test_a_worker_that_aws_refuses_is_counted_again_and_again(
    fast_world: World, recorder: Recorder, breaks: Callable[[World], None]
) -> None:
    world = fast_world
    world.telemetry = recorder.telemetry
    breaks(world)
    world.arrive("paid", minute=1)
    began, over = world.now, world.now + OUTAGE
    times = [began, *counted_at(world, recorder, over, "AwsFailures"), over]
    assert max(later - sooner for sooner, later in pairwise(times)) < WATCHED


def test_a_connection_that_goes_on_is_not_counted(fast_world: World, recorder: Recorder) -> None:
    world = fast_world
    world.telemetry = recorder.telemetry
    world.worker = world.new_worker()
    world.sandbox.play(FaultRule(status=500, times=1))
    world.arrive("paid", minute=1)
    assert list(counted_at(world, recorder, world.now + OUTAGE)) == []
    assert not world.waiting
