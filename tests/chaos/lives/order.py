"""What the two kinds of invented orders share: operations, and data that looks personal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Protocol
from zoneinfo import ZoneInfo

type Topics = tuple[str, ...]
"""The webhook topics that a change raises; none for a change that the shop keeps to itself."""

type Body = dict[str, object]
"""An order as JSON."""

type Operation = Callable[[datetime], Topics]
"""Something done to an order at a time by the shop's clock."""

SHOP_ZONE = ZoneInfo("Europe/Berlin")
"""Where both shops stand."""

PERSONAL_TAGS = ("person-1@example.org", "phone:+1-555-0100", "ask person-2@example.org")


@dataclass(frozen=True, slots=True)
class Choice:
    """An operation that is possible now, and how likely it is beside the others."""

    weight: int
    operation: Operation


class Order(Protocol):
    """An order in its shop."""

    def begin(self, *, is_new: bool) -> Topics:
        """The topics of the first change.

        An order that is older than its webhooks has only been updated, and has been paid.
        """

    def choices(self) -> Sequence[Choice]:
        """What may happen next; nothing once the order is gone."""

    def note_update(self, at: datetime) -> None:
        """Note when the order last changed, by the shop's clock."""

    def body(self) -> Body:
        """A fresh copy of the order as the shop's REST API and full webhooks show it."""


def one_of[T](random: Random, weights: dict[T, int]) -> T:
    """One of some things by their weights."""
    return random.choices(list(weights), list(weights.values()))[0]


def order_number(random: Random, order: int) -> str:
    """A number as customers see it: of any shop's taste, and no other order's."""
    plain = str(1000 + order)
    odd = [f"#{plain}", f"Nr. {plain}", f"№{plain}/26", f"Größe & Co {plain}", f"注文-{plain}"]
    return plain if random.random() < 0.8 else random.choice(odd)


def local(at: datetime) -> datetime:
    """A time on the wall of the shop, in whole seconds."""
    return at.astimezone(SHOP_ZONE).replace(microsecond=0)


def utc(at: datetime) -> datetime:
    """A time in UTC, in whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0)


def address(person: int) -> Body:
    """An address of nobody; each value names the person."""
    return {
        "first_name": f"Person-{person}",
        "last_name": f"Surname-{person}",
        "address1": f"Person-{person} Street 7/{person}",
        "city": "Exampletown",
        "phone": f"+1-555-01-{person:06}",
        "email": f"person-{person}@example.org",
    }
