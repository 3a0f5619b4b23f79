"""What the hourly check says of each connection, after what syncing has noted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.check_connections.app import CheckConnections, CheckEnvironment
from seven_senders_adapter.clock import to_text
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations
from seven_senders_adapter.messages import Failure
from seven_senders_adapter.reasons import Reason
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import World
from tests.recording import Recorder

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REFUSED = FaultRule(path="^/token$", status=401)
DOWN = FaultRule(status=503)
DOWN_FOR_LONG = FaultRule(status=503, headers={"Retry-After": "21600"})


class Watched:
    """A world whose connections are checked."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self.world = world
        self.recorder = recorder
        world.worker = world.new_worker()
        self.add("demo")

    def add(self, name: str) -> None:
        """Let a connection have a receiving document, of which only the name may be read."""
        self.world.ssm.put_parameter(
            Name=f"/{self.world.stack}/receiving/{name}", Value="{", Type="SecureString"
        )

    def check(self) -> Any:
        """What the function answers: the trouble by the names of the connections."""
        function = CheckConnections(
            CheckEnvironment(
                powertools_service_name=self.recorder.service,
                powertools_metrics_namespace="Test",
                receiving_path=f"/{self.world.stack}/receiving",
                table_name="ledger",
            ),
            ssm=self.world.ssm,
            dynamodb=self.world.dynamodb,
            now=lambda: self.world.now,
        )
        return function()["in_trouble"]

    def sell(self, name: str = "demo", *, weeks: int = 4) -> None:
        """Five events every hour of the weeks before."""
        for day in range(1, 7 * weeks + 1):
            counts = dict.fromkeys(range(24), 5)
            date = (self.world.now - day * DAY).date()
            self.world.ledger.traffic.add(name, date, counts)

    def live(self, time: timedelta) -> None:
        """Let time pass, and work what can be worked."""
        end = self.world.now + time
        while self.world.waiting and self.world.next_at() < end:
            self.world.now = max(self.world.now, self.world.next_at())
            self.world.work()
        self.world.now = end

    def bury(self, reason: str, *, order: str = "1", ago: timedelta = MINUTE) -> None:
        """A dead letter that syncing has listed."""
        at = self.world.now - ago
        failure = Failure(letter=f"{order} {reason}", reason=reason, first_try=at, last_try=at)
        letter = DeadLetter(connection="demo", order=order, topic="orders/updated", failure=failure)
        self.world.ledger.dead_letters.add(letter)


@pytest.fixture
def watched(fast_world: World, capsys: pytest.CaptureFixture[str]) -> Watched:
    return Watched(fast_world, Recorder(capsys))


def test_a_connection_that_has_fallen_silent_is_named_with_what_it_should_have_had(
    watched: Watched,
) -> None:
    """The last event came in the last hour of yesterday; it is nine o'clock."""
    watched.sell()
    assert watched.check() == {
        "demo": {"silent_since": "2026-03-03T00:00:00+00:00", "events_expected": 9 * 5}
    }


def test_one_event_ends_the_silence_whether_or_not_it_can_be_worked(watched: Watched) -> None:
    watched.sell()
    watched.world.connect(paused=True)
    watched.world.arrive("paid", minute=1)
    watched.world.work()
    assert watched.check() == {}


def test_a_connection_that_is_paused_is_not_silent(watched: Watched) -> None:
    watched.sell()
    watched.world.connect(paused=True)
    watched.world.arrive("paid", minute=1)
    watched.live(DAY)
    assert watched.check() == {}


def test_a_connection_that_was_paused_is_silent_again(watched: Watched) -> None:
    watched.sell()
    watched.world.connect(paused=True)
    watched.world.arrive("paid", minute=1)
    watched.live(HOUR)
    watched.world.connect(paused=False)
    watched.live(DAY)
    assert watched.check()["demo"].keys() == {"silent_since", "events_expected"}


def without_settings(world: World) -> None:
    world.ssm.delete_parameter(Name=f"/{world.stack}/syncing/demo")


def damage(world: World) -> None:
    for order in range(5):
        world.table.put({"pk": f"order/demo/{order}", "format": 2})


@pytest.mark.parametrize(
    ("breaks", "reason"),
    [
        pytest.param(lambda world: world.sandbox.play(REFUSED), "account", id="a wrong key"),
        pytest.param(lambda world: world.sandbox.play(DOWN), "api", id="an API that is down"),
        pytest.param(
            lambda world: world.sandbox.play(DOWN_FOR_LONG), "api", id="an API that asks for hours"
        ),
        pytest.param(without_settings, "document", id="settings that are gone"),
        pytest.param(damage, "ledger", id="a row of another version"),
    ],
)
def test_a_connection_that_stands_still_is_named_with_the_reason_at_every_check(
    watched: Watched, breaks: Callable[[World], None], reason: str
) -> None:
    breaks(watched.world)
    for order in range(3):
        watched.world.arrive("paid", minute=1, order=str(order))
    for _ in range(8):
        watched.live(HOUR)
        trouble = watched.check()["demo"]
        assert trouble["stands_still"] == reason
        assert trouble["seen_at"] <= to_text(watched.world.now)


@pytest.mark.parametrize(
    "breaks",
    [pytest.param(REFUSED, id="a wrong key"), pytest.param(DOWN, id="an API that is down")],
)
def test_a_connection_that_goes_on_is_in_no_trouble_any_more(
    watched: Watched, breaks: FaultRule
) -> None:
    watched.world.sandbox.play(breaks)
    watched.world.arrive("paid", minute=1)
    watched.live(HOUR)
    watched.world.sandbox.play()
    watched.live(HOUR)
    assert watched.world.timeline() == ["new", "paid"]
    assert watched.check() == {}


