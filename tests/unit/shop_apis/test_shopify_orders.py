"""A node of Shopify's GraphQL in a webhook's form: what is written otherwise there."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from seven_senders_adapter.shop_apis.shop_api import By, Span
from seven_senders_adapter.shop_apis.shopify_orders import as_webhook_body, search

BEGIN = datetime(2026, 10, 16, 2, tzinfo=timezone(timedelta(hours=2)))
END = datetime(2026, 10, 16, 23, 59, 59, tzinfo=UTC)


def node(**changes: object) -> dict[str, Any]:
    return {
        "legacyResourceId": "5550000000001",
        "name": "#1001",
        "createdAt": "2026-10-16T08:00:00Z",
        "updatedAt": "2026-10-16T08:00:01Z",
        "processedAt": "2026-10-16T08:00:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "customerLocale": "de-DE",
        "tags": [],
        "sourceName": "web",
        "test": False,
        "customAttributes": [],
        "lineItems": {"nodes": []},
        "refunds": [],
        **changes,
    }


def line(amount: str, currency: str) -> dict[str, Any]:
    return {
        "id": "gid://shopify/LineItem/7",
        "sku": None,
        "name": "Cup",
        "quantity": 2,
        "currentQuantity": 1,
        "requiresShipping": True,
        "originalUnitPriceSet": {"shopMoney": {"amount": amount, "currencyCode": currency}},
    }


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("FULFILLED", "fulfilled"),
        ("PARTIALLY_FULFILLED", "partial"),
        ("RESTOCKED", "restocked"),
        ("UNFULFILLED", None),
        ("FULFILLMENT_NOT_REQUIRED", None),
        ("IN_PROGRESS", None),
        ("ON_HOLD", None),
        ("OPEN", None),
        ("PENDING_FULFILLMENT", None),
        ("REQUEST_DECLINED", None),
        ("SCHEDULED", None),
    ],
)
def test_only_what_is_shipped_or_restocked_has_a_fulfillment_status(
    shown: str, told: str | None
) -> None:
    assert as_webhook_body(node(displayFulfillmentStatus=shown))["fulfillment_status"] == told


@pytest.mark.parametrize(
    ("shown", "told"), [("PARTIALLY_REFUNDED", "partially_refunded"), (None, None)]
)
def test_a_financial_status_is_written_small(shown: str | None, told: str | None) -> None:
    assert as_webhook_body(node(displayFinancialStatus=shown))["financial_status"] == told


@pytest.mark.parametrize(
    ("amount", "currency", "price"),
    [
        ("19.9", "EUR", "19.90"),
        ("8.0", "EUR", "8.00"),
        ("1234.0", "JPY", "1234"),
        ("12.345", "KWD", "12.345"),
    ],
)
def test_a_price_has_the_decimals_of_its_currency(amount: str, currency: str, price: str) -> None:
    body: Any = as_webhook_body(node(lineItems={"nodes": [line(amount, currency)]}))
    assert body["line_items"][0]["price"] == price


def test_ids_are_numbers_and_tags_one_text() -> None:
    body: Any = as_webhook_body(
        node(tags=["channel:web", "vip"], lineItems={"nodes": [line("1.0", "EUR")]})
    )
    assert (body["id"], body["line_items"][0]["id"]) == (5_550_000_000_001, 7)
    assert body["tags"] == "channel:web, vip"


@pytest.mark.parametrize(("by", "name"), [(By.CREATION, "created_at"), (By.CHANGE, "updated_at")])
def test_a_span_is_searched_in_utc_by_quoted_times_its_last_second_included(
    by: By, name: str
) -> None:
    expected = f"{name}:>='2026-10-16T00:00:00Z' {name}:<'2026-10-17T00:00:00Z'"
    assert search(Span(by=by, begin=BEGIN, end=END)) == expected
