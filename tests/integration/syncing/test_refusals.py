"""What the API refuses for good, what stands there already, and what is gone."""

from datetime import timedelta
from typing import Any

import pytest

from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import START, World

REFUSED: dict[str, Any] = {"status": 422, "headers": {"Content-Type": "application/problem+json"}}
BLAMES_TAGS = '{"violations": [{"propertyPath": "order_tags", "message": "too long"}]}'


def reasons(world: World) -> list[str]:
    return [failure.reason for failure in world.dead_letter_queue.buried]


def test_a_refused_state_is_a_dead_letter_once_and_the_later_ones_go_on(world: World) -> None:
    world.sandbox.play(FaultRule(method="POST", path="^/order_states$", status=400, times=1))
    world.arrive("paid in_preparation", minute=1)
    world.arrive("paid in_preparation cancelled", minute=2)
    world.drain()
    assert world.timeline() == ["new", "in_preparation", "cancelled"]
    assert reasons(world) == ["state_refused"]
    assert world.dead_letter_queue.buried[0].status == 400


def test_a_refused_order_is_a_dead_letter_once_and_not_tried_again(world: World) -> None:
    world.sandbox.play(FaultRule(method="POST", path="^/orders$", status=422))
    world.arrive("paid", minute=1)
    world.arrive("paid in_preparation", minute=2)
    world.drain()
    assert reasons(world) == ["order_refused"]
    assert world.writes == ["POST orders"]


def test_a_person_can_have_a_refused_order_tried_again(world: World) -> None:
    world.sandbox.play(FaultRule(method="POST", path="^/orders$", status=422))
    world.arrive("paid", minute=1)
    world.arrive("paid in_preparation", minute=2, shipped=True)
    world.drain()
    world.sandbox.play()
    world.now += timedelta(minutes=1)
    world.arrive("paid", minute=1, redriven=True)
    world.drain()
    assert world.timeline() == ["new", "paid", "in_preparation"]
    assert world.fields()["boarding_complete"] is True


def test_a_blamed_optional_field_is_left_out_of_the_create(world: World) -> None:
    world.sandbox.play(
        FaultRule(method="POST", path="^/orders$", times=1, body=BLAMES_TAGS, **REFUSED)
    )
    world.arrive("paid", minute=1, tags={"vip": "true"})
    world.drain()
    assert world.timeline() == ["new", "paid"]
    assert "order_tags" not in world.fields()
    assert reasons(world) == ["field_refused"]


def test_a_blamed_optional_field_is_left_out_of_the_update(world: World) -> None:
    world.arrive(minute=1)
    world.drain()
    world.sandbox.play(FaultRule(method="PUT", times=1, body=BLAMES_TAGS, **REFUSED))
    world.arrive(minute=2, tags={"vip": "true"}, shipped=True)
    world.arrive(minute=3, tags={"vip": "true"}, shipped=True)
    world.drain()
    assert world.fields()["boarding_complete"] is True
    assert "order_tags" not in world.fields()
    assert reasons(world) == ["field_refused"]


@pytest.mark.parametrize("beyond", ["shipped", "completed"])
def test_a_state_behind_what_the_service_has_set_is_harmless(world: World, beyond: str) -> None:
    world.arrive("paid", minute=1)
    world.drain()
    account = world.sandbox.account("key")
    account.advance_by_service("#1001", beyond, START.isoformat())
    world.arrive("paid in_preparation", minute=2)
    world.drain()
    assert world.timeline() == ["new", "paid", beyond]
    assert reasons(world) == []


def test_a_state_that_stands_there_already_counts_as_accepted(world: World) -> None:
    world.arrive(minute=1)
    world.drain()
    world.sandbox.account("key").add_state(
        {"order_id": "#1001", "state": "paid", "datetime": "2026-03-02T09:00:00+00:00"}
    )
    world.arrive("paid in_preparation", minute=2)
    world.drain()
    assert world.timeline() == ["new", "paid", "in_preparation"]
    assert "paid" in world.record().accepted_states
    assert reasons(world) == []


