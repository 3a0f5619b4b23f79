"""Calls that must not be made, whatever the API would answer to them."""

from datetime import timedelta
from typing import Any, override

import requests

from seven_senders_adapter.seven_senders.transport import TIME_OUTS, ApiSession
from seven_senders_adapter.syncing.deadline import LONGEST_STEP_MS
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import START, World

LONGEST_CALL = timedelta(seconds=TIME_OUTS.longest)


def calls_of(world: World, call: str) -> int:
    """How often ``POST /orders`` or the like was called, taken or not."""
    return sum(f"{made.method} {made.path}" == call for made in world.sandbox.calls)


def test_a_state_whose_answer_was_lost_is_looked_up_and_not_sent_again(fast_world: World) -> None:
    lost = FaultRule(method="POST", path="^/order_states$", cut=True, applies=True, times=1)
    fast_world.sandbox.play(lost)
    fast_world.arrive("paid", minute=1)
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid"]
    assert calls_of(fast_world, "POST /order_states") == 1


def test_an_order_that_the_api_never_knows_is_created_anew_once_a_message(
    fast_world: World,
) -> None:
    settings = fast_world.sandbox.service.settings
    fast_world.sandbox.service.settings = settings.changed({"duplicate_answer": "second"})
    fast_world.sandbox.play(
        FaultRule(path="^/order_states$", status=404, times=10),
        FaultRule(method="GET", path="^/orders", status=200, body="[]"),
    )
    fast_world.arrive("paid", minute=1)
    fast_world.work()
    assert calls_of(fast_world, "POST /orders") == 2
    assert fast_world.waiting


def test_no_order_is_made_twice_because_a_wrong_path_of_its_states_is_not_found(
    fast_world: World,
) -> None:
    settings = fast_world.sandbox.service.settings
    fast_world.sandbox.service.settings = settings.changed({"duplicate_answer": "second"})
    fast_world.sandbox.play(FaultRule(path="^/order_states$", status=404, times=3))
    fast_world.arrive("paid", minute=1)
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid"]
    assert calls_of(fast_world, "POST /orders") == 1


def test_tags_of_the_integration_before_stay_on_an_order_of_a_shop_without_tags(
    fast_world: World,
) -> None:
    fast_world.sandbox.account("key").create(
        {
            "order_id": "#1001",
            "order_date": "2026-03-02T09:00:00+00:00",
            "order_tags": {"before": "true"},
        }
    )
    fast_world.connect(look_up_before_create=True)
    fast_world.arrive("paid", minute=1)
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid"]
    assert fast_world.fields()["order_tags"] == {"before": "true"}


def test_later_messages_of_an_order_that_has_to_wait_make_no_call(fast_world: World) -> None:
    fast_world.sandbox.play(FaultRule(path="^/orders$", status=503))
    sent = [fast_world.arrive("paid", minute=minute) for minute in (1, 2, 3)]
    assert fast_world.work() == sent
    assert [call.path for call in fast_world.sandbox.calls] == ["/token", "/orders"]


class SlowSession(ApiSession):
    """A session whose calls take as long as they may."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._inner = world.new_session(world.sandbox)

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        response = self._inner.request(*args, **kwargs)
        self._world.now += LONGEST_CALL
        return response


def test_no_page_of_a_list_is_asked_for_that_the_functions_time_out_could_cut(
    fast_world: World,
) -> None:
    settings = fast_world.sandbox.service.settings
    ignored = {"ignored_filters": ["order_id"], "largest_page": 1}
    fast_world.sandbox.service.settings = settings.changed(ignored)
    for number in range(20):
        stranger = {"order_id": f"S{number}", "order_date": START.isoformat()}
        fast_world.sandbox.account("key").create(stranger)
    fast_world.connect(look_up_before_create=True)
    message = fast_world.arrive("paid", minute=1)
    ends_at = fast_world.now + timedelta(milliseconds=LONGEST_STEP_MS) + 3 * LONGEST_CALL
    remaining_ms = (ends_at - fast_world.now) // timedelta(milliseconds=1)
    worker = fast_world.new_worker(session=SlowSession(fast_world))
    assert fast_world.work(remaining_ms=remaining_ms, worker=worker) == [message]
    assert calls_of(fast_world, "GET /orders") > 1
    assert fast_world.now < ends_at
