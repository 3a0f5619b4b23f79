"""A person has an order compared with what Seven Senders has, and what is missing sent."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from seven_senders_adapter.messages import resync
from seven_senders_local.sandbox import FaultRule
from seven_senders_local.sandbox.rules import Order
from tests.integration.syncing.world import START, World


def ask(world: World, *, later: timedelta = timedelta(minutes=1)) -> None:
    """Some time later somebody asks for a resync."""
    world.now += later
    world.enqueue(
        resync(connection="demo", platform="plain", order="1", request_id="5f3a", now=world.now)
    )


def there(world: World, order_id: str = "#1001") -> Order:
    (order,) = world.sandbox.account("key").named(order_id)
    return order


def calls_of(world: World, work: Callable[[], object]) -> Counter[str]:
    """The calls that are made meanwhile, without logins."""
    before = len(world.sandbox.calls)
    work()
    made = (call for call in world.sandbox.calls[before:] if call.path != "/token")
    return Counter(f"{call.method} {call.path.split('/')[1].split('?')[0]}" for call in made)


def told(world: World) -> list[str]:
    """What the history says since the resync came."""
    lines = [f"{line.what} {line.detail}" for line in world.record().history]
    return lines[lines.index("came resync 5f3a") + 1 :]


@pytest.fixture
def shipped(fast_world: World) -> World:
    """An order that is at Seven Senders as it should be."""
    fast_world.arrive("paid in_preparation", minute=1, tags={"vip": "true"}, shipped=True)
    fast_world.drain()
    return fast_world


def test_an_order_that_lacks_nothing_costs_one_read(shipped: World) -> None:
    ask(shipped)
    assert calls_of(shipped, shipped.drain) == {"GET orders": 1}
    assert told(shipped) == []


def test_a_field_that_somebody_changed_there_is_sent_again(shipped: World) -> None:
    there(shipped).fields["order_tags"] = {"vip": "false"}
    ask(shipped)
    assert calls_of(shipped, shipped.drain) == {"GET orders": 1, "PUT orders": 1}
    assert shipped.fields()["order_tags"] == {"vip": "true"}
    assert told(shipped) == [
        "noted order_tags is not at Seven Senders as it was sent",
        "sent update order_tags",
    ]


def test_a_state_that_is_lost_there_is_sent_again(shipped: World) -> None:
    del there(shipped).states[-1]
    ask(shipped)
    assert calls_of(shipped, shipped.drain) == {"GET orders": 1, "POST order_states": 1}
    assert shipped.timeline() == ["new", "paid", "in_preparation"]
    assert told(shipped)[0] == "noted state in_preparation is not at Seven Senders as it was sent"


def test_where_no_state_is_shown_none_counts_as_lost(shipped: World) -> None:
    shipped.sandbox.play(
        FaultRule(
            method="GET",
            status=200,
            body='{"id": "4434712", "order_id": "#1001", "boarding_complete": true}',
        )
    )
    ask(shipped)
    calls = calls_of(shipped, shipped.drain)
    assert "POST order_states" not in calls


def test_a_state_that_stands_there_already_is_not_sent(fast_world: World) -> None:
    fast_world.sandbox.play(FaultRule(path="^/order_states$", status=400, times=1))
    fast_world.arrive("paid", minute=1)
    fast_world.drain()
    at = START.isoformat()
    fast_world.sandbox.account("key").add_state(
        {"order_id": "#1001", "state": "paid", "datetime": at}
    )
    ask(fast_world)
    assert calls_of(fast_world, fast_world.drain) == {"GET orders": 1}
    assert told(fast_world) == ["noted state paid stands at Seven Senders"]


def test_what_seven_senders_has_set_itself_is_not_undone(shipped: World) -> None:
    shipped.sandbox.account("key").advance_by_service("#1001", "completed", START.isoformat())
    ask(shipped)
    assert calls_of(shipped, shipped.drain) == {"GET orders": 1}


def test_an_order_that_is_gone_there_is_made_anew_with_its_states(shipped: World) -> None:
    account = shipped.sandbox.account("key")
    account.delete(next(iter(account.orders)))
    ask(shipped)
    calls = calls_of(shipped, shipped.drain)
    assert calls == {"GET orders": 2, "POST orders": 1, "POST order_states": 2}
    assert shipped.timeline() == ["new", "paid", "in_preparation"]
    assert shipped.fields()["boarding_complete"] is True


@pytest.mark.parametrize("is_there", [False, True])
def test_a_refused_order_is_looked_for_and_then_created(
    fast_world: World, *, is_there: bool
) -> None:
    fast_world.sandbox.play(FaultRule(method="POST", path="^/orders$", status=413, times=1))
    fast_world.arrive("paid", minute=1)
    fast_world.drain()
    body: dict[str, object] = {"order_id": "#1001", "order_date": START.isoformat()}
    if is_there:
        fast_world.sandbox.account("key").create(body)
    ask(fast_world)
    created = {} if is_there else {"POST orders": 1}
    assert calls_of(fast_world, fast_world.drain) == {
        "GET orders": 1,
        "POST order_states": 1,
        **created,
    }
    assert fast_world.timeline() == ["new", "paid"]
    assert fast_world.record().refused == {}


@pytest.mark.parametrize("path", ["^/order_states$", "^/orders/"])
def test_what_is_refused_once_more_is_reported_once_more(fast_world: World, path: str) -> None:
    fast_world.sandbox.play(FaultRule(path=path, status=413))
    fast_world.arrive("paid", minute=1)
    fast_world.arrive("paid", minute=2, tags={"vip": "true"})
    fast_world.drain()
    ask(fast_world)
    fast_world.drain()
    reasons = [failure.reason for failure in fast_world.dead_letter_queue.buried]
    assert len(reasons) == 2
    assert len(set(reasons)) == 1


def test_an_end_that_a_person_took_away_there_is_no_end_any_more(fast_world: World) -> None:
    fast_world.arrive("paid cancelled", minute=1)
    fast_world.arrive("paid in_preparation", minute=2)
    fast_world.drain()
    assert "reopened_after_cancelled" in fast_world.record().refused
    del there(fast_world).states[-1]
    ask(fast_world)
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid", "in_preparation"]
    assert fast_world.record().refused == {}


def test_an_end_that_stands_there_is_not_undone(fast_world: World) -> None:
    fast_world.arrive("paid cancelled", minute=1)
    fast_world.arrive("paid in_preparation", minute=2)
    fast_world.drain()
    ask(fast_world)
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid", "cancelled"]
    assert "reopened_after_cancelled" in fast_world.record().refused


def test_an_order_that_the_ledger_does_not_know_is_left(fast_world: World) -> None:
    ask(fast_world)
    assert calls_of(fast_world, fast_world.drain) == {}
    assert fast_world.ledger.orders.load("demo", "1") is None
    assert fast_world.dead_letter_queue.buried == []


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("status", [503, 429, 402])
def test_while_seven_senders_fails_it_waits_like_any_message(
    shipped: World, method: str, status: int
) -> None:
    there(shipped).fields["order_tags"] = {}
    shipped.sandbox.play(FaultRule(method=method, path="^/orders/", status=status, times=5))
    ask(shipped)
    shipped.drain()
    assert shipped.fields()["order_tags"] == {"vip": "true"}
    assert [line.detail for line in shipped.record().history].count("resync 5f3a") == 1


def test_while_the_connection_is_paused_it_waits(shipped: World) -> None:
    shipped.connect(paused=True)
    ask(shipped)
    assert calls_of(shipped, shipped.work) == {}
    assert len(shipped.waiting) == 1


def test_a_call_that_was_left_open_is_settled_first_and_not_too_soon(fast_world: World) -> None:
    fast_world.sandbox.play(
        FaultRule(method="POST", path="^/orders$", cut=True, applies=True, times=1)
    )
    fast_world.arrive("paid", minute=1)
    fast_world.work()
    fast_world.waiting = []
    ask(fast_world, later=timedelta(0))
    assert calls_of(fast_world, fast_world.work) == {}
    fast_world.drain()
    assert fast_world.timeline() == ["new", "paid"]
    assert fast_world.writes == ["POST orders", "POST order_states"]


def test_twice_it_does_nothing_more(shipped: World) -> None:
    there(shipped).fields["order_tags"] = {}
    ask(shipped)
    ask(shipped)
    assert calls_of(shipped, shipped.drain) == {"GET orders": 2, "PUT orders": 1}
