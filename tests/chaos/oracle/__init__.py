"""What must be at Seven Senders in the end, worked out from the mapping alone.

Written from the description of the mapping and from nothing else: it shares no code with the
adapter, so that a mistake of one does not hide in the other. Times are compared in UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from tests.chaos.oracle import shopify, woocommerce
from tests.chaos.oracle.order import Order, is_left_out
from tests.chaos.oracle.reading import Unreadable

SHOPS: Mapping[str, ModuleType] = {"shopify": shopify, "woocommerce": woocommerce}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery that was answered 200.

    ``body`` is the parsed JSON, ``received_at`` when the receiver took it, with a time zone.
    """

    topic: str
    body: object
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Expected:
    """What one order must have come to.

    ``order_id`` is None if no order is at Seven Senders. ``fields`` are as on the wire, without
    what was left out. ``states`` are (state, ISO 8601 UTC text) by rank, without ``new``.
    ``dead_letters`` are reasons.
    """

    order_id: str | None
    fields: Mapping[str, object]
    states: tuple[tuple[str, str], ...]
    dead_letters: frozenset[str]


def expected(settings: Mapping[str, object], arrivals: Sequence[Arrival]) -> Expected:
    """Tell what must be there of one order.

    ``settings`` are those of its connection, ``arrivals`` stand in the order of their arrival.
    """
    shop = SHOPS[str(settings["platform"])]
    order: Order | None = None
    dead_letters: set[str] = set()
    for arrival in arrivals:
        if arrival.topic not in shop.ORDER_TOPICS or shop.is_error_body(arrival.body):
            continue
        try:
            snapshot = shop.read(arrival.body, settings)
        except Unreadable:
            dead_letters.add("unreadable_order")
            continue
        if order is None:
            if is_left_out(snapshot, settings, arrival.received_at):
                continue
            order = Order(snapshot, settings)
        dead_letters |= order.take(snapshot, arrival.received_at)
    if order is None:
        return Expected(None, {}, (), frozenset(dead_letters))
    return Expected(order.order_id, order.fields, order.wire_states(), frozenset(dead_letters))
