"""The tries of a message that fails alone: its waits grow, and in the end it is given up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import World

FAILS_ALONE = FaultRule(path="^/order_states$", order_id="#1001", status=500)
HOUR = timedelta(hours=1)


def test_each_try_is_counted_and_its_wait_added_up(fast_world: World) -> None:
    fast_world.sandbox.play(FAILS_ALONE)
    fast_world.arrive("paid", minute=1)
    waited = timedelta(0)
    for tries in range(1, 8):
        fast_world.work()
        attempt = fast_world.ledger.attempts.load("demo", "1")
        assert attempt is not None
        waited += fast_world.next_at() - fast_world.now
        assert (attempt.tries, attempt.waited) == (tries, waited.total_seconds())
        fast_world.now = fast_world.next_at()


@pytest.mark.parametrize(
    ("got_through", "buried"),
    [
        pytest.param(None, [], id="nobody ever got through"),
        pytest.param(-HOUR, [], id="others got through before it failed first"),
        pytest.param(HOUR, ["failed_for_a_day"], id="others got through since"),
    ],
)
def test_after_a_day_of_waits_it_is_given_up_if(
    fast_world: World, got_through: timedelta | None, buried: list[str]
) -> None:
    world = fast_world
    world.sandbox.play(FAILS_ALONE)
    failing_since = world.now
    message = world.arrive("paid", minute=1)
    failed = Attempt(message_id=message, tries=60, waited=24 * 3600, first_failed_at=failing_since)
    world.ledger.attempts.save("demo", "1", failed)
    if got_through is not None:
        world.ledger.progress.got_through("demo", failing_since + got_through)
    world.waiting = [
        replace(entry, message=replace(entry.message, receives=60)) for entry in world.waiting
    ]
    world.now += timedelta(days=2)
    world.work()
    assert [failure.reason for failure in world.dead_letter_queue.buried] == buried
    assert bool(world.waiting) is (buried == [])


def test_many_orders_that_fail_for_ever_are_given_up_although_their_brake_keeps_closing(
    fast_world: World,
) -> None:
    world = fast_world
    poison = range(1, 7)
    world.sandbox.play(*(FaultRule(order_id=f"#{1000 + n}", status=500) for n in poison))
    for order in poison:
        world.arrive("paid", minute=1, order=str(order))
    began = world.now
    while len(world.dead_letter_queue.buried) < len(poison):
        assert world.now - began < timedelta(days=8)
        world.arrive("paid", minute=1, order=str(100 + (world.now - began) // HOUR))
        two_hours_later = world.now + 2 * HOUR
        while world.waiting and world.next_at() < two_hours_later:
            world.now = max(world.now, world.next_at())
            world.work()
        world.now = two_hours_later
    reasons = {failure.reason for failure in world.dead_letter_queue.buried}
    assert reasons == {"failed_for_a_day"}
    assert world.now - began > timedelta(days=1)
