"""WooCommerce's REST API v3 (source: its controllers, versions 7.5 to 11)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.http import (
    AnswerTooLarge,
    expected,
    of_expected_form,
    told,
)
from seven_senders_adapter.shop_apis.shop_api import NotDone, Page, ShopUnreachable, Span, Webhook
from seven_senders_adapter.shop_apis.woocommerce_calls import WooCommerceCalls
from seven_senders_adapter.shop_apis.woocommerce_orders import (
    FIELDS,
    Place,
    is_in,
    reaching_back,
    window,
)
from seven_senders_adapter.shops.reading import Body
from seven_senders_adapter.shops.woocommerce import KINDS

WEBHOOKS = "webhooks"
ORDERS = "orders"
WEBHOOKS_PER_PAGE = 100
ACTIVE = "active"
TOTAL = "X-WP-Total"
ID = "id"
TOO_MUCH = (ShopUnreachable, AnswerTooLarge)
"""What may go well for fewer orders."""


class WooCommerceApi:
    """What a key of one shop may do.

    A webhook's body has the version of the API that made it, here v3, and no answer tells it. So
    a webhook counts as of v3 if it has the name that this program gives.
    """

    topics = tuple(KINDS)
    keeps_secrets = True

    def __init__(self, document: WooCommerceApiDocument, *, sleep: Callable[[float], None]) -> None:
        self._shop = WooCommerceCalls(document, sleep=sleep)

    @of_expected_form()
    def webhooks(self) -> list[Webhook]:
        """All webhooks of the shop, whoever made them."""
        rows: dict[int, Mapping[str, Any]] = {}
        number, is_full = 1, True
        while is_full:
            page = self._page_of_webhooks(number)
            new = {expected(int, row["id"]): row for row in page}
            is_full = len(page) >= WEBHOOKS_PER_PAGE
            if is_full and new.keys() <= rows.keys():
                raise NotDone(
                    f"{self._shop.url} shows the same webhooks on each page: let the cache or the"
                    " plugin in front of it pass on the parameters of a request"
                )
            rows |= new
            number += 1
        return [_webhook(row) for row in rows.values()]

    def _page_of_webhooks(self, number: int) -> list[Mapping[str, Any]]:
        # In the order of their ids, so that a page does not shift while another is read.
        sort = {"orderby": "id", "order": "asc"}
        query = {"per_page": WEBHOOKS_PER_PAGE, "page": number, **sort}
        return expected(list, self._shop.call("GET", WEBHOOKS, params=query).content)

    def create(self, topic: str, *, url: str, secret: str) -> None:
        """Make a webhook. WooCommerce pings its URL at once."""
        webhook = {"name": _name(topic), "topic": topic, "delivery_url": url, "secret": secret}
        self._shop.call("POST", WEBHOOKS, json=webhook)

    def mend(self, webhook: Webhook, *, url: str, secret: str) -> None:
        """Make it active, with this URL and secret; replace one of a version that is unknown."""
        if webhook.api_version is None:
            self.create(webhook.topic, url=url, secret=secret)
            self.remove(webhook)
            return
        changes = {"status": ACTIVE, "secret": secret}
        if webhook.url != url:
            changes["delivery_url"] = url
        self._shop.call("PUT", f"{WEBHOOKS}/{webhook.id}", json=changes)

    def remove(self, webhook: Webhook) -> None:
        """Delete a webhook, if it is there."""
        path = f"{WEBHOOKS}/{webhook.id}"
        self._shop.call("DELETE", path, params={"force": "true"}, gone_is_fine=True)

    @of_expected_form()
    def count(self, span: Span) -> int:
        """How many orders there are in a span now. Drafts and those in the trash do not count."""
        _, total = self._orders({**window(span), "per_page": 1, "_fields": ID})
        return total

    @of_expected_form()
    def page(self, span: Span, position: str | None) -> Page:
        """The orders of a span from a position on, by their ids. It may be empty and not the last.

        WooCommerce's ids grow as orders are created; one that was imported has a late id. Of an
        order that the shop can't show while it shows others there is the id alone.
        """
        asked = reaching_back(span)
        place = Place.from_text(position) if position else Place(unread=self.count(asked))
        try:
            page = self._page(asked, place, FIELDS)
        except TOO_MUCH:
            page = self._page(asked, place.narrowed(), ID)
            page = replace(page, orders=list(self._one_by_one(page.orders, span)))
        return replace(page, orders=[order for order in page.orders if is_in(span, order)])

    def _page(self, span: Span, place: Place, fields: str) -> Page:
        orders, total = self._orders({**window(span), **place.query(), "_fields": fields})
        if not place.joins(orders, total):
            return Page(orders=(), next=place.back().text())
        following = place.next(orders)
        return Page(
            orders=[order for order in reversed(orders) if order["id"] > place.read_up_to],
            next=following.text() if following else None,
        )

    def _one_by_one(self, rows: Iterable[Body], span: Span) -> Iterator[Body]:
        """Orders of which the ids are known, without those that are deleted meanwhile."""
        for row in rows:
            try:
                order = self.order(str(row["id"]))
            except TOO_MUCH:
                self.count(span)  # raises if it is not this order, but the shop
                order = row
            if order is not None:
                yield order

    @of_expected_form()
    def order(self, order: str) -> Body | None:
        """One order; in the trash it has the status ``trash``."""
        found = self._shop.call(
            "GET", f"{ORDERS}/{order}", params={"_fields": FIELDS}, gone_is_fine=True
        ).content
        return None if found is None else expected(dict, found)

    def oldest_shown(self, now: datetime) -> datetime | None:  # noqa: ARG002 - all are shown
        """A key that may see orders sees all."""
        return None

    def _orders(self, query: Mapping[str, str | int]) -> tuple[Sequence[Mapping[str, Any]], int]:
        """A page of orders, and how many there are on all pages."""
        answered = self._shop.call("GET", ORDERS, params=query)
        total = answered.headers.get(TOTAL, "")
        if not total.isdecimal():
            raise NotDone(
                f"{self._shop.url} does not say how many orders there are: let the proxy or the"
                f" plugin in front of it pass on the header {TOTAL}"
            )
        return expected(list, answered.content), int(total)


def _name(topic: str) -> str:
    return f"Seven Senders {topic}"


def _webhook(row: Mapping[str, Any]) -> Webhook:
    is_ours = row["name"] == _name(row["topic"])
    faults = []
    if row["status"] != ACTIVE:
        faults.append(f"is {told(row['status'])}")
    if not is_ours:
        faults.append("was not made by this program, so its version can't be told")
    return Webhook(
        id=str(row["id"]),
        topic=expected(str, row["topic"]),
        url=expected(str, row["delivery_url"]),
        status=expected(str, row["status"]),
        api_version="wp_api_v3" if is_ours else None,
        faults=tuple(faults),
    )