def test_an_order_that_was_deleted_there_is_made_anew_with_its_states(world: World) -> None:
    world.arrive("paid", minute=1)
    world.drain()
    account = world.sandbox.account("key")
    account.delete(next(iter(account.orders)))
    world.arrive("paid in_preparation", minute=2)
    world.drain()
    assert world.timeline() == ["new", "paid", "in_preparation"]
    assert reasons(world) == []


def test_two_shops_with_one_number_on_one_account_do_not_merge(world: World) -> None:
    world.connect("other")
    world.arrive("paid", minute=1, order="1")
    world.arrive("paid cancelled", minute=1, order="77", connection="other", number="#1001")
    world.drain()
    assert world.timeline() == ["new", "paid"]
    (failure,) = world.dead_letter_queue.buried
    assert failure.reason == "order_id_taken"
    assert "demo" in failure.detail
    assert "order_id_prefix" in failure.detail


def test_a_prefix_keeps_two_shops_apart(world: World) -> None:
    world.connect("other", order_id_prefix="B-")
    world.arrive("paid", minute=1)
    world.arrive("cancelled", minute=1, connection="other")
    world.drain()
    assert world.timeline("#1001") == ["new", "paid"]
    assert world.timeline("B-#1001") == ["new", "cancelled"]


def test_after_the_prefix_was_set_a_person_returns_the_dead_letter(world: World) -> None:
    world.connect("other")
    world.arrive("paid", minute=1)
    world.arrive("cancelled", minute=1, connection="other")
    world.drain()
    world.connect("other", order_id_prefix="B-")
    world.now += world.now - START
    world.arrive("cancelled", minute=1, connection="other", redriven=True)
    world.drain()
    assert world.timeline("B-#1001") == ["new", "cancelled"]


def standing(world: World, order_date: str) -> None:
    """An order that another integration has made."""
    world.sandbox.account("key").create({"order_id": "#1001", "order_date": order_date})


@pytest.mark.parametrize("look_first", [True, False])
def test_an_order_of_the_integration_before_is_taken_over(
    world: World, *, look_first: bool
) -> None:
    standing(world, "2026-03-02T09:00:00+00:00")
    world.connect(look_up_before_create=look_first)
    world.arrive("paid", minute=1, tags={"vip": "true"})
    world.drain()
    assert world.timeline() == ["new", "paid"]
    assert world.fields()["order_tags"] == {"vip": "true"}
    assert ("POST orders" in world.writes) is not look_first


@pytest.mark.parametrize("look_first", [True, False])
def test_an_order_of_another_date_is_not_ours(world: World, *, look_first: bool) -> None:
    standing(world, "2020-01-01T00:00:00+00:00")
    world.connect(look_up_before_create=look_first)
    world.arrive("paid", minute=1)
    world.drain()
    assert world.timeline() == ["new"]
    assert reasons(world) == ["order_id_taken"]


def test_a_reopened_order_is_a_dead_letter_once(world: World) -> None:
    world.arrive("cancelled", minute=1)
    world.arrive("paid", minute=2)
    world.arrive("paid in_preparation", minute=3, shipped=True)
    world.drain()
    assert world.timeline() == ["new", "cancelled"]
    assert world.fields()["boarding_complete"] is True
    assert reasons(world) == ["reopened_after_cancelled"]


def test_dead_letters_are_listed_in_the_ledger(world: World) -> None:
    world.sandbox.play(FaultRule(method="POST", path="^/orders$", status=422))
    world.arrive("paid", minute=1)
    world.drain()
    (letter,) = world.ledger.dead_letters.list()
    assert (letter.connection, letter.order, letter.topic) == ("demo", "1", "orders/updated")
    assert letter.failure == world.dead_letter_queue.buried[0]


def test_a_redriven_message_meets_each_refusal_once(world: World) -> None:
    world.sandbox.play(
        FaultRule(path="^/order_states$", order_id="#1001", after=0, times=1, status=400),
        FaultRule(path="^/order_states$", order_id="#1001", times=3, status=500),
    )
    world.arrive("paid in_preparation", minute=1, redriven=True)
    world.drain()
    assert reasons(world) == ["state_refused"]
    assert world.timeline() == ["new", "in_preparation"]


