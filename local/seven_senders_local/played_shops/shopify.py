"""A shop's Admin API with Shopify's rules for webhooks and orders (source: shopify.dev)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from graphql import GraphQLError

from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_local.played_shops.bucket import Bucket
from seven_senders_local.played_shops.graphql import (
    Operation,
    Refused,
    Resolvers,
    objects_in,
    schema,
)
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.shopify_orders import (
    SEE_ORDERS,
    Body,
    Node,
    PlayedOrders,
)

TOKENS_LIVE = timedelta(seconds=86_399)

INVALID_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
NO_SUCH_APP = "<h2>Oauth error application_cannot_be_found: No such API key</h2>"


class UserError(Exception):
    """What Shopify refuses in ``userErrors``."""


@dataclass
class PlayedShopify:
    """One shop with one app.

    ``token``: one of the Admin API, which does not run out. ``busy``: so many of the next calls
    are answered 429. ``page_size``: the most webhooks on a page. ``refused``: an HTTP answer given
    instead of any other. ``most_a_call``: the points that one call may cost; ``bucket``: those of
    all calls. ``orders.cursors_expire``: how long the cursors of orders can be used.
    """

    client_id: str = "client_1"
    client_secret: str = "shpss_1"
    token: str = "shpat_1"
    scopes: list[str] = field(default_factory=lambda: ["read_orders"])
    page_size: int = 100
    busy: int = 0
    refused: Said | None = None
    user_error: str = ""
    api_version: str = "2026-10"
    most_a_call: int = 1000
    now: Clock = utc_now
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    bucket: Bucket = field(init=False)
    orders: PlayedOrders = field(init=False)
    _tokens: dict[str, datetime] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.bucket = Bucket(self.now)
        self.orders = PlayedOrders(self.now)

    def serve(self) -> Loopback:
        """Serve its API while a block lasts."""
        return Loopback(self.answer)

    def put(self, body: Body) -> None:
        """Have an order, as its webhook would bring it, in the place of an earlier one."""
        self.orders.put(body)

    def delete(self, order_id: str) -> None:
        """Have an order no more."""
        self.orders.delete(order_id)

    def add(self, topic: str, uri: str, **changes: object) -> str:
        """A webhook that the app made earlier, with its id."""
        id_ = f"gid://shopify/WebhookSubscription/{next(self._ids)}"
        plain: dict[str, object] = {"format": "JSON", "filter": None, "includeFields": []}
        self.subscriptions[id_] = {"id": id_, "topic": topic, "uri": uri, **plain, **changes}
        return id_

    def answer(self, asked: Asked) -> Said:
        """What its API answers to a request."""
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
        form = {key: values[0] for key, values in parse_qs(asked.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            told = {"error": "invalid_request", "error_description": "No such grant type"}
            return Said(status=400, content=told)
        if form.get("client_id") != self.client_id:
            return Said(status=400, page=NO_SUCH_APP)
        if form.get("client_secret") != self.client_secret:
            told = {"error": "invalid_client", "error_description": "Client authentication failed"}
            return Said(status=400, content=told)
        self.calls.append("log_in")
        token = f"shpat_of_login_{next(self._ids)}"
        self._tokens[token] = self.now() + TOKENS_LIVE
        scope = ",".join(self.scopes)
        answer = {"access_token": token, "scope": scope, "expires_in": TOKENS_LIVE.seconds}
        return Said(content=answer)

    def _is_known(self, token: str) -> bool:
        return token == self.token or (token in self._tokens and self.now() < self._tokens[token])

    def _graphql(self, asked: Asked) -> Said:
        if not self._is_known(asked.headers.get("x-shopify-access-token", "")):
            return Said(status=401, content={"errors": INVALID_TOKEN})
        document = json.loads(asked.body)
        try:
            operation = Operation.read(
                schema("shopify.graphql"), document["query"], document.get("variables") or {}
            )
            return Said(content=self._run(operation))
        except GraphQLError as error:
            return Said(content={"errors": [error.formatted]})

    def _run(self, operation: Operation) -> Mapping[str, Any]:
        cost = operation.cost
        if cost > self.most_a_call:
            told = f"Query cost is {cost}, which exceeds the single query max cost limit"
            limit = {"cost": cost, "maxCost": self.most_a_call}
            raise Refused(f"{told} ({self.most_a_call}).", "MAX_COST_EXCEEDED", **limit)
        if not self.bucket.take(cost):
            self.calls.append("throttled")
            throttled = Refused("Throttled", "THROTTLED").formatted
            return {"errors": [throttled], "extensions": self._costs(cost, None)}
        answer = operation.run(self._resolvers())
        actual = min(cost, objects_in(answer["data"]))
        self.bucket.give_back(cost - actual)
        return {**answer, "extensions": self._costs(cost, actual)}

    def _costs(self, requested: int, actual: int | None) -> Mapping[str, Any]:
        status = {"throttleStatus": self.bucket.status()}
        return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, **status}}

    def _resolvers(self) -> Resolvers:
        of_webhooks: Resolvers = {
            "currentAppInstallation": self._installation,
            "webhookSubscriptions": self._list,
            "webhookSubscriptionCreate": self._change(self._create),
            "webhookSubscriptionUpdate": self._change(self._update),
            "webhookSubscriptionDelete": self._change(self._delete),
        }
        fields = {**of_webhooks, **self.orders.resolvers(self.scopes)}
        return {name: self._noted(name, resolve) for name, resolve in fields.items()}

    def _noted(self, name: str, resolve: Callable[..., object]) -> Callable[..., object]:
        def resolved(info: object, **arguments: object) -> object:
            self.calls.append(name)
            return resolve(info, **arguments)

        return resolved

    def _installation(self, _info: object) -> Node:
        return {"accessScopes": [{"handle": scope} for scope in self.scopes]}

    def _list(self, _info: object, first: int, after: str | None = None) -> Node:
        version = {"apiVersion": {"handle": self.api_version}}
        rows = [{**row, **version} for row in self.subscriptions.values()]
        start = int(after or 0)
        end = start + min(self.page_size, first)
        page = {"hasNextPage": end < len(rows), "endCursor": str(end)}
        return {"nodes": rows[start:end], "pageInfo": page}

    def _change(self, change: Callable[..., Node]) -> Callable[..., Node]:
        def changed(_info: object, **arguments: Any) -> Node:
            try:
                if self.user_error:
                    raise UserError(self.user_error)
                return {"userErrors": [], **change(**arguments)}
            except UserError as error:
                return {"userErrors": [{"field": ["webhookSubscription"], "message": str(error)}]}

        return changed

    # The arguments of these have GraphQL's names.

    def _create(self, *, topic: str, webhookSubscription: Node) -> Node:  # noqa: N803
        if SEE_ORDERS.isdisjoint(self.scopes):
            raise UserError("You cannot create a webhook subscription with the specified topic")
        given = dict(webhookSubscription)
        self._check_place(topic, given["uri"])
        self.add(topic, given.pop("uri"), **given)
        return {}

    def _update(self, *, id: str, webhookSubscription: Node) -> Node:  # noqa: A002, N803
        changed = self._subscription(id)
        given = dict(webhookSubscription)
        given["filter"] = given.get("filter") or None
        self._check_place(changed["topic"], given["uri"], but=id)
        changed |= given
        return {}

    def _delete(self, *, id: str) -> Node:  # noqa: A002
        self._subscription(id)
        del self.subscriptions[id]
        return {"deletedWebhookSubscriptionId": id}

    def _subscription(self, id_: str) -> dict[str, Any]:
        if id_ not in self.subscriptions:
            raise UserError("Webhook subscription does not exist")
        return self.subscriptions[id_]

    def _check_place(self, topic: str, uri: str, *, but: str = "") -> None:
        rows = [row for id_, row in self.subscriptions.items() if id_ != but]
        if any((row["topic"], row["uri"]) == (topic, uri) for row in rows):
            raise UserError("Address for this topic has already been taken")
