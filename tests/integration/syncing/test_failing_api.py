"""What the adapter does when calls fail: tries again, looks first, waits behind a brake."""

from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.syncing.brake_guard import brake_names
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import START, World

DOWN = FaultRule(status=503)
SLOW = 600
"""A base of ten minutes, to play days in few steps."""


def closed(world: World) -> list[str]:
    account = Account(world.sandbox.api_url, "key")
    brakes = world.ledger.brakes.read(brake_names(account))
    return [name.split("/")[0] for name, brake in brakes.items() if brake.closed_since]


@pytest.mark.parametrize("path", ["orders", "order_states"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(FaultRule(status=500, times=1), id="500"),
        pytest.param(FaultRule(status=500, applies=True, times=1), id="500 after it was applied"),
        pytest.param(FaultRule(status=502, body="<html>", times=1), id="502 with HTML"),
        pytest.param(
            FaultRule(status=429, headers={"Retry-After": "60"}, times=1), id="429 with Retry-After"
        ),
        pytest.param(FaultRule(cut=True, applies=False, times=1), id="cut before"),
        pytest.param(FaultRule(cut=True, applies=True, times=1), id="cut after it was applied"),
        pytest.param(FaultRule(truncate=True, times=1), id="truncated JSON"),
    ],
)
def test_one_fault_changes_nothing_in_the_end(world: World, fault: FaultRule, path: str) -> None:
    world.sandbox.play(replace(fault, method="POST", path=f"^/{path}$"))
    world.arrive("paid", minute=1, tags={"vip": "true"})
    world.drain()
    assert world.timeline() == ["new", "paid"]
    assert len(world.sandbox.account("key").orders) == 1
    assert world.dead_letter_queue.buried == []
    applied = [c for c in world.sandbox.calls if c.applied and c.method != "GET"]
    assert [c.path for c in applied if c.path != "/token"] == ["/orders", "/order_states"]


@pytest.mark.parametrize("second", ["400", "409", "422", "200"])
def test_a_create_that_was_lost_is_adopted_and_not_repeated(world: World, second: str) -> None:
    world.sandbox.service.settings = world.sandbox.service.settings.changed(
        {"duplicate_answer": second}
    )
    world.sandbox.play(FaultRule(method="POST", path="^/orders$", cut=True, applies=True, times=1))
    world.arrive("paid", minute=1)
    world.drain()
    assert world.timeline() == ["new", "paid"]
    assert sum(w == "POST orders" for w in world.writes) == 1


def test_the_api_is_read_no_sooner_than_a_read_time_out_after_a_lost_answer(world: World) -> None:
    world.sandbox.play(FaultRule(method="POST", path="^/orders$", cut=True, applies=True, times=1))
    world.arrive(minute=1)
    lost_at = world.now
    world.work()
    (waiting,) = world.waiting
    assert waiting.visible_at - lost_at >= timedelta(seconds=10)


def let_pass(world: World, time: timedelta) -> None:
    """Work whatever can be received, with a slow pace, for some time."""
    end = world.now + time
    worker = world.new_worker(base=SLOW)
    while world.now < end:
        world.work(worker=worker)
        next_one = min(waiting.visible_at for waiting in world.waiting)
        world.now = max(world.now + timedelta(seconds=1), next_one)


def test_after_the_brake_closed_only_one_probe_goes_through(world: World) -> None:
    world.sandbox.play(DOWN)
    for order in range(1, 11):
        world.arrive(minute=1, order=str(order))
    world.work()
    assert sum(c.path == "/orders" for c in world.sandbox.calls) <= 3


def test_another_api_goes_on_while_one_is_down(world: World) -> None:
    world.connect("other", access_key="other", api_url=world.sandbox.api_url + "/")
    account = Account("http://127.0.0.1:1", "key")
    world.connect("down", api_url=account.api_url)
    for order in range(1, 6):
        world.arrive(minute=1, order=str(order), connection="down")
    world.work()
    assert world.ledger.brakes.read(brake_names(account))
    world.arrive("paid", minute=1, connection="other")
    world.work()
    assert world.timeline(access_key="other") == ["new", "paid"]


