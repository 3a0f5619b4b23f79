"""WooCommerce: its webhooks, its orders, and what of them may pass."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.shops import items, promised, tags
from seven_senders_adapter.shops.personal import is_phone
from seven_senders_adapter.shops.projecting import (
    deletion,
    essentials,
    present,
    snapshot,
    stored_text,
    stored_time,
)
from seven_senders_adapter.shops.reading import (
    Body,
    amount,
    as_object,
    header,
    language,
    moment,
    objects,
    slug,
    token,
)
from seven_senders_adapter.shops.shop import (
    Delivery,
    Headers,
    Kind,
    NotAnOrder,
    Projected,
    Projection,
    ProjectionNames,
)
from seven_senders_adapter.shops.signature import is_signed

if TYPE_CHECKING:  # pydantic stays out of the receiver
    from seven_senders_adapter.domain.settings import MappingSettings

KINDS = {
    "order.created": Kind.ORDER,
    "order.updated": Kind.ORDER,
    "order.restored": Kind.ORDER,
    "order.deleted": Kind.DELETION,
}
LANGUAGE_META_KEYS = (
    "wpml_language",  # WPML with WooCommerce Multilingual
    "trp_language",  # TranslatePress
    "_weglot_language",  # Weglot
    "weglot_language",  # Weglot's earlier versions
    "_user_language",  # qTranslate-X
)
NO_ORDERS_YET = frozenset({"checkout-draft", "auto-draft", "failed", "trash"})

_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


class WooCommerce:
    """WooCommerce's order webhooks of its REST API v2 and v3.

    Keys of a projection: ``id``, ``number``, ``created_at``, ``updated_at`` and, where they say
    something, ``status``, ``paid_at``, ``refunded_in_full``, ``language``, ``tags`` (tag to
    value), ``promised`` and ``items``.
    """

    platform = "woocommerce"

    def is_ping(self, headers: Headers, body: bytes) -> bool:
        """Whether this is the greeting sent when a webhook is made or its URL changed."""
        is_bare = not any(name.startswith("x-wc-") for name in headers)
        return is_bare and _PING.fullmatch(body) is not None

    def is_authentic(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        """Whether one of the secrets signed these bytes in ``X-WC-Webhook-Signature``.

        WooCommerce decodes the HTML entities of its secret before it signs, so each is tried
        as it is written and decoded.
        """
        keys = [key for secret in secrets for key in (secret, unescape(secret))]
        return is_signed(body, headers.get("x-wc-webhook-signature", ""), keys)

    def recognise(self, headers: Headers) -> Delivery:
        """Read topic, delivery id and the host of the shop's URL."""
        topic = header(headers.get("x-wc-webhook-topic"))
        return Delivery(
            kind=KINDS.get(topic, Kind.OTHER),
            topic=topic,
            delivery_id=header(headers.get("x-wc-webhook-delivery-id")),
            source=_host(headers.get("x-wc-webhook-source", "")),
        )

    def project(self, kind: Kind, body: object, names: ProjectionNames) -> Projected:
        """Fold an order into what may pass. Raises NotAnOrder or UnreadableOrder."""
        order = as_object(body)
        if _is_error(order):
            raise NotAnOrder("error_body")
        if "id" not in order:  # the legacy API wraps all in "order"
            order = as_object(order.get("order", order))
        if kind is Kind.DELETION:
            return deletion(order)
        read = essentials(
            order,
            number="number",
            created_at="date_created_gmt",
            updated_at="date_modified_gmt",
            zone=UTC,
        )
        meta = _named_meta(order, names)
        lines = objects(order.get("line_items"))
        sent_items, dropped_items = items.passing(lines) if names.send_order_items else ([], [])
        promise, dropped_promise = _promised(meta, names)
        passed_tags, dropped_tags = _tags(meta, names.tag_meta_keys or {})
        facts: dict[str, object] = {
            "status": slug(order.get("status")),
            "paid_at": moment(order.get("date_paid_gmt"), UTC),
            "refunded_in_full": _is_refunded_in_full(order),
            "language": _language(meta, names),
            "tags": passed_tags,
            "promised": promise,
            "items": sent_items,
        }
        return Projected(
            order=read["id"],
            projection={**read, **present(facts)},
            dropped=(*dropped_tags, *dropped_items, *dropped_promise),
        )

    def read_snapshot(self, projection: Projection, settings: "MappingSettings") -> Snapshot:
        """Read a projection. Raises KeyError, TypeError or ValueError if it is none of ours."""
        stored_tags = projection.get("tags", {})
        if not isinstance(stored_tags, dict):
            raise TypeError("tags of a projection is no object")
        return snapshot(
            projection,
            settings,
            states=_states(projection, settings.state_statuses),
            shipped=projection.get("status") == "completed",
            tags=stored_tags,
            left_out=_left_out(projection, settings),
        )


