"""Short lives of orders, each with what goes wrong in it, and how each has to end."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.messages import resync
from seven_senders_adapter.queue import EXPIRY_WARNING_AFTER
from seven_senders_local.sandbox import FaultRule
from tests.integration.syncing.world import START, World

DOWN = FaultRule(status=503, times=4)
"""Three logins that fail, at which the brake closes, and a probe."""
LOST = FaultRule(method="POST", cut=True, applies=True, times=1)
REFUSED = '{"violations": [{"propertyPath": "order_tags", "message": "too long"}]}'
WHOLE = {"#1001": "new paid in_preparation"}


@dataclass(frozen=True, kw_only=True)
class Life:
    """What arrives and what goes wrong; how many effects it has; how it ends.

    ``ends``: the states of each order. ``shipped``: those whose boarding is complete. ``dead``:
    the reasons of the dead letters.
    """

    begins: Callable[[World], None]
    effects: int
    ends: Mapping[str, str] = field(default_factory=lambda: WHOLE)
    shipped: frozenset[str] = frozenset()
    dead: tuple[str, ...] = ()

    def check(self, world: World) -> None:
        """Nothing is lost or there twice, each dead letter is listed once, and nothing waits."""
        self.check_orders(world)
        self.check_letters(world)
        assert list(world.ledger.attempts.failing("demo")) == []

    def check_letters(self, world: World) -> None:
        """Each dead letter is listed once, and no other."""
        letters = {failure.letter: failure.reason for failure in world.dead_letter_queue.buried}
        listed = {d.failure.letter: d.failure.reason for d in world.ledger.dead_letters.list()}
        assert sorted(letters.values()) == sorted(self.dead)
        assert listed == letters

    def check_orders(self, world: World) -> None:
        """The orders are there once each, with their states, each of which was taken once."""
        account = world.sandbox.account("key")
        found = Counter(order.order_id for order in account.orders.values())
        assert found == Counter(list(self.ends))
        assert {name: " ".join(world.timeline(name)) for name in self.ends} == self.ends
        complete = {name for name in self.ends if world.fields(name)["boarding_complete"] is True}
        assert complete == self.shipped
        calls = [c for c in world.sandbox.calls if c.applied and c.method == "POST"]
        states = sum(len(states.split()) - 1 for states in self.ends.values())
        applied = Counter(call.path for call in calls)
        assert (applied["/orders"], applied["/order_states"]) == (len(self.ends), states)


def _from_creation_to_shipping(world: World) -> None:
    world.arrive("paid in_preparation", minute=1, tags={"vip": "true"})
    world.arrive("paid in_preparation", minute=2, shipped=True)


def _arriving(*faults: FaultRule) -> Callable[[World], None]:
    def begin(world: World) -> None:
        world.sandbox.play(*faults)
        world.arrive("paid in_preparation", minute=1, tags={"vip": "true"})

    return begin


def _a_lost_update(world: World) -> None:
    world.sandbox.play(FaultRule(method="PUT", status=500, applies=True, times=1))
    _from_creation_to_shipping(world)


def _a_refused_state(world: World) -> None:
    world.sandbox.play(FaultRule(path="^/order_states$", status=400))
    world.arrive("paid", minute=1)
    world.arrive("paid", minute=2, shipped=True)


def _a_refused_order_returns(world: World) -> None:
    world.sandbox.play(FaultRule(method="POST", path="^/orders$", status=422))
    world.arrive("paid", minute=1)
    world.drain()
    world.now += timedelta(minutes=1)
    world.arrive("paid", minute=1, redriven=True)


def _a_refused_field(world: World) -> None:
    world.sandbox.play(FaultRule(method="PUT", status=422, body=REFUSED))
    world.arrive("paid in_preparation", minute=1)
    world.arrive("paid in_preparation", minute=2, tags={"vip": "x" * 300})


def _resynced(world: World) -> None:
    world.sandbox.play(FaultRule(path="^/order_states$", status=400, times=2))
    world.arrive("paid in_preparation", minute=1, tags={"vip": "true"})
    world.drain()
    (order,) = world.sandbox.account("key").named("#1001")
    order.fields["order_tags"] = {}
    world.now += timedelta(minutes=1)
    event = resync(connection="demo", platform="plain", order="1", request_id="5f3a", now=world.now)
    world.enqueue(event)


def _reopened(world: World) -> None:
    world.arrive("paid cancelled", minute=1)
    world.arrive("paid in_preparation", minute=2, shipped=True)


def _down_for_a_while(world: World) -> None:
    world.sandbox.play(DOWN)
    world.arrive("paid", minute=1)


def _locked_for_a_while(world: World) -> None:
    world.sandbox.play(FaultRule(path="^/token$", status=403, times=2))
    world.arrive("paid", minute=1)


def _unreadable(world: World) -> None:
    waiting = world.arrive("paid in_preparation", minute=1)
    (entry,) = [w for w in world.waiting if w.message.message_id == waiting]
    world.waiting.insert(0, replace(entry, message=replace(entry.message, message_id="m", raw="{")))


def _about_to_expire(world: World) -> None:
    world.arrive("paid", minute=1)
    world.drain()
    world.arrive("paid in_preparation", minute=2, shipped=True)
    world.now += EXPIRY_WARNING_AFTER + timedelta(minutes=1)


def _tried(attempt: Attempt) -> Callable[[World], None]:
    """A message that was received once more, after these tries."""

    def begin(world: World) -> None:
        world.sandbox.play(FaultRule(path="^/order_states$", order_id="#1001", status=500))
        message = world.arrive("paid", minute=1)
        world.ledger.attempts.save("demo", "1", replace(attempt, message_id=message))
        world.ledger.progress.got_through("demo", world.now)
        world.waiting = [
            replace(entry, message=replace(entry.message, receives=5)) for entry in world.waiting
        ]
        world.arrive("paid", minute=1, order="2")

    return begin


DIED = Attempt(message_id="", deaths=5, last_failed_at=START)
FAILED = Attempt(
    message_id="", tries=60, waited=90_000, first_failed_at=START, last_failed_at=START
)

TROUBLED_ORDERS = {
    "from creation to shipping": Life(
        begins=_from_creation_to_shipping, effects=17, shipped=frozenset(WHOLE)
    ),
    "a lost create": Life(begins=_arriving(replace(LOST, path="^/orders$")), effects=22),
    "a lost state": Life(begins=_arriving(replace(LOST, path="^/order_states$")), effects=22),
    "a lost update": Life(begins=_a_lost_update, effects=27, shipped=frozenset(WHOLE)),
    "a create that is not taken": Life(
        begins=_arriving(FaultRule(method="POST", path="^/orders$", status=429, times=1)),
        effects=24,
    ),
    "a token that is cut off": Life(
        begins=_arriving(FaultRule(path="^/order_states$", status=401, times=1)), effects=19
    ),
    "an order that seems to be gone": Life(
        begins=_arriving(FaultRule(path="^/order_states$", status=404, times=1)), effects=19
    ),
    "an event that SQS will soon drop": Life(
        begins=_about_to_expire, effects=12, shipped=frozenset(WHOLE)
    ),
    "a refused state": Life(
        begins=_a_refused_state,
        effects=19,
        ends={"#1001": "new"},
        shipped=frozenset(WHOLE),
        dead=("state_refused",),
    ),
    "a refused order that returns": Life(
        begins=_a_refused_order_returns, effects=9, ends={}, dead=("order_refused",) * 2
    ),
    "a refused field": Life(begins=_a_refused_field, effects=20, dead=("field_refused",)),
    "an order that a person has compared": Life(
        begins=_resynced, effects=9, dead=("state_refused",) * 2
    ),
    "an order that is opened again": Life(
        begins=_reopened,
        effects=20,
        ends={"#1001": "new paid cancelled"},
        shipped=frozenset(WHOLE),
        dead=("reopened_after_cancelled",),
    ),
    "an API that is down for a while": Life(
        begins=_down_for_a_while,
        effects=57,
        ends={"#1001": "new paid"},
    ),
    "an account that is locked for a while": Life(
        begins=_locked_for_a_while,
        effects=36,
        ends={"#1001": "new paid"},
    ),
    "a message that can't be read": Life(
        begins=_unreadable, effects=16, dead=("unreadable_message",)
    ),
    "a message that kills its worker": Life(
        begins=_tried(DIED), effects=15, ends={"#1002": "new paid"}, dead=("kills_its_worker",)
    ),
    "a message that fails for a day": Life(
        begins=_tried(FAILED),
        effects=23,
        ends={"#1001": "new", "#1002": "new paid"},
        dead=("failed_for_a_day",),
    ),
}


def repeated(world: World) -> list[str]:
    """The calls that the API refused because it had taken them before."""
    refused = [c for c in world.sandbox.calls if not c.faulty and c.status in (400, 409, 422)]
    return [f"{call.method} {call.path}" for call in refused]