def test_what_the_api_shows_of_an_adopted_order_is_not_sent_again(world: World) -> None:
    account = world.sandbox.account("key")
    account.create(
        {
            "order_id": "#1001",
            "order_date": "2026-03-02T09:00:00+00:00",
            "language": "de",
            "order_tags": {"set": "by another integration"},
        }
    )
    account.add_state(
        {"order_id": "#1001", "state": "in_preparation", "datetime": "2026-03-02T09:00:00+00:00"}
    )
    world.connect(look_up_before_create=True)
    world.arrive(minute=1, language="de")
    world.arrive("paid in_production", minute=2, language="de")
    world.drain()
    assert world.writes == []


def test_a_recreated_order_gets_the_states_that_were_refused_before(world: World) -> None:
    world.sandbox.play(FaultRule(path="^/order_states$", times=1, status=400))
    world.arrive("paid", minute=1)
    world.drain()
    account = world.sandbox.account("key")
    account.delete(next(iter(account.orders)))
    world.arrive("paid", minute=2, shipped=True)
    world.drain()
    assert world.timeline() == ["new", "paid"]


def test_a_blamed_field_of_an_update_is_the_one_that_is_left_out(world: World) -> None:
    world.arrive(minute=1)
    world.drain()
    blames = '{"violations": [{"propertyPath": "boarding_complete", "message": "no"}]}'
    world.sandbox.play(FaultRule(method="PUT", times=1, body=blames, **REFUSED))
    world.arrive(minute=2, tags={"vip": "true"}, shipped=True)
    world.drain()
    assert world.fields()["order_tags"] == {"vip": "true"}
    assert [failure.detail.split(":")[0] for failure in world.dead_letter_queue.buried] == [
        "boarding_complete"
    ]


def test_an_order_that_can_not_be_read_by_its_id_is_looked_up(world: World) -> None:
    world.sandbox.play(
        FaultRule(path="^/order_states$", times=1, cut=True, applies=True),
        FaultRule(method="GET", path=r"^/orders/\d+$", status=400),
    )
    world.arrive("paid", minute=1)
    world.drain()
    assert world.timeline() == ["new", "paid"]
    assert reasons(world) == []


def test_a_cancel_whose_answer_was_lost_still_tells_that_the_order_was_reopened(
    world: World,
) -> None:
    world.arrive("paid", minute=1)
    world.drain()
    world.sandbox.play(FaultRule(path="^/order_states$", times=1, cut=True, applies=True))
    first = world.arrive("paid cancelled", minute=2)
    world.work()
    world.waiting = [w for w in world.waiting if w.message.message_id != first]
    world.arrive("paid in_preparation", minute=3)
    world.drain()
    assert world.timeline() == ["new", "paid", "cancelled"]
    assert reasons(world) == ["reopened_after_cancelled"]


@pytest.mark.parametrize(
    ("there", "arrives"),
    [
        pytest.param("shipped", "paid in_preparation", id="shipped"),
        pytest.param("completed", "paid in_preparation", id="completed"),
        pytest.param("cancelled", "paid in_preparation", id="an end that the shop never had"),
        pytest.param("cancelled", "paid cancelled", id="the shop's own end"),
    ],
)
def test_no_state_is_sent_to_an_order_that_is_further_on(
    world: World, there: str, arrives: str
) -> None:
    standing(world, "2026-03-02T09:00:00+00:00")
    account = world.sandbox.account("key")
    if there == "cancelled":
        account.add_state(
            {"order_id": "#1001", "state": there, "datetime": "2026-03-02T09:00:00+00:00"}
        )
    else:
        account.advance_by_service("#1001", there, START.isoformat())
    world.connect(look_up_before_create=True)
    world.arrive(arrives, minute=1)
    world.arrive(arrives, minute=2)
    world.drain()
    assert world.writes == []
    assert reasons(world) == []
