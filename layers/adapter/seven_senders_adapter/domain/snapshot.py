"""An order as its shop showed it at one moment, in terms that all shops share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from seven_senders_adapter.domain.milestones import State


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    """One line of an order; sent only where the connection asks for it."""

    sku: str | None
    name: str
    quantity: str
    price: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One order at one moment. All times are aware and in UTC.

    ``order`` is the shop's own id and ``number`` what the customer sees. ``states`` holds the
    states that the snapshot shows with their times as the mapping gives them, not yet fitted
    to each other. ``paid_at_if_first`` replaces the time of ``paid`` if no other snapshot of
    the order came before. ``language`` is the shop's (first subtag, lower case), not yet
    reduced to the API's list. ``left_out`` names the reason why an order that is not known yet
    is not created.
    """

    order: str
    number: str
    created_at: datetime
    updated_at: datetime
    states: Mapping[State, datetime] = field(default_factory=dict)
    paid_at_if_first: datetime | None = None
    shipped: bool = False
    language: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    promised_at: datetime | None = None
    items: tuple[OrderItem, ...] = ()
    left_out: str | None = None
