"""How a life reaches the outside: what of it the shop's webhooks bring, and when."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import cast

from tests.chaos.connections import CONNECTIONS
from tests.chaos.lives.changes import Change
from tests.chaos.lives.order import Body, one_of

AT_ONCE = (0.01, 0.05)
PROMPT, SOON, LATE, VERY_LATE = (0.05, 3.0), (3.0, 60.0), (60.0, 7_200.0), (7_200.0, 80_000.0)
DELAYS = {PROMPT: 70, SOON: 15, LATE: 10, VERY_LATE: 5}
WOOCOMMERCE_DELAYS = {PROMPT: 85, SOON: 12, LATE: 3}
SLOW_SHOP_DELAYS = {SOON: 1, LATE: 5, VERY_LATE: 4}
"""Seconds between a change and its delivery, from and to, and how often."""

WOOCOMMERCE_HANGS = {AT_ONCE: 85, SOON: 8, LATE: 7}
"""Seconds that a built body waits for one of several runners to send it."""

SHARE_LOST = 0.05
SHARE_REPEATED = 0.08
SHARE_OF_SLOW_SHOPS = 0.2
SHARE_OF_ERRORS = 0.01
SHARE_UNREADABLE = 0.01

ERRORS: tuple[Body, ...] = (
    {
        "code": "woocommerce_rest_shop_order_invalid_id",
        "message": "Invalid ID.",
        "data": {"status": 404},
    },
    {
        "code": "woocommerce_rest_cannot_view",
        "message": "Sorry, you cannot view this resource.",
        "data": {"status": 401},
    },
)
"""What WooCommerce signs and sends when the order is gone, or the webhook's owner is."""

LACKING_IN_V1 = ("_gmt", "meta_data")
"""How the fields end that bodies of the API's first version lack."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook of one order.

    ``at`` is when the shop first sends it, in UTC; ``order`` is the shop's id; ``body`` is raw
    JSON with the escapes of its platform.
    """

    at: datetime
    connection: str
    order: str
    topic: str
    body: bytes


def deliveries(random: Random, connection: str, changes: Sequence[Change]) -> list[Delivery]:
    """What of a life arrives, by time: late, twice, out of order, with some lost but never all."""
    is_shopify = CONNECTIONS[connection]["platform"] == "shopify"
    sent = list((_of_shopify if is_shopify else _of_woocommerce)(random, changes))
    kept = [delivery for delivery in sent if random.random() >= SHARE_LOST] or sent[-1:]
    repeated = [
        (at + _delay(random, DELAYS), topic, body)
        for at, topic, body in kept
        if random.random() < SHARE_REPEATED
    ]
    write = _as_shopify if is_shopify else _as_woocommerce
    order = str(changes[0].body["id"])
    return [
        Delivery(at, connection, order, topic, write(body))
        for at, topic, body in sorted([*kept, *repeated], key=lambda delivery: delivery[0])
    ]


type _Sent = tuple[datetime, str, Body]


def _of_shopify(random: Random, changes: Sequence[Change]) -> Iterator[_Sent]:
    """Each topic on its own way, with the body of when it happened."""
    for change in changes:
        for topic in change.topics:
            small = SMALL_BODIES.get(topic)
            body = small(change.body) if small else change.body
            yield change.at + _delay(random, DELAYS), topic, body


def _of_woocommerce(random: Random, changes: Sequence[Change]) -> Iterator[_Sent]:
    """Each topic with the body of shortly before it is sent.

    A topic that still waits for its body is not queued a second time.
    """
    is_slow = random.random() < SHARE_OF_SLOW_SHOPS
    delays = SLOW_SHOP_DELAYS if is_slow else WOOCOMMERCE_DELAYS
    waiting: dict[str, datetime] = {}
    for change in changes:
        for topic in change.topics:
            if topic in waiting and waiting[topic] > change.at:
                continue
            built_at = waiting[topic] = change.at + _delay(random, delays)
            at = built_at + _delay(random, WOOCOMMERCE_HANGS)
            yield at, topic, _built(random, topic, built_at, changes)


def _built(random: Random, topic: str, at: datetime, changes: Sequence[Change]) -> Body:
    shown = [change.body for change in changes if change.at <= at][-1]
    if topic == "order.deleted":
        return {"id": shown["id"]}
    if random.random() < SHARE_OF_ERRORS:
        return random.choice(ERRORS)
    if random.random() < SHARE_UNREADABLE:
        lacking = random.choice((("date_modified_gmt",), LACKING_IN_V1))
        return {name: value for name, value in shown.items() if not name.endswith(lacking)}
    return shown


def _delay(random: Random, delays: dict[tuple[float, float], int]) -> timedelta:
    return timedelta(seconds=random.uniform(*one_of(random, delays)))


def _only_id(order: Body) -> Body:
    return {"id": order["id"]}


def _last_refund(order: Body) -> Body:
    return cast("list[Body]", order["refunds"])[-1]


def _an_edit(order: Body) -> Body:
    return {"order_edit": {"id": 1, "order_id": order["id"], "line_items": {"additions": []}}}


SMALL_BODIES: dict[str, Callable[[Body], Body]] = {
    "orders/delete": _only_id,
    "refunds/create": _last_refund,
    "orders/edited": _an_edit,
}
"""The topics that do not bring the whole order, and what they bring of it."""


def _as_shopify(body: Body) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.replace("/", "\\/").replace("&", "\\u0026").encode()


def _as_woocommerce(body: Body) -> bytes:
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
