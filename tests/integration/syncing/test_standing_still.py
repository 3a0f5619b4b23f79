"""A connection that stands still is counted in every hour of it, so that its alarm stays on."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import World
from tests.recording import Recorder

OUTAGE = timedelta(hours=7)
WATCHED = timedelta(hours=1)
"""The period of the alarm ConnectionFailuresAlarm."""


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str], fast_world: World) -> Recorder:
    return Recorder(capsys, clock=fast_world.epoch)


def counted_at(world: World, recorder: Recorder, over: datetime) -> Iterator[datetime]:
    """When a connection was counted as failed, until everything is done or a time has come."""
    read = 0
    while world.waiting and world.now < over:
        world.work()
        text = recorder.text
        if '"ConnectionFailures"' in text[read:]:
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
def test_a_connection_that_stands_still_is_counted_in_every_hour(
    fast_world: World, recorder: Recorder, breaks: Callable[[World], None]
) -> None:
    world = fast_world
    world.telemetry = recorder.telemetry
    world.worker = world.new_worker()
    breaks(world)
    for order in range(1, 6):
        world.arrive("paid", minute=1, order=str(order))
    began, over = world.now, world.now + OUTAGE
    times = [began, *counted_at(world, recorder, over), over]
    assert max(later - sooner for sooner, later in pairwise(times)) < WATCHED


def test_a_connection_that_goes_on_is_not_counted(fast_world: World, recorder: Recorder) -> None:
    world = fast_world
    world.telemetry = recorder.telemetry
    world.worker = world.new_worker()
    world.sandbox.play(FaultRule(status=500, times=1))
    world.arrive("paid", minute=1)
    assert list(counted_at(world, recorder, world.now + OUTAGE)) == []
    assert not world.waiting
