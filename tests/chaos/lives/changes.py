"""The truth in the shop: the changes of one order, one after another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from tests.chaos.connections import CONNECTIONS
from tests.chaos.lives.order import Body, Order, Topics, one_of
from tests.chaos.lives.shopify import ShopifyOrder
from tests.chaos.lives.woocommerce import WooCommerceOrder

SAME_SECOND, SECONDS, MINUTES, HOURS, DAYS = (
    (0.01, 0.4),
    (1.0, 59.0),
    (60.0, 3_600.0),
    (3_600.0, 86_400.0),
    (86_400.0, 5 * 86_400.0),
)
PAUSES = {SAME_SECOND: 8, SECONDS: 12, MINUTES: 25, HOURS: 35, DAYS: 20}
"""Seconds between two changes, from and to, and how often."""

STEPS = {0: 6, 1: 12, 2: 20, 3: 22, 4: 16, 5: 10, 6: 6, 8: 4, 12: 2}
"""How many changes follow the first."""

SHARE_OF_OLD_ORDERS = 0.06
SHARE_OF_CLOCKS_AHEAD = 0.03


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an order.

    ``at`` is when it happened, in UTC. ``topics`` are the webhooks that it raises: none at times.
    ``body`` is the whole order as the shop shows it from then on, in a copy of its own.
    """

    at: datetime
    topics: Topics
    body: Body


class _Platform(Protocol):
    def __call__(
        self, *, random: Random, connection: str, order: int, created: datetime
    ) -> Order: ...


PLATFORMS: Mapping[object, _Platform] = {
    "shopify": ShopifyOrder,
    "woocommerce": WooCommerceOrder,
}


def history(random: Random, connection: str, *, order: int, started: datetime) -> list[Change]:
    """The life of an order from ``started`` on, oldest first; at least one change.

    Equal ``random`` states give equal lives. ``order`` tells the orders of a connection apart:
    its id and number follow from it. An order may have been created long before ``started``.
    """
    is_old = random.random() < SHARE_OF_OLD_ORDERS
    created = started - timedelta(days=random.uniform(31, 400)) if is_old else started
    platform = PLATFORMS[CONNECTIONS[connection]["platform"]]
    told = platform(random=random, connection=connection, order=order, created=created)
    topics = told.begin(is_new=not is_old)
    told.note_update(started)
    changes = [Change(started, topics, told.body())]
    ahead = _clock_ahead(random)
    for _ in range(one_of(random, STEPS)):
        choices = told.choices()
        if not choices:
            break
        at = changes[-1].at + timedelta(seconds=random.uniform(*one_of(random, PAUSES)))
        # A clock goes wrong later than the creation, which no state may be dated before.
        clock = at + ahead if at - started > timedelta(days=1) else at
        [choice] = random.choices(choices, [choice.weight for choice in choices])
        topics = choice.operation(clock)
        if topics:
            told.note_update(clock)
        changes.append(Change(at, topics, told.body()))
    return changes


def _clock_ahead(random: Random) -> timedelta:
    """How far the shop's clock will be ahead: mostly not at all."""
    is_ahead = random.random() < SHARE_OF_CLOCKS_AHEAD
    return timedelta(seconds=random.uniform(60, 7_200) if is_ahead else 0)
