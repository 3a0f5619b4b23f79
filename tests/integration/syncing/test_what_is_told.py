"""What somebody is told of while there is still time to help."""

from datetime import timedelta

import pytest

from seven_senders_adapter.ledger.table import Table
from tests.integration.syncing.fast import Noted
from tests.integration.syncing.world import World
from tests.recording import Recorder

ELEVEN_DAYS = timedelta(days=11)


@pytest.mark.parametrize(
    ("age", "marks"),
    [
        pytest.param(ELEVEN_DAYS, 0, id="11 days old"),
        pytest.param(ELEVEN_DAYS + timedelta(seconds=1), 1, id="older, three days before its end"),
    ],
)
def test_a_message_that_waits_for_long_is_counted_and_its_order_marked(
    fast_world: World, capsys: pytest.CaptureFixture[str], age: timedelta, marks: int
) -> None:
    world = fast_world
    recorder = Recorder(capsys)
    world.telemetry = recorder.telemetry
    worker = world.new_worker()
    world.arrive("paid", minute=1)
    world.drain(worker=worker)
    world.connect(paused=True)
    world.arrive("paid in_preparation", minute=2)
    world.now += age
    world.work(worker=worker)
    assert recorder.counted.get("NearExpiry", 0) == marks
    row = Table(client=world.dynamodb, name="ledger").get("order/demo/1")
    assert row is not None
    assert ("expiring_since" in row) == bool(marks)


def test_a_connection_without_a_document_is_counted_as_that_and_not_as_a_bug(
    fast_world: World,
) -> None:
    fast_world.arrive("paid", minute=1, connection="new")
    fast_world.work()
    assert isinstance(fast_world.telemetry, Noted)
    assert fast_world.telemetry.bugs == []
    assert len(fast_world.telemetry.failed["new"]) == 1


@pytest.mark.parametrize(
    ("waited", "redriven", "lag"),
    [
        pytest.param(timedelta(0), False, [0], id="of an order that was changed long ago"),
        pytest.param(timedelta(hours=2), False, [7200], id="of an event that waited"),
        pytest.param(timedelta(hours=2), True, [], id="never of one that was a dead letter"),
    ],
)
def test_lag_is_the_time_from_the_receipt_of_an_event_to_its_acceptance(
    fast_world: World,
    capsys: pytest.CaptureFixture[str],
    waited: timedelta,
    redriven: bool,
    lag: list[float],
) -> None:
    world = fast_world
    recorder = Recorder(capsys)
    world.telemetry = recorder.telemetry
    world.arrive("paid", minute=-50_000, redriven=redriven)
    world.now += waited
    world.work(worker=world.new_worker())
    assert world.timeline() == ["new", "paid"]
    assert [sample for line in recorder.written for sample in line.get("Lag", [])] == lag
