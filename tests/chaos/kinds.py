"""The kinds of lives that the generator has to know, each told by what the shop shows."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.chaos.connections import (
    META_CHANNEL,
    META_CUSTOMER_GROUP,
    META_LANGUAGE,
    META_LANGUAGE_SECOND,
    META_PROMISED,
    STATUS_RETURNED,
)
from tests.chaos.lives import Change, Delivery, deliveries, history
from tests.chaos.lives.shopify import STATE_TAGS
from tests.chaos.lives.woocommerce import LANGUAGE_KEYS, PROGRESS

START = datetime(2026, 3, 20, 13, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Life:
    connection: str
    changes: Sequence[Change]
    sent: Sequence[Delivery]

    @property
    def topics(self) -> list[str]:
        return [topic for change in self.changes for topic in change.topics]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [change.body for change in self.changes]

    @property
    def last(self) -> dict[str, Any]:
        return self.changes[-1].body


def live(connection: str, order: int, seed: str = "") -> Life:
    random = Random(f"{seed} {connection} {order}")
    changes = history(random, connection, order=order, started=START)
    return Life(connection, changes, deliveries(random, connection, changes))


def restock_types(body: Mapping[str, Any]) -> set[str]:
    lines = [line for refund in body["refunds"] for line in refund["refund_line_items"]]
    return {line["restock_type"] for line in lines}


def is_all_back(body: Mapping[str, Any]) -> bool:
    ships = [line for line in body["line_items"] if line["requires_shipping"]]
    return bool(ships) and not any(line["current_quantity"] for line in ships)


def went(life: Life, key: str, *values: object) -> bool:
    """Whether a field of the order went through these values in this order."""
    seen = iter(body[key] for body in life.bodies)
    return all(value in seen for value in values)


def age(life: Life, key: str) -> timedelta:
    created = datetime.fromisoformat(str(life.changes[0].body[key]))
    return START - (created if created.tzinfo else created.replace(tzinfo=UTC))


def changed_in_one_second(life: Life, key: str) -> bool:
    pairs = zip(life.bodies, life.bodies[1:], strict=False)
    return any(a[key] == b[key] and a != b for a, b in pairs)


SHOPIFY_KINDS: dict[str, Callable[[Life], object]] = {
    "paid when created": lambda life: "orders/paid" in life.changes[0].topics,
    "paid later": lambda life: went(life, "financial_status", "pending", "paid"),
    "authorized, then paid": lambda life: went(life, "financial_status", "authorized", "paid"),
    "paid in part": lambda life: went(life, "financial_status", "partially_paid", "paid"),
    "voided without a cancellation": lambda life: (
        life.last["financial_status"] == "voided" and not life.last["cancelled_at"]
    ),
    "shipped in parts": lambda life: went(life, "fulfillment_status", "partial", "fulfilled"),
    "shipped before it is paid": lambda life: any(
        body["financial_status"] == "pending" and body["fulfillment_status"] for body in life.bodies
    ),
    "shipped without a fulfilment": lambda life: (
        life.last["fulfillment_status"] == "fulfilled" and not life.last["fulfillments"]
    ),
    "cancelled before payment": lambda life: (
        life.last["cancelled_at"] and life.last["financial_status"] in ("pending", "voided")
    ),
    "cancelled after payment": lambda life: (
        life.last["cancelled_at"] and life.last["financial_status"] in ("paid", "refunded")
    ),
    "cancelled after shipping": lambda life: (
        life.last["cancelled_at"] and life.last["fulfillment_status"] == "fulfilled"
    ),
    "refunded in part, then in full": lambda life: went(
        life, "financial_status", "partially_refunded", "refunded"
    ),
    "refunded without any unit": lambda life: any(
        not refund["refund_line_items"] for refund in life.last["refunds"]
    ),
    "returned in one refund": lambda life: (
        len(life.last["refunds"]) == 1
        and is_all_back(life.last)
        and restock_types(life.last) == {"return"}
    ),
    "returned in several refunds": lambda life: (
        len(life.last["refunds"]) > 1
        and is_all_back(life.last)
        and restock_types(life.last) == {"return"}
    ),
    "returned with mixed restock types": lambda life: (
        is_all_back(life.last) and restock_types(life.last) > {"return"}
    ),
    "returned without all the money": lambda life: (
        life.last["financial_status"] == "partially_refunded"
        and is_all_back(life.last)
        and "return" in restock_types(life.last)
    ),
    "returned in part": lambda life: (
        not is_all_back(life.last) and "return" in restock_types(life.last)
    ),
    "exchanged after the return of all": lambda life: (
        any(map(is_all_back, life.bodies)) and not is_all_back(life.last)
    ),
    "edited": lambda life: "orders/edited" in life.topics,
    "edited after it was shipped": lambda life: went(
        life, "fulfillment_status", "fulfilled", "partial"
    ),
    "with units that an edit removed": lambda life: any(
        line["current_quantity"] < line["quantity"] and not life.last["refunds"]
        for line in life.last["line_items"]
    ),
    "through the states of tags": lambda life: (
        len({tag for tag in STATE_TAGS for body in life.bodies if tag in body["tags"]}) > 1
    ),
    "with other tags than before": lambda life: len({body["tags"] for body in life.bodies}) > 2,
    "with all tags removed": lambda life: life.bodies[0]["tags"] and not life.last["tags"],
    "with another language than before": lambda life: (
        len({body["customer_locale"] for body in life.bodies}) > 1
    ),
    "without a language": lambda life: life.last["customer_locale"] is None,
    "with another promised date than before": lambda life: (
        len({json.dumps(body["note_attributes"]) for body in life.bodies}) > 1
    ),
    "renamed": lambda life: len({body["name"] for body in life.bodies}) > 1,
    "with a number that holds blanks": lambda life: " " in life.last["name"],
    "with a number that is not ASCII": lambda life: not life.last["name"].isascii(),
    "a test order": lambda life: life.last["test"],
    "sold over the counter": lambda life: life.last["source_name"] == "pos",
    "without anything to ship": lambda life: (
        life.last["line_items"]
        and not any(line["requires_shipping"] for line in life.last["line_items"])
    ),
    "imported with an earlier payment": lambda life: (
        life.last["processed_at"] and life.last["processed_at"] < life.last["created_at"]
    ),
    "older than 30 days": lambda life: timedelta(90) > age(life, "created_at") > timedelta(30),
    "older than 90 days": lambda life: age(life, "created_at") > timedelta(90),
    "with a zero-decimal price": lambda life: any(
        line["price"] == "1234" for line in life.last["line_items"]
    ),
    "changed twice in a second": lambda life: changed_in_one_second(life, "updated_at"),
    "deleted": lambda life: life.topics[-1] == "orders/delete",
    "of a shop whose clock is ahead": lambda life: (
        datetime.fromisoformat(life.last["updated_at"]) > life.changes[-1].at
    ),
}

WOOCOMMERCE_KINDS: dict[str, Callable[[Life], object]] = {
    "paid when created": lambda life: life.bodies[0]["status"] == "processing",
    "paid later": lambda life: went(life, "status", "pending", "processing"),
    "from on hold to paid": lambda life: went(life, "status", "on-hold", "processing"),
    "in work before it is paid": lambda life: any(
        body["status"] == "processing" and not body["date_paid_gmt"] for body in life.bodies
    ),
    "from draft to order": lambda life: went(life, "status", "checkout-draft", "processing"),
    "failed, then paid": lambda life: went(life, "status", "failed", "processing"),
    "an abandoned checkout": lambda life: (
        life.last["status"] == "cancelled" and not life.last["date_paid_gmt"]
    ),
    "cancelled after payment": lambda life: (
        life.last["status"] == "cancelled" and life.last["date_paid_gmt"]
    ),
    "cancelled after shipping": lambda life: went(life, "status", "completed", "cancelled"),
    "re-opened by a late payment": lambda life: went(life, "status", "cancelled", "processing"),
    "re-opened after the refund": lambda life: went(life, "status", "refunded", "processing"),
    "re-opened after the return": lambda life: went(life, "status", STATUS_RETURNED, "processing"),
    "completed": lambda life: went(life, "status", "processing", "completed"),
    "through custom statuses": lambda life: (
        len({body["status"] for body in life.bodies} & set(PROGRESS)) > 1
    ),
    "in a status that no setting maps": lambda life: life.last["status"] == "awaiting-stock",
    "returned": lambda life: life.last["status"] == STATUS_RETURNED,
    "refunded in part": lambda life: 0 < refunded(life.last) < Decimal(life.last["total"]),
    "refunded in full by its status": lambda life: (
        life.last["status"] == "refunded" and refunded(life.last)
    ),
    "refunded in full by its sums only": lambda life: (
        life.last["status"] == "completed"
        and refunded(life.last) == Decimal(life.last["total"]) > 0
    ),
    "refunded by its status only": lambda life: (
        life.last["status"] == "refunded" and not life.last["refunds"]
    ),
    "refunded in several parts": lambda life: (
        len(life.last["refunds"]) > 1 and refunded(life.last) == Decimal(life.last["total"])
    ),
    "with a refund that was deleted": lambda life: () in [change.topics for change in life.changes],
    "trashed": lambda life: life.last["status"] == "trash",
    "trashed and restored": lambda life: "order.restored" in life.topics,
    "with other tags than before": lambda life: meta_changes(
        life, META_CUSTOMER_GROUP, META_CHANNEL
    ),
    "with another language than before": lambda life: meta_changes(life, *LANGUAGE_KEYS),
    "with another promised date than before": lambda life: meta_changes(life, META_PROMISED),
    "with languages of two plugins": lambda life: (
        {META_LANGUAGE, META_LANGUAGE_SECOND} <= set(meta(life.last))
    ),
    "renumbered": lambda life: len({body["number"] for body in life.bodies}) > 1,
    "with a number that holds blanks": lambda life: " " in life.last["number"],
    "with a number that is not ASCII": lambda life: not life.last["number"].isascii(),
    "with a zero-decimal total": lambda life: life.last["total"] == "1234",
    "with a total of three decimals": lambda life: life.last["total"] == "12.345",
    "for nothing": lambda life: life.last["total"] == "0.00",
    "with another total than before": lambda life: len({b["total"] for b in life.bodies}) > 1,
    "older than 90 days": lambda life: age(life, "date_created_gmt") > timedelta(90),
    "changed twice in a second": lambda life: changed_in_one_second(life, "date_modified_gmt"),
    "signed errors": lambda life: any("code" in json.loads(sent.body) for sent in life.sent),
    "bodies that lack their time": lambda life: any(map(is_unreadable, life.sent)),
    "bodies of the first version of the API": lambda life: any(
        is_unreadable(sent) and "meta_data" not in seen(sent) for sent in life.sent
    ),
    "states that are never seen": lambda life: (
        {body["status"] for body in life.bodies} - {seen(sent).get("status") for sent in life.sent}
    ),
}


def refunded(body: Mapping[str, Any]) -> Decimal:
    return -sum((Decimal(refund["total"]) for refund in body["refunds"]), Decimal(0))


def meta(body: Mapping[str, Any]) -> dict[str, object]:
    return {entry["key"]: entry["value"] for entry in body["meta_data"]}


def meta_changes(life: Life, *keys: str) -> bool:
    """Whether one of these has had two values, beside being absent."""
    values = [{key: json.dumps(meta(body).get(key)) for key in keys} for body in life.bodies]
    return any(len({value[key] for value in values} - {"null"}) > 1 for key in keys)


def seen(sent: Delivery) -> dict[str, Any]:
    body = json.loads(sent.body)
    assert isinstance(body, dict)
    return body


def is_unreadable(sent: Delivery) -> bool:
    """Whether this is one of WooCommerce's bodies that are broken on purpose."""
    body = seen(sent)
    return "status" in body and "date_modified_gmt" not in body
