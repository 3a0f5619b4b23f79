"""An API that is down for days, and an account that is refused for a long weekend."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from seven_senders_adapter.queue import RETENTION_SECONDS
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.syncing.brake_guard import brake_names
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.busy import ELSEWHERE, BusyWorld, busy_world, expected, outcome
from tests.integration.syncing.troubled_orders import repeated
from tests.integration.syncing.world import World
from tests.played.direct import AccountFault

MAX_RECEIVES = 1000
"""The main queue's maxReceiveCount, as in template.yaml."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RETENTION = timedelta(seconds=RETENTION_SECONDS)


@pytest.fixture
def busy(new_world: Callable[[], World]) -> Iterator[BusyWorld]:
    with busy_world(new_world) as busy:
        yield busy


def check_that_no_message_was_used_up(busy: BusyWorld, outage: timedelta) -> None:
    """Hardly any try was put down to a message, and none comes near the limit of receives."""
    groups = {entry.message.group for entry in busy.world.waiting}
    attempts = [busy.world.ledger.attempts.load(*group.split("/")) for group in groups]
    assert sum(attempt.tries for attempt in attempts if attempt) <= 2
    assert busy.world.dead_letter_queue.buried == []
    shortest = Pace(jitter=lambda: 0.0).hold(DAY)
    still_to_come = (RETENTION - outage) / timedelta(seconds=shortest)
    assert max(w.message.receives for w in busy.world.waiting) + still_to_come < MAX_RECEIVES


def check_that_it_is_told(busy: BusyWorld, connection: str) -> None:
    """From the first event on the alarm's metric is written, at least once in any hour."""
    told = busy.telemetry.failed[connection]
    began = min(entry.message.sent_at for entry in busy.world.waiting)
    assert told[0] - began < timedelta(minutes=5)
    assert max(later - earlier for earlier, later in pairwise([*told, busy.world.now])) < HOUR
    assert max(Counter(at.replace(second=0, microsecond=0) for at in told).values()) <= 5


@pytest.mark.parametrize(
    ("outage", "fault", "orders"),
    [
        pytest.param(12 * HOUR, FaultRule(cut=True, applies=False), 32, id="12 hours"),
        pytest.param(3 * DAY, FaultRule(status=503), 3, id="three days"),
    ],
)
def test_while_an_api_is_down_nothing_is_used_up_and_then_all_gets_there(
    busy: BusyWorld, outage: timedelta, fault: FaultRule, orders: int
) -> None:
    busy.world.connect("second", access_key="second")
    busy.world.sandbox.play(fault)
    busy.live(outage, orders=orders, connections=("demo", "second"))
    calls = busy.telemetry.calls["demo"] + busy.telemetry.calls["second"]
    assert max(calls.values()) <= 4
    check_that_no_message_was_used_up(busy, outage)
    busy.world.sandbox.play()
    busy.drain(HOUR / 2)
    assert outcome(busy.world.sandbox) == expected(orders)
    assert repeated(busy.world) == []
    assert busy.world.dead_letter_queue.buried == []


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A connection that can't be worked: its settings, and what of them was wrong."""

    faults: tuple[AccountFault, ...] = ()
    wrong: dict[str, object] = field(default_factory=dict)
    brake: str = "account"
    calls_a_minute: int = 4
    lasts: timedelta = 2 * HOUR


REFUSED = AccountFault(access_key="wrong", status=401, path="/token$")
LOCKED = AccountFault(access_key="key", status=403)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(
            Trouble(faults=(REFUSED,), wrong={"access_key": "wrong"}, lasts=3 * DAY),
            id="a wrong access key, over a long weekend",
        ),
        pytest.param(
            Trouble(
                faults=(AccountFault(access_key="key", status=401, path="/order"),),
                calls_a_minute=9,
                lasts=DAY,
            ),
            id="401 to all but the login",
        ),
        pytest.param(Trouble(faults=(LOCKED,)), id="a locked account: 403 to all"),
        pytest.param(
            Trouble(faults=(AccountFault(access_key="key", status=404, path="/orders$"),)),
            id="a wrong path: 404 to a create",
        ),
        pytest.param(Trouble(wrong={"api_url": "{api}/nowhere"}), id="a wrong base URL: 404"),
        pytest.param(
            Trouble(wrong={"api_url": "https://nobody.example/v2"}, brake="api"),
            id="a host that is not there",
        ),
    ],
)
def test_a_connection_that_is_refused_waits_alone_until_it_is_mended(
    busy: BusyWorld, trouble: Trouble
) -> None:
    world = busy.world
    api = world.sandbox.api_url
    wrong = {name: str(value).format(api=api) for name, value in trouble.wrong.items()}
    world.connect(**wrong)
    world.connect("second", access_key="second")
    busy.undisturbed |= {"second"}
    busy.faults.extend(trouble.faults)
    world.arrive("paid", minute=1, order="77", connection="second")
    busy.live(trouble.lasts, orders=1)
    account = Account(str(wrong.get("api_url", api)), str(wrong.get("access_key", "key")))
    brakes = world.ledger.brakes.read(brake_names(account)).values()
    assert [b.name.split("/")[0] for b in brakes if b.closed_since] == [trouble.brake]
    assert max(busy.telemetry.calls["demo"].values()) <= trouble.calls_a_minute
    assert max(busy.telemetry.logins["demo"].values()) <= 4
    check_that_it_is_told(busy, "demo")
    check_that_no_message_was_used_up(busy, trouble.lasts)
    assert not busy.telemetry.failed.keys() & {"second", ELSEWHERE}
    busy.faults.clear()
    world.connect()
    busy.drain(HOUR / 2)
    assert outcome(world.sandbox) == expected(1) | {"#1077": "new paid"}
    assert repeated(world) == []
    assert world.dead_letter_queue.buried == []


@pytest.mark.parametrize("seed", range(5))
def test_a_message_that_waits_as_long_as_sqs_keeps_it_is_not_received_too_often(seed: int) -> None:
    pace = Pace(jitter=Random(seed).random)
    age, receives = timedelta(0), 0
    while age < RETENTION:
        receives += 1
        age += timedelta(seconds=pace.probe_again(age, receives))
    assert receives < MAX_RECEIVES - 100
