"""What a caller meets while a fault is played."""

import time

import pytest
import requests

from seven_senders_local.sandbox import FaultRule
from tests.unit.local.sandbox.calling import AT, Caller, set_up


@pytest.mark.parametrize(("applies", "orders"), [(False, 0), (True, 1)])
def test_a_call_is_cut_before_or_after_it_took_effect(
    caller: Caller, applies: bool, orders: int
) -> None:
    caller.sandbox.play(FaultRule(path="^/orders$", cut=True, applies=applies))
    with pytest.raises(requests.ConnectionError):
        caller.create()
    assert len(caller.sandbox.account("key-a").orders) == orders


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(FaultRule(delay_seconds=0.3), id="before it takes effect"),
        pytest.param(FaultRule(answer_delay_seconds=0.3), id="after it took effect"),
    ],
)
def test_a_call_that_nobody_waits_for_takes_effect_all_the_same(
    caller: Caller, fault: FaultRule
) -> None:
    caller.sandbox.play(fault)
    with pytest.raises(requests.ReadTimeout):
        caller.session.post(
            f"{caller.sandbox.api_url}/orders",
            json={"order_id": "#1001", "order_date": AT},
            timeout=0.1,
        )
    deadline = time.monotonic() + 5
    while len(caller.sandbox.calls) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(caller.sandbox.account("key-a").orders) == 1


def test_half_an_answer_is_no_json(caller: Caller) -> None:
    caller.sandbox.play(FaultRule(truncate=True))
    answer = caller.create()
    assert answer.status_code == 201
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_an_answer_breaks_off(caller: Caller) -> None:
    caller.sandbox.play(FaultRule(path="^/orders$", break_off=True))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        caller.create()
    assert len(caller.sandbox.account("key-a").orders) == 1


def test_an_answer_is_replaced(caller: Caller) -> None:
    html = "<html>Bad Gateway</html>"
    caller.sandbox.play(FaultRule(status=502, headers={"Retry-After": "7"}, body=html, times=1))
    answer = caller.create()
    assert (answer.status_code, answer.headers["Retry-After"], answer.text) == (502, "7", html)
    assert caller.create().status_code == 201


def test_faults_can_be_about_the_order_behind_an_id(caller: Caller) -> None:
    first, second = (caller.create(name).json()["id"] for name in ("#1", "#2"))
    caller.sandbox.play(FaultRule(order_id="#2", status=503))
    statuses = [caller.call("GET", f"/orders/{i}").status_code for i in (first, second)]
    assert statuses == [200, 503]
    assert caller.call("GET", "/orders", order_id="#2").status_code == 503


def test_every_call_can_be_slow(caller: Caller) -> None:
    set_up(caller.sandbox, latency_seconds=0.15)
    began = time.monotonic()
    caller.create()
    assert time.monotonic() - began >= 0.15
