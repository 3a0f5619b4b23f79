"""A shop's Admin API, as far as webhooks go, with Shopify's rules (source: shopify.dev)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from seven_senders_local.played_shops.graphql import Operation, Selection, SyntaxWrong, parse
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said

TOPICS = frozenset(
    "ORDERS_CREATE ORDERS_UPDATED ORDERS_PAID ORDERS_CANCELLED ORDERS_FULFILLED"
    " ORDERS_PARTIALLY_FULFILLED ORDERS_DELETE PRODUCTS_UPDATE".split()
)
INPUT = frozenset("uri format filter includeFields metafieldNamespaces metafields name".split())
SCHEMA: Mapping[str, Mapping[str, str]] = {
    "query": {
        "currentAppInstallation": "AppInstallation",
        "webhookSubscriptions": "WebhookSubscriptionConnection",
    },
    "mutation": {
        "webhookSubscriptionCreate": "WebhookPayload",
        "webhookSubscriptionUpdate": "WebhookPayload",
        "webhookSubscriptionDelete": "DeletePayload",
    },
    "AppInstallation": {"accessScopes": "AccessScope"},
    "AccessScope": {"handle": ""},
    "WebhookSubscriptionConnection": {"nodes": "WebhookSubscription", "pageInfo": "PageInfo"},
    "WebhookSubscription": {
        "id": "", "topic": "", "uri": "", "format": "", "filter": "", "includeFields": "",
        "apiVersion": "ApiVersion",
    },
    "ApiVersion": {"handle": ""},
    "PageInfo": {"hasNextPage": "", "endCursor": ""},
    "WebhookPayload": {"webhookSubscription": "WebhookSubscription", "userErrors": "UserError"},
    "DeletePayload": {"deletedWebhookSubscriptionId": "", "userErrors": "UserError"},
    "UserError": {"field": "", "message": ""},
}  # fmt: skip
VARIABLES: Mapping[str, Mapping[str, str]] = {
    "webhookSubscriptions": {"after": "String"},
    "webhookSubscriptionCreate": {
        "topic": "WebhookSubscriptionTopic!",
        "webhookSubscription": "WebhookSubscriptionInput!",
    },
    "webhookSubscriptionUpdate": {"id": "ID!", "webhookSubscription": "WebhookSubscriptionInput!"},
    "webhookSubscriptionDelete": {"id": "ID!"},
}


class UserError(Exception):
    """What Shopify refuses in ``userErrors``."""


@dataclass
class PlayedShopify:
    """One shop with one app.

    ``throttled``: so many of the next calls cost more than the bucket holds. ``busy``: so many
    are answered 429. ``page_size``: the most rows on a page. ``refused``: HTTP answers given
    instead of any other.
    """

    client_id: str = "client_1"
    client_secret: str = "shpss_1"
    token: str = "shpat_1"
    scopes: list[str] = field(default_factory=lambda: ["read_orders"])
    page_size: int = 100
    throttled: int = 0
    busy: int = 0
    refused: Said | None = None
    user_error: str = ""
    api_version: str = "2026-10"
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(1))

    def serve(self) -> Loopback:
        return Loopback(self.answer)

    def add(self, topic: str, uri: str, **changes: object) -> str:
        """A webhook that the app made earlier, with its id."""
        id_ = f"gid://shopify/WebhookSubscription/{next(self._ids)}"
        plain: dict[str, object] = {"format": "JSON", "filter": None, "includeFields": []}
        self.subscriptions[id_] = {"id": id_, "topic": topic, "uri": uri, **plain, **changes}
        return id_

    def answer(self, asked: Asked) -> Said:
        if self.refused:
            return self.refused
        if self.busy:
            self.busy -= 1
            return Said(status=429, content={"errors": "busy"}, headers={"Retry-After": "1.0"})
        if (asked.method, asked.path) == ("POST", "/admin/oauth/access_token"):
            return self._log_in(asked)
        if (asked.method, asked.path) == ("POST", f"/admin/api/{self.api_version}/graphql.json"):
            return self._graphql(asked)
        return Said(status=404, content={"errors": "Not Found"})

    def _log_in(self, asked: Asked) -> Said:
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        form = {key: value for key, (value,) in parse_qs(asked.body.decode()).items()}
        assert set(form) == {"grant_type", "client_id", "client_secret"}
        assert form["grant_type"] == "client_credentials"
        if form["client_id"] != self.client_id:
            page = "<h2>Oauth error application_cannot_be_found: No such API key</h2>"
            return Said(status=400, page=page)
        if form["client_secret"] != self.client_secret:
            told = {"error": "invalid_client", "error_description": "Client authentication failed"}
            return Said(status=400, content=told)
        self.calls.append("log_in")
        scope = ",".join(self.scopes)
        token = {"access_token": self.token, "scope": scope, "expires_in": 86399}
        return Said(content=token)

    def _graphql(self, asked: Asked) -> Said:
        if asked.headers.get("x-shopify-access-token") != self.token:
            told = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return Said(status=401, content={"errors": told})
        document = json.loads(asked.body)
        if self.throttled:
            self.throttled -= 1
            return Said(content=THROTTLED)
        try:
            operation = parse(document["query"])
            _check(operation, document.get("variables") or {})
        except SyntaxWrong as error:
            return Said(content={"errors": [{"message": str(error)}]})
        data = {}
        for name, selected in operation.selection.items():
            self.calls.append(name)
            arguments = operation.arguments.get(name, {})
            given = document["variables"]
            values = {
                key: given.get(value[1:]) if value.startswith("$") else int(value)
                for key, value in arguments.items()
            }
            data[name] = _select(self._resolve(name, values), selected)
        return Said(content={"data": data, "extensions": {"cost": {"requestedQueryCost": 10}}})

    def _resolve(self, name: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        match name:
            case "currentAppInstallation":
                return {"accessScopes": [{"handle": scope} for scope in self.scopes]}
            case "webhookSubscriptions":
                return self._list(values)
        try:
            return {"userErrors": [], **self._change(name, values)}
        except UserError as error:
            return {"userErrors": [{"field": ["webhookSubscription"], "message": str(error)}]}

    def _list(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = [
            {**row, "apiVersion": {"handle": self.api_version}}
            for row in self.subscriptions.values()
        ]
        size = min(self.page_size, values["first"])
        start = int(values["after"] or 0)
        more = len(rows) > start + size
        page = {"hasNextPage": more, "endCursor": str(start + size)}
        return {"nodes": rows[start : start + size], "pageInfo": page}

    def _change(self, name: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.user_error:
            raise UserError(self.user_error)
        if name == "webhookSubscriptionDelete":
            if values["id"] not in self.subscriptions:
                raise UserError("Webhook subscription does not exist")
            del self.subscriptions[values["id"]]
            return {"deletedWebhookSubscriptionId": values["id"]}
        given = dict(values["webhookSubscription"])
        if given.get("filter") == "":
            given["filter"] = None
        if name == "webhookSubscriptionUpdate":
            if values["id"] not in self.subscriptions:
                raise UserError("Webhook subscription does not exist")
            changed = self.subscriptions[values["id"]]
            self._check_place(changed["topic"], given["uri"], but=values["id"])
            changed |= given
            return {}
        topic = values["topic"]
        if {"read_orders", "write_orders"}.isdisjoint(self.scopes):
            raise UserError("You cannot create a webhook subscription with the specified topic")
        self._check_place(topic, given["uri"])
        self.add(topic, given.pop("uri"), **given)
        return {}

    def _check_place(self, topic: str, uri: str, *, but: str = "") -> None:
        rows = [row for id_, row in self.subscriptions.items() if id_ != but]
        if any((row["topic"], row["uri"]) == (topic, uri) for row in rows):
            raise UserError("Address for this topic has already been taken")


THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 120,
            "actualQueryCost": None,
            "throttleStatus": {
                "maximumAvailable": 1000.0,
                "currentlyAvailable": 20,
                "restoreRate": 50.0,
            },
        }
    },
}


def _check(operation: Operation, given: Mapping[str, Any]) -> None:
    _check_fields(operation.selection, operation.kind)
    for name, arguments in operation.arguments.items():
        for argument, value in arguments.items():
            if not value.startswith("$"):
                continue
            type_ = VARIABLES[name].get(argument)
            if type_ is None or operation.variables.get(value[1:]) != type_:
                raise SyntaxWrong(f"{name}({argument}) is {type_}")
            _check_value(type_, given.get(value[1:]))


def _check_value(type_: str, value: Any) -> None:
    if type_.endswith("!") and value is None:
        raise SyntaxWrong(f"null for {type_}")
    if type_ == "WebhookSubscriptionTopic!" and value not in TOPICS:
        raise SyntaxWrong(f"{value} is no topic")
    if type_ == "WebhookSubscriptionInput!":
        if unknown := set(value) - INPUT:
            raise SyntaxWrong(f"no field {unknown}")
        if value.get("format") not in {"JSON", "XML", None}:
            raise SyntaxWrong("no format")


def _check_fields(selection: Selection, type_: str) -> None:
    for name, inner in selection.items():
        if name not in SCHEMA[type_]:
            raise SyntaxWrong(f"Field '{name}' doesn't exist on type '{type_}'")
        of = SCHEMA[type_][name]
        if bool(inner) != bool(of):
            raise SyntaxWrong(f"Field '{name}' must have a selection of subfields, or none")
        if of:
            _check_fields(inner, of)


def _select(value: Any, selection: Selection) -> Any:
    if isinstance(value, list):
        return [_select(entry, selection) for entry in value]
    if not selection or value is None:
        return value
    return {name: _select(value.get(name), inner) for name, inner in selection.items()}
