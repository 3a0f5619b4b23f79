"""What closes a brake, what opens it, and what it holds back."""

from datetime import timedelta

import pytest

from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.syncing.brake_guard import BrakeGuard, brake_names
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import World

DOWN = FaultRule(status=503)


def closed(world: World) -> list[str]:
    """Which brakes of the connection are closed: ``api``, ``account``."""
    names = brake_names(Account(world.sandbox.api_url, "key"))
    brakes = world.ledger.brakes.read(names).values()
    return sorted(brake.name.partition("/")[0] for brake in brakes if brake.closed_since)


def arrive(world: World, orders: int) -> None:
    for order in range(1, orders + 1):
        world.arrive("paid", minute=1, order=str(order))


def test_one_message_that_fails_again_and_again_closes_none(fast_world: World) -> None:
    fast_world.sandbox.play(FaultRule(path="^/orders$", order_id="#1001", status=500))
    fast_world.arrive("paid", minute=1)
    for _ in range(10):
        fast_world.work()
        assert closed(fast_world) == []
        fast_world.now = fast_world.next_at()
    fast_world.arrive("paid", minute=1, order="2")
    fast_world.work()
    assert fast_world.timeline("#1002") == ["new", "paid"]


def test_three_messages_that_fail_close_the_apis_and_the_others_are_not_tried(
    fast_world: World,
) -> None:
    fast_world.sandbox.play(FaultRule(path="^/orders$", status=503))
    arrive(fast_world, 10)
    fast_world.work()
    assert closed(fast_world) == ["api"]
    assert [call.path for call in fast_world.sandbox.calls] == ["/token", *["/orders"] * 3]


def test_a_refused_key_closes_the_accounts_at_once_and_the_others_are_not_tried(
    fast_world: World,
) -> None:
    fast_world.sandbox.play(FaultRule(path="^/token$", status=401))
    arrive(fast_world, 10)
    fast_world.work()
    assert closed(fast_world) == ["account"]
    assert len(fast_world.sandbox.calls) == 1


def test_logins_that_fail_for_a_single_order_close_the_apis(fast_world: World) -> None:
    fast_world.sandbox.play(FaultRule(path="^/token$", status=503))
    fast_world.arrive("paid", minute=1)
    for _ in range(3):
        assert closed(fast_world) == []
        fast_world.now = fast_world.next_at()
        fast_world.work()
    assert closed(fast_world) == ["api"]


def test_a_refused_key_holds_no_other_account_back(fast_world: World) -> None:
    fast_world.sandbox.play(FaultRule(path="^/token$", status=401, times=1))
    fast_world.connect("other", access_key="other")
    fast_world.arrive("paid", minute=1)
    fast_world.work()
    assert closed(fast_world) == ["account"]
    fast_world.arrive("paid", minute=1, order="2", connection="other")
    fast_world.work()
    assert fast_world.timeline("#1002", access_key="other") == ["new", "paid"]


def test_of_ten_messages_that_wait_one_probes_at_a_time(fast_world: World) -> None:
    fast_world.sandbox.play(DOWN)
    arrive(fast_world, 10)
    fast_world.work()
    assert closed(fast_world) == ["api"]
    for _ in range(5):
        fast_world.now = max(entry.visible_at for entry in fast_world.waiting)
        tried = len(fast_world.sandbox.calls)
        assert len(fast_world.work()) == 10
        assert len(fast_world.sandbox.calls) == tried + 1


def test_of_two_workers_at_once_one_probes(fast_world: World) -> None:
    fast_world.sandbox.play(DOWN)
    arrive(fast_world, 3)
    fast_world.work()
    guards = [
        BrakeGuard(
            brakes=fast_world.ledger.brakes,
            account=Account(fast_world.sandbox.api_url, "key"),
            message_id=message,
            pace=Pace(),
            now=fast_world.now + timedelta(minutes=1),
        )
        for message in ("one", "another")
    ]
    assert [guard.lets_through() for guard in guards] == [True, False]


def test_probes_are_put_down_to_no_message(fast_world: World) -> None:
    fast_world.sandbox.play(DOWN)
    arrive(fast_world, 3)
    for _ in range(60):
        fast_world.work()
        fast_world.now = fast_world.next_at()
    assert len(fast_world.sandbox.calls) > 20
    attempts = [fast_world.ledger.attempts.load("demo", order) for order in "123"]
    assert sum(attempt.tries for attempt in attempts if attempt) == 2
    assert fast_world.dead_letter_queue.buried == []


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        pytest.param(FaultRule(path="^/orders$", status=422), [], id="a refused order"),
        pytest.param(FaultRule(status=403), ["account"], id="a refused account"),
    ],
)
def test_the_apis_is_opened_by_an_answer_to_a_probe_even_if_it_is(
    fast_world: World, answer: FaultRule, left: list[str]
) -> None:
    fast_world.sandbox.play(DOWN)
    arrive(fast_world, 3)
    fast_world.work()
    assert closed(fast_world) == ["api"]
    fast_world.sandbox.play(answer)
    tried = len(fast_world.sandbox.calls)
    while len(fast_world.sandbox.calls) == tried:
        fast_world.now = fast_world.next_at()
        fast_world.work()
    assert closed(fast_world) == left