def test_what_fails_for_a_day_while_others_get_through_is_a_dead_letter(fast_world: World) -> None:
    fast_world.sandbox.play(FaultRule(path="^/order_states$", order_id="#1001", status=500))
    fast_world.arrive("paid", minute=1)
    began = fast_world.now
    for hour in range(100):
        fast_world.arrive("paid", minute=1, order=str(2 + hour))
        end = fast_world.now + timedelta(hours=1)
        while fast_world.waiting and fast_world.now < end:
            fast_world.work()
            if fast_world.waiting:
                fast_world.now = fast_world.next_at()
        fast_world.now = end
        if fast_world.dead_letter_queue.buried:
            break
    (failure,) = fast_world.dead_letter_queue.buried
    assert failure.reason == "failed_for_a_day"
    assert failure.status == 500
    assert timedelta(hours=24) <= failure.last_try - began <= timedelta(hours=26)
    assert failure.first_try == began
    (listed,) = [d for d in [failure] if d.letter]
    assert fast_world.waiting == []
    assert listed.brakes


def test_what_fails_for_days_with_nobody_getting_through_stays(fast_world: World) -> None:
    fast_world.sandbox.play(FaultRule(path="^/order_states$", status=500))
    fast_world.arrive("paid", minute=1)
    let_pass(fast_world, timedelta(days=30))
    assert fast_world.record().accepted is not None
    assert fast_world.dead_letter_queue.buried == []
    fast_world.sandbox.play()
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid"]


def test_later_messages_of_the_order_wait_as_long_and_others_do_not(world: World) -> None:
    world.sandbox.play(FaultRule(method="POST", path="^/orders$", order_id="#1001", status=503))
    first = world.arrive(minute=1)
    second = world.arrive("paid", minute=2)
    world.arrive("paid", minute=1, order="2")
    assert world.work() == [first, second]
    assert len({w.visible_at for w in world.waiting}) == 1
    assert world.timeline("#1002") == ["new", "paid"]


def test_a_paused_connection_keeps_its_messages_and_calls_nothing(fast_world: World) -> None:
    fast_world.connect(paused=True)
    fast_world.arrive("paid", minute=1)
    for _ in range(10):
        fast_world.work()
        fast_world.now = fast_world.waiting[0].visible_at
    assert fast_world.sandbox.calls == ()
    fast_world.connect(paused=False)
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid"]


def test_events_of_a_connection_without_a_document_wait_for_it(world: World) -> None:
    world.arrive("paid", minute=1, connection="new")
    world.work()
    assert world.waiting
    world.connect("new")
    world.drain()
    assert world.timeline() == ["new", "paid"]


def test_near_the_time_out_the_rest_is_handed_back_at_once(world: World) -> None:
    first = world.arrive("paid", minute=1)
    assert world.work(remaining_ms=10_000) == [first]
    assert world.waiting[0].visible_at == world.now
    assert world.sandbox.calls == ()
    assert world.now > START


def test_a_refused_account_does_not_keep_the_api_from_the_others(fast_world: World) -> None:
    fast_world.connect("locked", access_key="locked")
    fast_world.sandbox.play(DOWN)
    for order in range(1, 5):
        fast_world.arrive("paid", minute=1, order=str(order), connection="locked")
    fast_world.work()
    fast_world.arrive("paid", minute=1, order="9")
    assert "api" in closed(fast_world)
    fast_world.sandbox.play(FaultRule(path="^/token$", status=403, times=1000, order_id="none"))
    fast_world.sandbox.service.settings = fast_world.sandbox.service.settings.changed(
        {"access_keys": ["key"]}
    )
    ends = fast_world.now + timedelta(hours=1)
    while any(w.message.event().connection == "demo" for w in fast_world.waiting):
        assert fast_world.now < ends
        fast_world.now = fast_world.next_at()
        fast_world.work()
    assert fast_world.timeline("#1009") == ["new", "paid"]
