"""A shop's REST API v3, as far as webhooks go, with WooCommerce's rules (source: its code)."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests

from seven_senders_local.played_shops.loopback import Asked, Loopback, Said

PATH = "/wp-json/wc/v3/webhooks"
RESOURCES = ("coupon", "customer", "order", "product")
TOPICS = frozenset(
    f"{resource}.{event}"
    for resource in RESOURCES
    for event in ("created", "updated", "deleted", "restored")
)
STATUSES = frozenset({"active", "paused", "disabled"})


@dataclass
class PlayedWooCommerce:
    """One shop with one key.

    ``rights``: the key's permission. ``pings``: what the URLs answered to pings. ``busy``: so
    many calls are answered 429. ``refused``: an HTTP answer given instead of any other.
    """

    consumer_key: str = "ck_1"
    consumer_secret: str = "cs_1"
    rights: str = "read_write"
    manages_the_shop: bool = True
    busy: int = 0
    refused: Said | None = None
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    pings: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(1))

    def serve(self) -> Loopback:
        return Loopback(self.answer)

    def add(self, topic: str, delivery_url: str, **changes: object) -> int:
        """A webhook that somebody made earlier, with its id."""
        id_: int = next(self._ids)
        plain = {"name": "by hand", "status": "active", "secret": "before", "pending": False}
        row = {"id": id_, "topic": topic, "delivery_url": delivery_url, "api_version": 3}
        self.rows[id_] = {**plain, **row, **changes}
        return id_

    def answer(self, asked: Asked) -> Said:
        if refusal := self._turned_away(asked) or self._refusal(asked):
            return refusal
        self.calls.append(f"{asked.method} {asked.path.removeprefix(PATH)}".strip())
        if asked.path == PATH and asked.method == "GET":
            return self._list(asked.query)
        if asked.path == PATH and asked.method == "POST":
            return self._create(json.loads(asked.body))
        return self._one(asked, int(asked.path.removeprefix(f"{PATH}/")))

    def _turned_away(self, asked: Asked) -> Said | None:
        if self.busy:
            self.busy -= 1
            return Said(status=429, page="Too Many Requests")
        if not asked.path.startswith(PATH):
            return _error("rest_no_route", "No route was found matching the URL", 404)
        return self.refused

    def _refusal(self, asked: Asked) -> Said | None:
        scheme, _, credentials = asked.headers.get("authorization", "").partition(" ")
        key, _, secret = b64decode(credentials).decode().partition(":")
        if scheme != "Basic" or key != self.consumer_key:
            return _error("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", 401)
        if secret != self.consumer_secret:
            told = "Consumer secret is invalid."
            return _error("woocommerce_rest_authentication_error", told, 401)
        if asked.method != "GET" and "write" not in self.rights:
            told = "The API key provided does not have write permissions."
            return _error("woocommerce_rest_authentication_error", told, 401)
        if not self.manages_the_shop:
            return _error("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", 403)
        return None

    def _list(self, query: Mapping[str, str]) -> Said:
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        if not 1 <= size <= 100:
            return _error("rest_invalid_param", "Invalid parameter(s): per_page", 400)
        backwards = query.get("order", "desc") == "desc"
        rows = sorted(self.rows.values(), key=lambda row: int(row["id"]), reverse=backwards)
        shown = [_shown(row) for row in rows[(page - 1) * size : page * size]]
        return Said(content=shown, headers={"X-WP-Total": str(len(rows))})

    def _create(self, given: dict[str, Any]) -> Said:
        assert set(given) <= {"name", "topic", "delivery_url", "secret", "status"}
        if given.get("topic") not in TOPICS:
            told = "Webhook topic is required and must be valid."
            return _error("woocommerce_rest_shop_webhook_invalid_topic", told, 400)
        if not str(given.get("delivery_url", "")).startswith(("http://", "https://")):
            told = "Webhook delivery URL must be a valid URL starting with http:// or https://."
            return _error("woocommerce_rest_shop_webhook_invalid_delivery_url", told, 400)
        name = given.get("name") or "Webhook created on some day"
        secret = given.get("secret") or "made up by WooCommerce"
        url = given["delivery_url"]
        id_ = self.add(given["topic"], url, name=name, secret=secret, pending=True)
        self._ping(self.rows[id_])
        return Said(status=201, content=_shown(self.rows[id_]))

    def _one(self, asked: Asked, id_: int) -> Said:
        if id_ not in self.rows:
            code = "woocommerce_rest_shop_webhook_invalid_id"
            return _error(code, "Invalid ID.", 404 if asked.method == "DELETE" else 400)
        row = self.rows[id_]
        if asked.method == "DELETE":
            if asked.query.get("force") != "true":
                told = "Webhooks do not support trashing."
                return _error("woocommerce_rest_trash_not_supported", told, 501)
            return Said(content=_shown(self.rows.pop(id_)))
        assert asked.method == "PUT"
        given = json.loads(asked.body)
        assert set(given) <= {"name", "topic", "delivery_url", "secret", "status"}
        assert given.get("status") in STATUSES | {None}
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
        row["pending"] = answer.status_code != 200


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the API tells of a webhook: neither its version nor its secret nor its failures."""
    resource, event = row["topic"].split(".")
    told = ("id", "name", "status", "topic", "delivery_url")
    return {key: row[key] for key in told} | {"resource": resource, "event": event}


def _error(code: str, message: str, status: int) -> Said:
    told = {"code": code, "message": message, "data": {"status": status}}
    return Said(status=status, content=told)