def _host(url: str) -> str:
    try:
        return header(urlsplit(url).hostname)
    except ValueError:
        return ""


def _is_error(body: Body) -> bool:
    return "id" not in body and isinstance(body.get("code"), str) and "message" in body


def _named_meta(order: Body, names: ProjectionNames) -> dict[str, object]:
    """The first value that says something of each meta key that the connection names."""
    wanted = {
        *_language_keys(names),
        *(names.tag_meta_keys or {}),
        names.promised_date_meta_key,
    }
    found: dict[str, object] = {}
    for entry in objects(order.get("meta_data")):
        key, value = entry.get("key"), entry.get("value")
        if isinstance(key, str) and key in wanted and value not in (None, ""):
            found.setdefault(key, value)
    return found


def _language_keys(names: ProjectionNames) -> Iterable[str]:
    return LANGUAGE_META_KEYS if names.language_meta_keys is None else names.language_meta_keys


def _language(meta: Mapping[str, object], names: ProjectionNames) -> str | None:
    read = (language(meta.get(key)) for key in _language_keys(names))
    return next((code for code in read if code), None)


def _promised(meta: Mapping[str, object], names: ProjectionNames) -> tuple[str | None, list[str]]:
    key = names.promised_date_meta_key
    if key is None or key not in meta:
        return None, []
    promise = promised.normalise(meta[key], names.promised_date_format)
    return promise, [] if promise else [promised.UNREADABLE]


def _tags(
    meta: Mapping[str, object], tag_meta_keys: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    pairs: list[tuple[str, str]] = []
    dropped: list[str] = []
    for key, tag in tag_meta_keys.items():
        value = token(meta.get(key))
        if value is not None and not is_phone(value):
            pairs.append((tag, value))
        elif key in meta:
            dropped.append("personal_tag" if value else "unreadable_tag")
    return tags.fold(pairs), dropped


def _is_refunded_in_full(order: Body) -> bool:
    total = amount(order.get("total"))
    if total is None or Decimal(total) <= 0:
        return False
    read = (amount(refund.get("total")) for refund in objects(order.get("refunds")))
    refunded = sum((abs(Decimal(value)) for value in read if value), Decimal(0))
    return refunded >= Decimal(total)


def _states(projection: Projection, state_statuses: Mapping[str, State]) -> dict[State, datetime]:
    status = stored_text(projection, "status") if "status" in projection else ""
    paid_at = stored_time(projection, "paid_at")
    updated_at = stored_time(projection, "updated_at")
    shown: dict[State, datetime | None] = {}
    if status in state_statuses:
        shown[state_statuses[status]] = updated_at
    if paid_at is not None:
        shown[State.PAID] = paid_at
    if status == "cancelled":
        shown[State.CANCELLED] = updated_at
    is_refunded = status == "refunded" or "refunded_in_full" in projection
    if is_refunded and State.CANCELLED not in shown:
        shown[State.REFUNDED] = updated_at
    return {state: at for state, at in shown.items() if at is not None}


def _left_out(projection: Projection, settings: "MappingSettings") -> str | None:
    status = projection.get("status")
    if status in NO_ORDERS_YET or (status == "pending" and not settings.include_pending_orders):
        return f"status_{status}".replace("-", "_")
    if status == "cancelled" and "paid_at" not in projection:
        return "cancelled_unpaid"
    return None
