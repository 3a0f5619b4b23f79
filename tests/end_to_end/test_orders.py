"""An order's way through the local stack to Seven Senders, and what can stand in it."""

import os
import signal
import subprocess

from seven_senders_local.sandbox.faults import FaultRule
from seven_senders_local.sandbox.rules import Order
from seven_senders_local.sandbox.server import Sandbox
from tests.end_to_end.driving import ACCESS_KEY, Driver, order, wait_for


def remote_order(sandbox: Sandbox, number: int) -> Order:
    [found] = sandbox.account(ACCESS_KEY).named(f"#{number}")
    return found


def states(sandbox: Sandbox, number: int) -> list[str]:
    return [entry.state for entry in remote_order(sandbox, number).states]


def calls_for(sandbox: Sandbox, number: int) -> int:
    return sum(call.order_id == f"#{number}" for call in sandbox.calls)


def test_an_order_gets_there_with_its_states(stack: Driver, sandbox: Sandbox) -> None:
    assert stack.deliver(order(1001, hours_ago=3), topic="orders/create") == 200
    assert stack.deliver(order(1001, hours_ago=2, paid=True), topic="orders/paid") == 200
    assert stack.deliver(order(1001, paid=True, shipped=True), topic="orders/fulfilled") == 200
    stack.wait_until_quiet()
    assert states(sandbox, 1001) == ["new", "paid"]
    assert remote_order(sandbox, 1001).fields["boarding_complete"] is True


def test_a_life_costs_one_create_one_state_and_one_update_and_no_read(
    stack: Driver, sandbox: Sandbox
) -> None:
    stack.deliver(order(1005, hours_ago=3))
    stack.deliver(order(1005, hours_ago=2, paid=True))
    stack.deliver(order(1005, paid=True, shipped=True))
    stack.wait_until_quiet()
    calls = [call for call in sandbox.calls if call.order_id == "#1005"]
    update = f"/orders/{remote_order(sandbox, 1005).id}"
    assert [(call.method, call.path) for call in calls] == [
        ("POST", "/orders"),
        ("POST", "/order_states"),
        ("PUT", update),
    ]


def test_deliveries_that_are_repeated_send_nothing_more(stack: Driver, sandbox: Sandbox) -> None:
    life = [order(1002, hours_ago=2), order(1002, paid=True)]
    for snapshot in life:
        stack.deliver(snapshot)
    stack.wait_until_quiet()
    before = calls_for(sandbox, 1002)
    for snapshot in reversed(life):
        stack.deliver(snapshot)
    stack.wait_until_quiet()
    assert calls_for(sandbox, 1002) == before


def test_an_order_that_fails_waits_with_all_that_is_behind_it_and_the_others_go_on(
    stack: Driver, sandbox: Sandbox
) -> None:
    sandbox.play(FaultRule(order_id="#1003", status=429, headers={"Retry-After": "3"}, times=1))
    stack.deliver(order(1003, hours_ago=3))
    wait_for(lambda: stack.local("status")["delayed"] == 1)
    stack.deliver(order(1003, hours_ago=2, paid=True))
    wait_for(lambda: stack.local("status")["delayed"] == 2)
    stack.deliver(order(1004))
    wait_for(lambda: bool(sandbox.account(ACCESS_KEY).named("#1004")))
    assert not sandbox.account(ACCESS_KEY).named("#1003")
    stack.wait_until_quiet()
    assert states(sandbox, 1003) == ["new", "paid"]


def test_several_orders_are_worked_at_a_time(stack: Driver, sandbox: Sandbox) -> None:
    sandbox.play(FaultRule(method="POST", path="/orders$", delay_seconds=1, applies=True))
    for number in range(1010, 1014):
        stack.deliver(order(number))
        wait_for(lambda: stack.local("status")["queued"] == 0)
    wait_for(lambda: stack.local("status")["in_flight"] >= 2)
    stack.wait_until_quiet()
    assert all(sandbox.account(ACCESS_KEY).named(f"#{number}") for number in range(1010, 1014))


def test_a_worker_killed_after_its_call_took_effect_makes_no_second_order(
    stack: Driver, sandbox: Sandbox
) -> None:
    stack.deliver(order(1020))
    stack.wait_until_quiet()
    sandbox.play(
        FaultRule(order_id="#1021", method="POST", applies=True, answer_delay_seconds=2, times=1)
    )
    stack.deliver(order(1021, paid=True))
    wait_for(lambda: bool(sandbox.account(ACCESS_KEY).named("#1021")))
    kill_workers()
    wait_for(lambda: stack.local("status")["delayed"] == 1)
    stack.wait_until_quiet()
    assert states(sandbox, 1021) == ["new", "paid"]
    creates = [c for c in sandbox.calls if c.order_id == "#1021" and c.path == "/orders"]
    assert [call.method for call in creates].count("POST") == 1


def test_what_cannot_be_read_is_listed_as_a_dead_letter_and_left_for_a_person(
    stack: Driver,
) -> None:
    snapshot = order(1030)
    del snapshot["created_at"]
    assert stack.deliver(snapshot) == 200
    wait_for(lambda: stack.local("status")["dead"] == 1)
    for _ in range(2):
        [letter] = stack.local("dead")
        assert letter["connection"] == "shop"
        assert letter["order"] == "1030"
        assert letter["reason"] == "unreadable_order"
        assert letter["status"] is None
        assert letter["first_try"] <= letter["last_try"]
        assert stack.local("retry-failed", "POST") == {"returned": 0, "waiting": 0, "left": 1}
    assert stack.local("status")["dead"] == 1
    assert stack.local("check-connections", "POST") == {"connections": 1, "in_trouble": {}}


def kill_workers() -> None:
    """Kill all processes that run functions; those of receiving are started anew, too."""
    listed = subprocess.run(
        ["/usr/bin/env", "pgrep", "-f", "-P", str(os.getpid()), "runtime.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    for pid in listed.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
