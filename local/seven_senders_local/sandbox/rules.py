"""The rules of the API for the orders of one account: no HTTP, no clock of its own."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal

type Body = Mapping[str, object]
"""A parsed JSON object of a request."""

type DuplicateAnswer = Literal["400", "409", "422", "200", "second"]
"""What a second create with the same ``order_id`` does: a refusal, an update, a second order."""

LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt pl pt ro ru sk sl sv uk".split()
)
"""Source: seed."""

STATES = (
    "new",
    "paid",
    "in_production",
    "warehouse_handover",
    "in_preparation",
    "shipped",
    "completed",
    "returned",
    "refunded",
    "cancelled",
)
"""By rank (source: seed; the place of shipped and completed: docs)."""

SET_BY_THE_SERVICE = frozenset({"new", "shipped", "completed"})

_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+00:00|Z)", re.ASCII)


class Refused(Exception):
    """A call that breaks a rule: HTTP status, what is wrong, and the fields at fault."""

    def __init__(
        self, status: int, message: str, violations: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.violations = violations


@dataclass(frozen=True, slots=True)
class StateEntry:
    """A state in an order's history, with the time that was sent for it."""

    state: str
    datetime: str
    location: str | None = None


@dataclass(slots=True)
class Order:
    """An order. ``fields`` are the values as they were sent, without ``order_id``."""

    id: int
    order_id: str
    order_date: datetime
    fields: dict[str, object]
    states: list[StateEntry]

    @property
    def state(self) -> str:
        """The state it is in: the last and highest."""
        return self.states[-1].state


@dataclass(slots=True)
class Account:
    """The orders of one account. ``ids`` gives the service's own ids, shared by all accounts."""

    ids: Iterator[int] = field(default_factory=lambda: count(1))
    orders: dict[int, Order] = field(default_factory=dict)
    _by_order_id: dict[str, list[Order]] = field(default_factory=dict)

    def create(self, body: Body, *, duplicate: DuplicateAnswer = "400") -> tuple[Order, bool]:
        """Create an order; the second value says whether it is a new one. Raises Refused."""
        _check(body, _ORDER_CHECKS, mandatory=("order_id", "order_date"))
        existing = self.named(str(body["order_id"]))
        if existing and duplicate == "200":
            return self.update(existing[0].id, {k: body[k] for k in body if k in CHANGEABLE}), False
        if existing and duplicate != "second":
            message = "order_id: This value is already used."
            raise Refused(int(duplicate), message, (("order_id", "This value is already used."),))
        order = Order(
            id=next(self.ids),
            order_id=str(body["order_id"]),
            order_date=datetime.fromisoformat(str(body["order_date"])),
            fields={name: value for name, value in body.items() if name != "order_id"},
            states=[StateEntry("new", str(body["order_date"]))],
        )
        self.orders[order.id] = order
        self._by_order_id.setdefault(order.order_id, []).append(order)
        return order, True

    def get(self, remote_id: int) -> Order:
        """The order with this id of the service. Raises Refused."""
        if (order := self.orders.get(remote_id)) is None:
            raise Refused(404, "Not Found")
        return order

    def named(self, order_id: str) -> list[Order]:
        """The orders with this ``order_id``: at most one unless seconds are let in."""
        return self._by_order_id.get(order_id, [])

    def update(self, remote_id: int, body: Body) -> Order:
        """Change some fields. Raises Refused, also for ``order_id`` and ``order_date``."""
        order = self.get(remote_id)
        _check(body, {name: _ORDER_CHECKS[name] for name in CHANGEABLE})
        order.fields.update(body)
        return order

    def delete(self, remote_id: int) -> None:
        """Delete an order. Raises Refused."""
        order = self.get(remote_id)
        del self.orders[remote_id]
        self._by_order_id[order.order_id].remove(order)

    def add_state(self, body: Body) -> Order:
        """Add a state: forwards only, each once. Raises Refused."""
        _check(body, _STATE_CHECKS, mandatory=("order_id", "state", "datetime"))
        if not (orders := self.named(str(body["order_id"]))):
            raise Refused(404, "Order not found")
        order, state = orders[0], str(body["state"])
        if state == "refunded" and order.fields.get("order_items"):
            raise Refused(400, "refunded is accepted only for orders without order items")
        location = body.get("location")
        self._advance(
            order,
            StateEntry(state, str(body["datetime"]), None if location is None else str(location)),
        )
        return order

    def advance_by_service(self, order_id: str, state: str, at: str) -> None:
        """Set ``shipped`` or ``completed`` as the service does from shipments. Raises Refused."""
        self._advance(self.named(order_id)[0], StateEntry(state, at))

    @staticmethod
    def _advance(order: Order, entry: StateEntry) -> None:
        if STATES.index(entry.state) <= STATES.index(order.state):
            raise Refused(400, f"the state cannot change from {order.state} to {entry.state}")
        order.states.append(entry)


type _Check = Callable[[object], str | None]


def _check(body: Body, checks: Mapping[str, _Check], mandatory: tuple[str, ...] = ()) -> None:
    violations = [
        (name, "This value should not be blank.") for name in mandatory if not body.get(name)
    ]
    for name, value in body.items():
        problem = checks[name](value) if name in checks else "This field was not expected."
        if problem and (name, "This value should not be blank.") not in violations:
            violations.append((name, problem))
    if violations:
        message = "\n".join(f"{name}: {problem}" for name, problem in violations)
        raise Refused(422, message, tuple(violations))


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "This value should be of type string."
    return None if value.strip() else "This value should not be blank."


def is_utc_time(value: object) -> bool:
    """Whether this is a time as the API wants it: ISO 8601, whole seconds, +00:00 or Z."""
    if not isinstance(value, str) or not _UTC_TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _time(value: object) -> str | None:
    return None if is_utc_time(value) else "This value is not an ISO 8601 date-time in UTC."


def _language(value: object) -> str | None:
    known = isinstance(value, str) and value in LANGUAGES
    return None if known else "The value you selected is not a valid choice."


def _boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else "This value should be of type bool."


def _tags(value: object) -> str | None:
    if not isinstance(value, dict):
        return "This value should be an object of strings."
    if all(key.strip() and isinstance(text, str) and text.strip() for key, text in value.items()):
        return None
    return "Each tag should have a key and a value of type string."


def _items(value: object) -> str | None:
    if not isinstance(value, list):
        return "This value should be of type array."
    names = {"sku", "name", "quantity", "price"}
    if all(isinstance(item, dict) and {"name"} <= set(item) <= names for item in value):
        return None
    return "Each item should have a name, and nothing but sku, name, quantity and price."


def _state(value: object) -> str | None:
    if isinstance(value, str) and value in STATES and value not in SET_BY_THE_SERVICE:
        return None
    return "The value you selected is not a valid choice."


_ORDER_CHECKS: Mapping[str, _Check] = {
    "order_id": _text,
    "order_date": _time,
    "order_url": _text,
    "language": _language,
    "boarding_complete": _boolean,
    "order_tags": _tags,
    "promised_delivery_date": _time,
    "order_items": _items,
}

CHANGEABLE = tuple(name for name in _ORDER_CHECKS if name not in ("order_id", "order_date"))

_STATE_CHECKS: Mapping[str, _Check] = {
    "order_id": _text,
    "state": _state,
    "datetime": _time,
    "location": _text,
}
