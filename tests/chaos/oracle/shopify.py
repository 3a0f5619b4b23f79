"""Shopify's order bodies, read by the mapping."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.chaos.oracle import promised, tags
from tests.chaos.oracle.reading import Snapshot, needed, objects, read_language, read_time

ORDER_TOPICS = frozenset(
    f"orders/{change}"
    for change in ("create", "updated", "paid", "cancelled", "fulfilled", "partially_fulfilled")
)
LET_THROUGH = (
    "name created_at updated_at processed_at cancelled_at financial_status fulfillment_status"
    " customer_locale source_name test"
).split()
PAID = frozenset(("paid", "partially_refunded", "refunded"))


@dataclass(frozen=True, slots=True)
class Goods:
    """Lines and refunds, folded into what the rules need.

    ``ships``: a line requires shipping. ``returned_at`` is None unless all that ships is back.
    """

    ships: bool
    returned_at: datetime | None
    refunded_at: datetime


def is_error_body(body: object) -> bool:
    """Shopify sends none."""
    return False


def read(body: Any, settings: Mapping[str, Any]) -> Snapshot:
    """Read an order; raises Unreadable."""
    number, created, updated = needed(body, "name", "created_at", "updated_at")
    kept = tags.keep(str(body.get("tags") or "").split(","))
    promise = promised.read(_promise(body, settings), settings)
    goods = _goods(body, updated)
    return Snapshot(
        number=number,
        created=created,
        updated=updated,
        no_order_yet=(
            body.get("test") is True
            or (body.get("source_name") == "pos" and not settings.get("include_pos_orders"))
            or (bool(body.get("line_items")) and not goods.ships)
        ),
        language=read_language(body.get("customer_locale")),
        tags=tags.as_keys(kept),
        promised=promise or promised.by_rule(created, settings),
        shipped=body.get("fulfillment_status") == "fulfilled",
        paid=_paid(body, created, updated),
        states=_states(body, [settings.get("state_tags", {}).get(tag) for tag in kept], goods),
        identity=repr(([body.get(key) for key in LET_THROUGH], kept, promise, goods)),
    )


def _promise(body: Mapping[str, Any], settings: Mapping[str, Any]) -> object:
    name = settings.get("promised_date_attribute")
    attributes = objects(body.get("note_attributes"))
    return next((one.get("value") for one in attributes if one.get("name") == name), None)


def _paid(
    body: Mapping[str, Any], created: datetime, updated: datetime
) -> tuple[datetime, datetime] | None:
    if body.get("financial_status") not in PAID:
        return None
    return read_time(body.get("processed_at")) or created, updated


def _states(
    body: Mapping[str, Any], by_tag: list[str | None], goods: Goods
) -> Mapping[str, datetime | None]:
    if body.get("cancelled_at"):
        return {"cancelled": read_time(body["cancelled_at"])}
    states: dict[str, datetime | None] = {state: None for state in by_tag if state}
    if goods.returned_at is not None:
        states["returned"] = goods.returned_at
    if body.get("financial_status") == "refunded":
        states["refunded"] = goods.refunded_at
    return states


def _goods(body: Mapping[str, Any], updated: datetime) -> Goods:
    refunds = objects(body.get("refunds"))
    to_ship = {
        line.get("id"): line
        for line in objects(body.get("line_items"))
        if line.get("requires_shipping") is not False
    }
    return Goods(
        ships=bool(to_ship),
        returned_at=_returned_at(to_ship, refunds, updated),
        refunded_at=_last([refund.get("created_at") for refund in refunds], updated),
    )


def _returned_at(
    to_ship: Mapping[Any, Mapping[str, Any]], refunds: list[dict[str, Any]], updated: datetime
) -> datetime | None:
    """Tell when the last unit came back; None unless one did and all others are refunded."""
    refunded = dict.fromkeys(to_ship, 0)
    returns = []
    for refund in refunds:
        for item in objects(refund.get("refund_line_items")):
            line, quantity = item.get("line_item_id"), _units(item.get("quantity"))
            if line in refunded and quantity > 0:
                refunded[line] += quantity
                if item.get("restock_type") == "return":
                    returns.append(refund.get("created_at"))
    is_all = all(refunded[line] >= _ordered(to_ship[line], refunded[line]) for line in to_ship)
    return _last(returns, updated) if returns and is_all else None


def _ordered(line: Mapping[str, Any], refunded: int) -> int:
    """Return a line's units without what an edit removed.

    ``current_quantity`` leaves out refunded and removed units alike, so what is missing in it and
    was not refunded was removed.
    """
    quantity = _units(line.get("quantity"))
    current = line.get("current_quantity")
    removed = 0 if current is None else max(0, quantity - _units(current) - refunded)
    return quantity - removed


def _units(value: object) -> int:
    return value if isinstance(value, int) else 0


def _last(times: list[object], otherwise: datetime) -> datetime:
    return max((time for one in times if (time := read_time(one))), default=otherwise)
