"""Shopify's Admin API (source: shopify.dev, API version 2026-10): webhooks and orders."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.shop_apis import shopify_orders as orders
from seven_senders_adapter.shop_apis import shopify_webhooks as webhooks
from seven_senders_adapter.shop_apis.http import expected, of_expected_form, told
from seven_senders_adapter.shop_apis.shop_api import NotDone, Page, RightMissing, Span, Webhook
from seven_senders_adapter.shop_apis.shopify_graphql import ShopifyGraphQL, next_cursor
from seven_senders_adapter.shop_apis.shopify_orders import Node, Place
from seven_senders_adapter.shops.reading import Body
from seven_senders_adapter.shops.shopify import KINDS

SCOPES = frozenset({"read_orders", "write_orders"})
"""Either lets an app see orders, without which it gets none of their webhooks."""

ALL_ORDERS = "read_all_orders"
SHOWN_WITHOUT = timedelta(days=60)
"""How old orders are shown to an app without ``ALL_ORDERS`` (source: the object ``Order``)."""


class ShopifyApi:
    """What an app of one shop may do. It sees its own webhooks, not those made by hand.

    The API version of a webhook is its app's (source: ``WebhookSubscription.apiVersion``), so
    it can't be mended here. ``monotonic``: seconds that pass.
    """

    topics = tuple(KINDS)
    keeps_secrets = False

    def __init__(
        self,
        document: ShopifyApiDocument,
        *,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = ShopifyGraphQL(document, sleep=sleep, monotonic=monotonic).call

    @of_expected_form()
    def webhooks(self) -> list[Webhook]:
        """All webhooks of the app in this shop."""
        return [
            webhooks.as_webhook(node)
            for page in self._pages()
            for node in expected(list, page["nodes"])
        ]

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        after = None
        while True:
            data = self._call(webhooks.LIST, after=after)
            _check_scopes(_scopes(data))
            page = data["webhookSubscriptions"]
            yield page
            after = next_cursor(page, after)
            if after is None:
                return

    @of_expected_form()
    def create(self, topic: str, *, url: str, secret: str) -> None:  # noqa: ARG002 - the app's
        """Make a webhook."""
        webhook = {"uri": url, "format": webhooks.FORMAT}
        self._change(webhooks.CREATE, topic=webhooks.as_enum(topic), webhook=webhook)

    @of_expected_form()
    def mend(self, webhook: Webhook, *, url: str, secret: str) -> None:  # noqa: ARG002 - the app's
        """Set URL and format, and take away what would leave out orders or parts of them."""
        changes = {"uri": url, "format": webhooks.FORMAT, "filter": "", "includeFields": []}
        self._change(webhooks.UPDATE, id=webhook.id, webhook=changes)

    @of_expected_form()
    def remove(self, webhook: Webhook) -> None:
        """Delete a webhook, if it is there."""
        refusals = self._refusals(webhooks.DELETE, id=webhook.id)
        _check_refusals([words for words in refusals if webhooks.GONE not in words])

    def _change(self, mutation: str, **variables: object) -> None:
        _check_refusals(self._refusals(mutation, **variables))

    def _refusals(self, mutation: str, **variables: object) -> list[str]:
        (result,) = self._call(mutation, **variables).values()
        return [expected(str, error["message"]) for error in expected(list, result["userErrors"])]

    @of_expected_form()
    def count(self, span: Span) -> int:
        """How many orders there are in a span now."""
        data = self._call(orders.COUNT, query=orders.search(span))
        return expected(int, data["ordersCount"]["count"])

    @of_expected_form()
    def page(self, span: Span, position: str | None) -> Page:
        """Up to 20 orders of a span, the oldest or the longest unchanged first."""
        place = Place.of(span, position)
        try:
            page = self._page(span, place)
        except NotDone:
            if place.cursor is None:
                raise
            place = place.without_cursor()
            page = self._page(span, place)
        following = place.after(span.by, page)
        return Page(orders=self._bodies(expected(list, page["nodes"])), next=following)

    def _page(self, span: Span, place: Place) -> Node:
        data = self._call(
            orders.PAGE,
            query=orders.search(span, place.begin),
            sortKey=orders.SORT_KEYS[span.by],
            after=place.cursor,
            refunds=orders.REFUNDS,
        )
        page: Node = data["orders"]
        return page

    @of_expected_form()
    def order(self, order: str) -> Body | None:
        """One order by its id; ``None`` if it is not there, or too old to be shown."""
        data = self._call(orders.ORDER, id=orders.order_gid(order), refunds=orders.REFUNDS)
        bodies = self._bodies([] if data["order"] is None else [data["order"]])
        return bodies[0] if bodies else None

    @of_expected_form()
    def oldest_shown(self, now: datetime) -> datetime | None:
        """Sixty days ago, unless the app may see all orders."""
        scopes = _scopes(self._call(orders.SCOPES))
        _check_scopes(scopes)
        return None if ALL_ORDERS in scopes else now - SHOWN_WITHOUT

    def _bodies(self, nodes: Iterable[Node]) -> list[Body]:
        whole = (self._whole(node) for node in nodes)
        return [orders.as_webhook_body(node) for node in whole if node is not None]

    def _whole(self, node: Node) -> Node | None:
        """An order with all its lines and refunds, ``None`` if it is deleted meanwhile.

        What is read later may be of a later moment than the order's ``updatedAt``.
        """
        try:
            lines = self._all(node["lineItems"], orders.MORE_LINES, node["id"])
            refunds = [self._whole_refund(refund) for refund in self._refunds(node)]
        except _Vanished:
            return None
        return {**node, "lineItems": lines, "refunds": refunds}

    def _refunds(self, node: Node) -> Iterable[Node]:
        refunds = expected(list, node["refunds"])
        if len(refunds) < orders.REFUNDS:
            return refunds
        order = self._call(orders.ALL_REFUNDS, id=node["id"])["order"]
        if order is None:
            raise _Vanished
        known = {refund["id"]: refund for refund in refunds}
        unread = {"refundLineItems": orders.UNREAD}
        return [known.get(refund["id"], {**refund, **unread}) for refund in order["refunds"]]

    def _whole_refund(self, refund: Node) -> Node:
        lines = self._all(refund["refundLineItems"], orders.MORE_REFUND_LINES, refund["id"])
        return {**refund, "refundLineItems": lines}

    def _all(self, connection: Node, query: str, gid: str) -> Node:
        """A connection with the nodes of all its pages."""
        nodes = [*expected(list, connection["nodes"])]
        cursor = None if connection is orders.UNREAD else next_cursor(connection, None)
        while connection["pageInfo"]["hasNextPage"]:
            owner = self._call(query, id=gid, after=cursor)["owner"]
            if owner is None:
                raise _Vanished
            connection = owner["more"]
            nodes += expected(list, connection["nodes"])
            cursor = next_cursor(connection, cursor)
        return {"nodes": nodes}


class _Vanished(Exception):
    """An order that was deleted while it was read."""


def _scopes(data: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"])


def _check_refusals(refusals: list[str]) -> None:
    if refusals:
        raise NotDone(f"Shopify refuses the webhook: {told('; '.join(refusals))}")


def _check_scopes(scopes: frozenset[str]) -> None:
    if SCOPES.isdisjoint(scopes):
        raise RightMissing(
            "the app lacks the access scope read_orders: add it to a version of the app, release"
            " it, and approve it in the shop"
        )
