"""WooCommerce's order bodies (REST v2 and v3), read by the mapping."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.chaos.oracle import promised, tags
from tests.chaos.oracle.reading import Snapshot, needed, objects, read_language, read_time

ORDER_TOPICS = frozenset(("order.created", "order.updated", "order.restored"))
LET_THROUGH = "number status date_created_gmt date_modified_gmt date_paid_gmt total".split()
NO_ORDERS = frozenset(("checkout-draft", "auto-draft", "failed", "trash"))
LANGUAGE_KEYS = "wpml_language trp_language _weglot_language weglot_language _user_language".split()
TOKEN = re.compile(r"[\w.-]{1,64}")


def is_error_body(body: object) -> bool:
    """Tell whether it says, in the order's place, why there is none."""
    return isinstance(body, dict) and "id" not in body and {"code", "message"} <= body.keys()


def read(body: Any, settings: Mapping[str, Any]) -> Snapshot:
    """Read an order; raises Unreadable."""
    number, created, updated = needed(body, "number", "date_created_gmt", "date_modified_gmt")
    status, paid = body.get("status"), read_time(body.get("date_paid_gmt"))
    meta = {one.get("key"): one.get("value") for one in objects(body.get("meta_data"))}
    kept, language = tags.keep(_tags(meta, settings)), _language(meta, settings)
    promise = promised.read(meta.get(settings.get("promised_date_meta_key")), settings)
    refunds = sorted(_money(refund.get("total")) for refund in objects(body.get("refunds")))
    return Snapshot(
        number=number,
        created=created,
        updated=updated,
        no_order_yet=(
            status in NO_ORDERS
            or (status == "pending" and not settings.get("include_pending_orders"))
            or (status == "cancelled" and paid is None)
        ),
        language=language,
        tags=tags.as_keys(kept),
        promised=promise or promised.by_rule(created, settings),
        shipped=status == "completed",
        paid=(paid, paid) if paid else None,
        states=dict.fromkeys(_states(body, -sum(refunds), settings)),
        identity=repr(([body.get(key) for key in LET_THROUGH], kept, language, promise, refunds)),
    )


def _tags(meta: Mapping[Any, Any], settings: Mapping[str, Any]) -> list[str]:
    named = ((tag, meta.get(key)) for key, tag in settings.get("tag_meta_keys", {}).items())
    return [
        f"{tag}:{value}"
        for tag, value in named
        if isinstance(value, str) and TOKEN.fullmatch(value)
    ]


def _language(meta: Mapping[Any, Any], settings: Mapping[str, Any]) -> str | None:
    keys = settings.get("language_meta_keys", LANGUAGE_KEYS)
    return next((found for key in keys if (found := read_language(meta.get(key)))), None)


def _states(
    body: Mapping[str, Any], refunded: Decimal | int, settings: Mapping[str, Any]
) -> list[str]:
    status = body.get("status")
    if status == "cancelled":
        return ["cancelled"]
    by_status = settings.get("state_statuses", {"processing": "in_preparation"})
    states = [by_status[status]] if status in by_status else []
    if status == "refunded" or 0 < _money(body.get("total")) <= refunded:
        states.append("refunded")
    return states


def _money(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