def test_a_standstill_of_seconds_between_two_events_is_no_trouble(watched: Watched) -> None:
    """Of the second event it is not noted that it got through: that is noted once a minute."""
    world = watched.world
    world.arrive("paid", minute=1)
    world.work()
    world.now += timedelta(seconds=10)
    world.sandbox.play(FaultRule(path="^/orders", status=403, times=1))
    world.arrive("paid", minute=1, order="2")
    watched.live(timedelta(seconds=45))
    assert world.timeline("#1002") == ["new", "paid"]
    assert watched.check() == {}


def test_what_waited_and_was_dropped_by_sqs_stands_still_no_more(watched: Watched) -> None:
    watched.world.sandbox.play(REFUSED)
    watched.world.arrive("paid", minute=1)
    watched.world.work()
    watched.world.waiting = []
    watched.world.now += 2 * HOUR
    assert "demo" in watched.check()
    watched.world.now += MINUTE
    assert watched.check() == {}


def test_refused_orders_are_counted_by_their_reasons(watched: Watched) -> None:
    for order in "123":
        watched.bury(Reason.ORDER_REFUSED, order=order)
    watched.bury(Reason.FIELD_REFUSED)
    assert watched.check() == {"demo": {"refused": {"order_refused": 3, "field_refused": 1}}}


@pytest.mark.parametrize(
    ("reason", "ago", "is_trouble"),
    [
        (Reason.ORDER_REFUSED, 2 * HOUR, True),
        (Reason.ORDER_REFUSED, 2 * HOUR + MINUTE, False),
        (Reason.STATE_REFUSED, MINUTE, True),
        (Reason.FIELD_REFUSED, MINUTE, True),
        (Reason.ORDER_ID_TAKEN, MINUTE, True),
        (Reason.FAILED_FOR_A_DAY, MINUTE, False),
        (Reason.REOPENED_AFTER_CANCELLED, MINUTE, False),
        (Reason.UNREADABLE_ORDER, MINUTE, False),
    ],
)
def test_a_refusal_is_trouble_for_two_hours(
    watched: Watched, reason: Reason, ago: timedelta, is_trouble: bool
) -> None:
    watched.bury(reason, ago=ago)
    assert bool(watched.check()) is is_trouble


def test_a_paused_connection_is_not_refused(watched: Watched) -> None:
    watched.bury(Reason.ORDER_REFUSED)
    watched.world.connect(paused=True)
    watched.world.arrive("paid", minute=1)
    watched.world.work()
    assert watched.check() == {}


def reconciled(watched: Watched, *, ago: timedelta, failure: str = "") -> None:
    """Up to when the changes of the connection's shop were looked at."""
    at = watched.world.now - ago
    stands = Reconciliation(since=at, safe_until=at, failure=failure)
    Reconciliations(table=watched.world.table).save("demo", stands)


@pytest.mark.parametrize(("ago", "is_trouble"), [(6 * HOUR - MINUTE, False), (6 * HOUR, True)])
def test_a_connection_that_was_not_reconciled_for_six_hours_is_named(
    watched: Watched, ago: timedelta, is_trouble: bool
) -> None:
    reconciled(watched, ago=ago)
    assert bool(watched.check()) is is_trouble


def test_it_is_said_up_to_when_it_was_reconciled_and_why_no_further(watched: Watched) -> None:
    reconciled(watched, ago=9 * HOUR, failure="the shop is frozen")
    assert watched.check() == {
        "demo": {
            "not_reconciled_since": "2026-03-03T00:00:00+00:00",
            "because": "the shop is frozen",
        }
    }


def test_one_that_stands_still_is_not_reconciled_and_that_is_no_trouble_of_its_own(
    watched: Watched,
) -> None:
    reconciled(watched, ago=9 * HOUR)
    watched.world.connect()
    watched.world.sandbox.play(REFUSED)
    watched.world.arrive("paid", minute=1)
    watched.world.work()
    assert watched.check()["demo"].keys() == {"stands_still", "seen_at"}


@pytest.mark.parametrize(
    "row",
    ["traffic/demo/2026-03-03", "standstill/demo", "progress/demo", "reconciliation/demo"],
)
def test_rows_that_can_not_be_read_hide_no_other_connection(watched: Watched, row: str) -> None:
    watched.add("other")
    watched.sell("other")
    watched.world.table.put({"pk": row, "format": 2})
    trouble = watched.check()
    assert trouble["demo"]["unreadable"].startswith(f"{row}: its format is 2, expected 1")
    assert trouble["other"].keys() == {"silent_since", "events_expected"}


def lines(recorder: Recorder) -> Iterator[tuple[str, Any]]:
    for line in recorder.logged:
        if line["message"] == "the connection is in trouble":
            yield line["connection"], line["details"]


def test_each_connection_in_trouble_has_one_line_and_the_metric_is_their_number(
    watched: Watched,
) -> None:
    for name in ("first", "second", "third"):
        watched.add(name)
    watched.sell("first")
    watched.sell("third")
    watched.bury(Reason.ORDER_REFUSED)
    trouble = watched.check()
    assert dict(lines(watched.recorder)) == trouble
    assert trouble.keys() == {"demo", "first", "third"}
    assert watched.recorder.counted == {"ConnectionsInTrouble": 3}


def test_no_trouble_is_counted_as_none(watched: Watched) -> None:
    assert watched.check() == {}
    assert watched.recorder.counted == {"ConnectionsInTrouble": 0}
    assert list(lines(watched.recorder)) == []
