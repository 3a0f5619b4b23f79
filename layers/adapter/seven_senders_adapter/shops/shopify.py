"""Shopify: its webhooks, its orders, and what of them may pass."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.shops import items, promised, tags
from seven_senders_adapter.shops.projecting import (
    deletion,
    essentials,
    present,
    snapshot,
    stored_time,
)
from seven_senders_adapter.shops.reading import (
    Body,
    as_object,
    header,
    identifier,
    language,
    moment,
    objects,
    slug,
    token,
    whole,
)
from seven_senders_adapter.shops.shop import (
    Delivery,
    Headers,
    Kind,
    Projected,
    Projection,
    ProjectionNames,
)
from seven_senders_adapter.shops.signature import is_signed

if TYPE_CHECKING:  # pydantic stays out of the receiver
    from seven_senders_adapter.domain.settings import MappingSettings

KINDS = {
    "orders/create": Kind.ORDER,
    "orders/updated": Kind.ORDER,
    "orders/paid": Kind.ORDER,
    "orders/cancelled": Kind.ORDER,
    "orders/fulfilled": Kind.ORDER,
    "orders/partially_fulfilled": Kind.ORDER,
    "orders/delete": Kind.DELETION,
}
PAID = frozenset({"paid", "partially_refunded", "refunded"})


class Shopify:
    """Full-order webhooks of Shopify's Admin API, and those made by hand in its settings.

    Keys of a projection: ``id``, ``number``, ``created_at``, ``updated_at`` and, where they say
    something, ``processed_at``, ``cancelled_at``, ``financial_status``, ``fulfillment_status``,
    ``language``, ``tags`` (as the merchant wrote them), ``source_name``, ``test``,
    ``nothing_to_ship``, ``returned_at``, ``refunded_at``, ``promised`` and ``items``.
    """

    platform = "shopify"

    def is_ping(self, _headers: Headers, _body: bytes) -> bool:
        """Never: Shopify signs all that it sends."""
        return False

    def is_authentic(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        """Whether one of the secrets signed these bytes in ``X-Shopify-Hmac-Sha256``."""
        return is_signed(body, headers.get("x-shopify-hmac-sha256", ""), secrets)

    def recognise(self, headers: Headers) -> Delivery:
        """Read topic, delivery id and shop domain."""
        topic = header(headers.get("x-shopify-topic"))
        return Delivery(
            kind=KINDS.get(topic, Kind.OTHER),
            topic=topic,
            delivery_id=header(headers.get("x-shopify-webhook-id")),
            source=header(headers.get("x-shopify-shop-domain")).lower(),
        )

    def project(self, kind: Kind, body: object, names: ProjectionNames) -> Projected:
        """Fold an order into what may pass. Raises UnreadableOrder."""
        order = as_object(body)
        if kind is Kind.DELETION:
            return deletion(order)
        read = essentials(order, number="name", created_at="created_at", updated_at="updated_at")
        lines = objects(order.get("line_items"))
        passed_tags, dropped = tags.passing(order.get("tags"))
        sent_items, dropped_items = items.passing(lines) if names.send_order_items else ([], [])
        promise, dropped_promise = _promised(order, names)
        facts: dict[str, object] = {
            "processed_at": moment(order.get("processed_at")),
            "cancelled_at": _cancelled_at(order, read["updated_at"]),
            "financial_status": slug(order.get("financial_status")),
            "fulfillment_status": slug(order.get("fulfillment_status")),
            "language": language(order.get("customer_locale")),
            "tags": passed_tags,
            "source_name": token(order.get("source_name")),
            "test": order.get("test") is True,
            "nothing_to_ship": bool(lines) and not any(_ships(line) for line in lines),
            **_refund_times(lines, objects(order.get("refunds")), read["updated_at"]),
            "promised": promise,
            "items": sent_items,
        }
        return Projected(
            order=read["id"],
            projection={**read, **present(facts)},
            dropped=(*dropped, *dropped_items, *dropped_promise),
        )

    def read_snapshot(self, projection: Projection, settings: "MappingSettings") -> Snapshot:
        """Read a projection. Raises KeyError, TypeError or ValueError if it is none of ours."""
        raw_tags = _stored_tags(projection)
        states = _states(projection, raw_tags, settings.state_tags)
        created_at = stored_time(projection, "created_at")
        is_paid = projection.get("financial_status") in PAID
        return snapshot(
            projection,
            settings,
            states=states,
            paid_at_if_first=(stored_time(projection, "processed_at") or created_at)
            if is_paid
            else None,
            shipped=projection.get("fulfillment_status") == "fulfilled",
            tags=tags.fold(map(tags.split, raw_tags)),
            left_out=_left_out(projection, settings),
        )


def _ships(line: Body) -> bool:
    return line.get("requires_shipping") is not False


def _cancelled_at(order: Body, updated_at: str) -> str | None:
    stated = order.get("cancelled_at")
    return (moment(stated) or updated_at) if stated else None


def _promised(order: Body, names: ProjectionNames) -> tuple[str | None, list[str]]:
    if names.promised_date_attribute is None:
        return None, []
    for attribute in objects(order.get("note_attributes")):
        value = attribute.get("value")
        if attribute.get("name") == names.promised_date_attribute and value not in (None, ""):
            promise = promised.normalise(value, names.promised_date_format)
            return promise, [] if promise else [promised.UNREADABLE]
    return None, []


def _refund_times(
    lines: Sequence[Body], refunds: Sequence[Body], updated_at: str
) -> dict[str, object]:
    """When the last refund was made, and the last return, if all that ships has come back."""
    shipping = [line for line in lines if _ships(line)]
    ids = {identifier(line.get("id")) for line in shipping} - {None}
    refunded: Counter[str | None] = Counter()
    times: list[str] = []
    return_times: list[str] = []
    for refund in refunds:
        at = moment(refund.get("created_at")) or updated_at
        times.append(at)
        for line, quantity, restock_type in _refunded_lines(refund):
            refunded[line] += quantity
            if line in ids and restock_type == "return":
                return_times.append(at)
    is_back = all(_is_refunded(line, refunded[identifier(line.get("id"))]) for line in shipping)
    return {
        "refunded_at": max(times, default=None),
        "returned_at": max(return_times, default=None) if is_back else None,
    }


def _refunded_lines(refund: Body) -> Iterator[tuple[str | None, int, object]]:
    for entry in objects(refund.get("refund_line_items")):
        if quantity := whole(entry.get("quantity")):
            yield identifier(entry.get("line_item_id")), quantity, entry.get("restock_type")


def _is_refunded(line: Body, refunded: int) -> bool:
    """Whether no unit of a line is left with the customer.

    ``current_quantity`` is the quantity without the refunded units and without those that an
    edit removed (source: Shopify's GraphQL reference, ``LineItem.currentQuantity``; REST has it
    since 2024-01 by the changelog of 5 December 2023). So an edit removed the units that are
    neither current nor refunded. An edit that makes a refund of its own is counted there. A
    ``current_quantity`` that ignores refunds, or none at all, changes nothing.
    """
    quantity = whole(line.get("quantity"))
    if quantity is None:
        return False
    current = whole(line.get("current_quantity"))
    removed = 0 if current is None else max(0, quantity - current - refunded)
    return refunded >= quantity - removed


def _stored_tags(projection: Projection) -> list[str]:
    stored = projection.get("tags", [])
    if not isinstance(stored, list) or not all(isinstance(tag, str) for tag in stored):
        raise TypeError("tags of a projection is no list of texts")
    return stored


def _states(
    projection: Projection, raw_tags: Sequence[str], state_tags: Mapping[str, State]
) -> dict[State, datetime]:
    updated_at = stored_time(projection, "updated_at")
    cancelled_at = stored_time(projection, "cancelled_at")
    financial_status = projection.get("financial_status")
    shown = {state_tags[tag]: updated_at for tag in raw_tags if tag in state_tags}
    shown[State.RETURNED] = stored_time(projection, "returned_at") or shown.get(State.RETURNED)
    if financial_status in PAID:
        shown[State.PAID] = updated_at
    if financial_status == "refunded" and cancelled_at is None:
        shown[State.REFUNDED] = stored_time(projection, "refunded_at") or updated_at
    if cancelled_at is not None:
        shown[State.CANCELLED] = cancelled_at
    return {state: at for state, at in shown.items() if at is not None}


def _left_out(projection: Projection, settings: "MappingSettings") -> str | None:
    if "test" in projection and not settings.include_test_orders:
        return "test_order"
    if projection.get("source_name") == "pos" and not settings.include_pos_orders:
        return "pos_order"
    if "nothing_to_ship" in projection and not settings.include_orders_without_shipping:
        return "nothing_to_ship"
    return None
