"""WooCommerce's REST API v3 (source: its controllers, versions 7.5 to 11)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.http import of_expected_form
from seven_senders_adapter.shop_apis.shop_api import NotDone, Page, Span, Webhook
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
        return [_webhook(row) for page in self._pages() for row in page]

    def _pages(self) -> Iterator[list[Mapping[str, Any]]]:
        number = 1
        while True:
            # In the order of their ids, so that a page does not shift while another is read.
            sort = {"orderby": "id", "order": "asc"}
            query = {"per_page": WEBHOOKS_PER_PAGE, "page": number, **sort}
            page: list[Mapping[str, Any]] = self._shop.call("GET", WEBHOOKS, params=query).content
            yield page
            if len(page) < WEBHOOKS_PER_PAGE:
                return
            number += 1

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
        _, total = self._orders({**window(span), "per_page": 1, "_fields": "id"})
        return total

    @of_expected_form()
    def page(self, span: Span, position: str | None) -> Page:
        """The orders of a span from a position on, by their ids. It may be empty and not the last.

        WooCommerce's ids grow as orders are created; one that was imported has a late id.
        """
        asked = reaching_back(span)
        place = Place.from_text(position) if position else Place.last(self.count(asked))
        orders, total = self._orders({**window(asked), **place.query(), "_fields": FIELDS})
        if not place.joins(orders, total):
            return Page(orders=(), next=place.back().text())
        following = place.next(orders)
        return Page(
            orders=[
                order
                for order in reversed(orders)
                if order["id"] > place.read_up_to and is_in(span, order)
            ],
            next=following.text() if following else None,
        )

    @of_expected_form()
    def order(self, order: str) -> Body | None:
        """One order; in the trash it has the status ``trash``."""
        found: Body | None = self._shop.call(
            "GET", f"{ORDERS}/{order}", params={"_fields": FIELDS}, gone_is_fine=True
        ).content
        return found

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
        return answered.content, int(total)


def _name(topic: str) -> str:
    return f"Seven Senders {topic}"


def _webhook(row: Mapping[str, Any]) -> Webhook:
    is_ours = row["name"] == _name(row["topic"])
    faults = []
    if row["status"] != ACTIVE:
        faults.append(f"is {row['status']}")
    if not is_ours:
        faults.append("was not made by this program, so its version can't be told")
    return Webhook(
        id=str(row["id"]),
        topic=row["topic"],
        url=row["delivery_url"],
        status=row["status"],
        api_version="wp_api_v3" if is_ours else None,
        faults=tuple(faults),
    )
