"""A shop's REST API v3 of webhooks and orders, with WooCommerce's rules (source: its code)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any

import requests

from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.woocommerce_keys import PlayedKeys
from seven_senders_local.played_shops.woocommerce_orders import Body, PlayedOrders
from seven_senders_local.played_shops.wordpress import (
    Rule,
    anything,
    error,
    no_route,
    number,
    one_of,
    refusal,
)

API = "/wp-json/wc/v3"
RESOURCES = ("coupon", "customer", "order", "product")
TOPICS = frozenset(
    f"{resource}.{event}"
    for resource in RESOURCES
    for event in ("created", "updated", "deleted", "restored")
)
LIST: Mapping[str, Rule] = {
    "page": number(least=1),
    "per_page": number(least=1, most=100),
    "orderby": one_of("id", "date", "title"),
    "order": one_of("asc", "desc"),
}
CHANGES: Mapping[str, Rule] = {
    "name": anything,
    "topic": anything,
    "delivery_url": anything,
    "secret": anything,
    "status": one_of("active", "paused", "disabled"),
}


@dataclass
class PlayedWooCommerce(PlayedKeys):
    """One shop with one key.

    ``pings``: what the URLs answered to pings. ``busy``: so many calls are answered 429.
    ``refused``: an HTTP answer given instead of any other.
    """

    busy: int = 0
    refused: Said | None = None
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: PlayedOrders = field(default_factory=PlayedOrders)
    pings: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(1))

    def serve(self) -> Loopback:
        """Serve its API while a block lasts."""
        return Loopback(self.answer)

    def add(self, topic: str, delivery_url: str, **changes: object) -> int:
        """A webhook that somebody made earlier, with its id."""
        id_: int = next(self._ids)
        plain = {"name": "by hand", "status": "active", "secret": "before", "pending": False}
        row = {"id": id_, "topic": topic, "delivery_url": delivery_url, "api_version": 3}
        self.rows[id_] = {**plain, **row, **changes}
        return id_

    def put(self, body: Body) -> None:
        """An order as its webhooks bring it; replaces the one of the same id."""
        self.orders.put(body)

    def delete(self, order: str) -> None:
        """Delete an order for good."""
        self.orders.delete(order)

    def answer(self, asked: Asked) -> Said:
        """What its API answers to a request."""
        if self.busy:
            self.busy -= 1
            return Said(status=429, page="Too Many Requests")
        if not asked.path.startswith(f"{API}/"):
            return no_route()
        return self.refused or self.refusal(asked) or self._answer(asked)

    def _answer(self, asked: Asked) -> Said:
        what = asked.path.removeprefix(f"{API}/")
        self.calls.append(f"{asked.method} {what}")
        query = {name: value for name, value in asked.query.items() if name[:6] != "oauth_"}
        things, _, id_ = what.partition("/")
        if things == "orders" and asked.method == "GET":
            return self._orders(id_, query)
        if things != "webhooks" or (id_ and not id_.isdecimal()):
            return no_route()
        return self._webhooks(asked, id_, query)

    def _orders(self, id_: str, query: Mapping[str, str]) -> Said:
        if not id_:
            return self.orders.page(query)
        return self.orders.one(id_, query) if id_.isdecimal() else no_route()

    def _webhooks(self, asked: Asked, id_: str, query: Mapping[str, str]) -> Said:
        match asked.method, bool(id_):
            case "GET", False:
                return self._list(query)
            case "POST", False:
                return self._create(json.loads(asked.body))
            case "PUT" | "DELETE", True:
                return self._change(asked.method, int(id_), query, asked.body)
        return no_route()

    def _list(self, query: Mapping[str, str]) -> Said:
        if wrong := refusal(query, LIST):
            return wrong
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        backwards = query.get("order", "desc") == "desc"
        rows = sorted(self.rows.values(), key=lambda row: int(row["id"]), reverse=backwards)
        shown = [_shown(row) for row in rows[(page - 1) * size : page * size]]
        return Said(content=shown, headers={"X-WP-Total": str(len(rows))})

    def _create(self, given: dict[str, Any]) -> Said:
        if wrong := refusal(given, CHANGES):
            return wrong
        if given.get("topic") not in TOPICS:
            told = "Webhook topic is required and must be valid."
            return error("woocommerce_rest_shop_webhook_invalid_topic", told, 400)
        if not str(given.get("delivery_url", "")).startswith(("http://", "https://")):
            told = "Webhook delivery URL must be a valid URL starting with http:// or https://."
            return error("woocommerce_rest_shop_webhook_invalid_delivery_url", told, 400)
        name = given.get("name") or "Webhook created on some day"
        secret = given.get("secret") or "made up by WooCommerce"
        url = given["delivery_url"]
        id_ = self.add(given["topic"], url, name=name, secret=secret, pending=True)
        self._ping(self.rows[id_])
        return Said(status=201, content=_shown(self.rows[id_]))

    def _change(self, method: str, id_: int, query: Mapping[str, str], body: bytes) -> Said:
        if id_ not in self.rows:
            code = "woocommerce_rest_shop_webhook_invalid_id"
            return error(code, "Invalid ID.", 404 if method == "DELETE" else 400)
        return self._remove(id_, query) if method == "DELETE" else self._edit(id_, body)

    def _remove(self, id_: int, query: Mapping[str, str]) -> Said:
        if query.get("force") != "true":
            told = "Webhooks do not support trashing."
            return error("woocommerce_rest_trash_not_supported", told, 501)
        return Said(content=_shown(self.rows.pop(id_)))

    def _edit(self, id_: int, body: bytes) -> Said:
        given = json.loads(body)
        if wrong := refusal(given, CHANGES):
            return wrong
        row = self.rows[id_]
        moved = given.get("delivery_url", row["delivery_url"]) != row["delivery_url"]
        row |= given
        if row["status"] == "active" and (moved or row["pending"]):
            self._ping(row)
        return Said(content=_shown(row))

    def _ping(self, row: dict[str, Any]) -> None:
        answer = requests.post(
            row["delivery_url"], data={"webhook_id": row["id"]}, timeout=5, allow_redirects=False
        )
        self.pings.append(answer.status_code)
        row["pending"] = answer.status_code != HTTPStatus.OK


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the API tells of a webhook: neither its version nor its secret nor its failures."""
    resource, event = row["topic"].split(".")
    told = ("id", "name", "status", "topic", "delivery_url")
    return {key: row[key] for key in told} | {"resource": resource, "event": event}
