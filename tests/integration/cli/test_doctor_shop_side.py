"""What the doctor finds of a connection's webhooks in the shop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument, WooCommerceApiDocument
from seven_senders_adapter.shop_apis.shop_api import ShopUnreachable, Webhook
from seven_senders_cli.doctor import shop_side
from seven_senders_cli.doctor.finding import Check, Finding, examine

URL = "https://api.example/webhooks/shop"
TODAY = date(2026, 11, 22)


@dataclass
class Shop:
    """A shop's API that has these webhooks."""

    there: list[Webhook]
    keeps_secrets: bool = True
    topics: Sequence[str] = ("order.created", "order.updated")

    def webhooks(self) -> list[Webhook]:
        return self.there

    def create(self, topic: str, *, url: str, secret: str) -> None:
        raise AssertionError("nothing is to be changed")

    def mend(self, webhook: Webhook, *, url: str, secret: str) -> None:
        raise AssertionError("nothing is to be changed")

    def remove(self, webhook: Webhook) -> None:
        raise AssertionError("nothing is to be changed")


def webhook(topic: str, *faults: str, url: str = URL, version: str | None = None) -> Webhook:
    return Webhook(
        id=topic, topic=topic, url=url, status="active", api_version=version, faults=faults
    )


CREATED, UPDATED = webhook("order.created"), webhook("order.updated")
ELSEWHERE = webhook("order.created", "is disabled", url="https://other.example/")
BY_HAND = "amber the app has no webhook that leads here, and can't see those made by hand"


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        (None, ["amber not looked at: there are no credentials for the shop's API"]),
        (Shop([CREATED, UPDATED]), ["green 2 active webhooks lead here"]),
        (Shop([CREATED, UPDATED, ELSEWHERE]), ["green 2 active webhooks lead here"]),
        (Shop([CREATED]), ["red webhook order.updated: is missing"]),
        (Shop([ELSEWHERE]), ["red webhook order.created, order.updated: is missing"]),
        (Shop([ELSEWHERE], keeps_secrets=False), [BY_HAND]),
        (
            Shop([CREATED, UPDATED, UPDATED]),
            ["amber webhook order.updated: stands there several times"],
        ),
        (
            Shop([CREATED, webhook("order.updated", "is disabled")]),
            ["red webhook order.updated: is disabled"],
        ),
        (
            Shop([CREATED, webhook("order.updated", url=f"{URL}/")]),
            [f"red webhook order.updated: leads to {URL}/"],
        ),
        (
            Shop([webhook("order.created", version="2025-10"), UPDATED]),
            ["red webhook order.created: has the version 2025-10 of the API, which ended on"],
        ),
        (
            Shop([webhook("order.created", version="2026-01"), UPDATED]),
            ["amber webhook order.created: has the version 2026-01 of the API, which ends on"],
        ),
        (Shop([webhook("order.created", version="2026-04"), UPDATED]), ["green 2 active"]),
        (Shop([webhook("order.created", version="wp_api_v3"), UPDATED]), ["green 2 active"]),
    ],
    ids=[
        "no credentials",
        "all there",
        "one of another stack",
        "a topic is missing",
        "none leads here",
        "an app that sees only its own",
        "a topic twice",
        "shut off after failures",
        "a URL that is not quite right",
        "an API version that has ended",
        "one that ends soon",
        "one that is still kept",
        "WooCommerce's version",
    ],
)
def test_each_topic_has_one_active_webhook_that_leads_here(
    api: Shop | None, expected: list[str]
) -> None:
    found = [
        f"{one.level} {one.what}"
        for one in shop_side.look("shop", api, URL, register="connect", today=TODAY)
    ]
    assert len(found) == len(expected)
    assert all(map(str.startswith, found, expected))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 8, 1), None),
        (date(2027, 8, 2), "the version 2026-10 of Shopify's API, which is called, ends on"),
        (date(2027, 10, 1), "the version 2026-10 of Shopify's API, which is called, ended on"),
    ],
)
def test_a_version_of_shopifys_api_that_nears_its_end_is_amber(
    today: date, expected: str | None
) -> None:
    opens = ShopifyApiDocument(
        url="https://acme.myshopify.com",
        client_id="client_1",
        client_secret=SecretStr("shpss_1"),
        api_version="2026-10",
    )
    found = list(shop_side.version("shop", opens, register="connect --again", today=today))
    assert [one.what for one in found] == ([f"{expected} 2027-10-01"] if expected else [])
    newest = "2027-10" if today.month >= 10 else "2027-07"
    assert all(one.mend == f"connect --again --api-version {newest}" for one in found)


def test_woocommerce_has_no_versions_that_end() -> None:
    opens = WooCommerceApiDocument(
        url="https://acme.example",
        consumer_key=SecretStr("ck_1"),
        consumer_secret=SecretStr("cs_1"),
    )
    assert list(shop_side.version("shop", opens, register="connect", today=TODAY)) == []


class Unreachable(Shop):
    """A shop that does not answer."""

    def webhooks(self) -> list[Webhook]:
        raise ShopUnreachable("https://shop.example can't be reached")


def test_a_shop_that_does_not_answer_tells_nothing() -> None:
    def look() -> Iterator[Finding]:
        return shop_side.look("shop", Unreachable([]), URL, register="connect", today=TODAY)

    [found] = examine([Check("shop", look)])
    assert (found.level, found.what) == (
        "amber",
        "can't be told: https://shop.example can't be reached",
    )
