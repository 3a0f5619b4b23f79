"""What closes a brake, what opens it, and what it holds back."""

import pytest

from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.syncing.brake_guard import brake_names
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
    fast_world.sandbox.play(FaultRule(path="^/order_states$", order_id="#1001", status=500))
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
