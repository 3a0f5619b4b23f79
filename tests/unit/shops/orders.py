"""Small orders as the shops send them; each test changes one thing."""

from typing import Any

from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import Kind, Projected, ProjectionNames

CREATED, UPDATED = "2026-03-02T10:00:00+01:00", "2026-03-05T12:00:00+01:00"


def shopify_line(line: int = 11, quantity: object = 1, **changes: object) -> dict[str, object]:
    return {"id": line, "quantity": quantity, "requires_shipping": True, **changes}


def shopify_refund(
    *lines: tuple[int, int, str], at: str = "2026-03-04T08:00:00+01:00"
) -> dict[str, object]:
    refunded = [
        {"line_item_id": line, "quantity": quantity, "restock_type": restock_type}
        for line, quantity, restock_type in lines
    ]
    return {"created_at": at, "refund_line_items": refunded}


def shopify_order(**changes: object) -> dict[str, object]:
    return {
        "id": 820982911946154508,
        "name": "#1001",
        "created_at": CREATED,
        "updated_at": UPDATED,
        "processed_at": "2026-03-02T09:59:00+01:00",
        "cancelled_at": None,
        "financial_status": "pending",
        "fulfillment_status": None,
        "customer_locale": "de-DE",
        "tags": "",
        "source_name": "web",
        "test": False,
        "line_items": [shopify_line()],
        "refunds": [],
        "note_attributes": [],
        "email": "jana@example.com",
        "note": "Ring at Novak's",
        "browser_ip": "203.0.113.7",
        "customer": {"first_name": "Jana", "phone": "+420 777 123 456"},
        **changes,
    }


def woo_order(**changes: object) -> dict[str, object]:
    return {
        "id": 22,
        "number": "22",
        "status": "processing",
        "date_created": "2026-03-02T11:00:00",
        "date_created_gmt": "2026-03-02T10:00:00",
        "date_modified_gmt": "2026-03-05T12:00:00",
        "date_paid_gmt": None,
        "total": "100.00",
        "refunds": [],
        "meta_data": [],
        "line_items": [{"id": 1, "name": "Mug", "quantity": 2, "sku": "MUG-1", "price": 12.9}],
        "order_key": "wc_order_LgZEidYhTmaKV",
        "customer_ip_address": "203.0.113.7",
        "customer_note": "Ring at Novak's",
        "billing": {"first_name": "Jana", "email": "jana@example.com", "phone": "+420 777 123 456"},
        **changes,
    }


def meta(**values: object) -> list[dict[str, object]]:
    return [{"id": 1, "key": key, "value": value} for key, value in values.items()]


def projected(platform: str, body: object, **names: Any) -> Projected:
    return SHOPS[platform].project(Kind.ORDER, body, ProjectionNames(**names))


def snapshot_of(
    platform: str, body: object, settings: MappingSettings | None = None, **names: object
) -> Snapshot:
    projection = projected(platform, body, **names).projection
    return SHOPS[platform].read_snapshot(projection, settings or MappingSettings())
