"""Bodies for examples that are worked out by hand.

All happens on Monday, 2 March 2026: `10:30` means then, in UTC. Orders are placed at 09:00 and
each delivery comes at 20:00 unless it says otherwise.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from tests.chaos.connections import CONNECTIONS
from tests.chaos.oracle import Arrival, Expected, expected

Body = dict[str, Any]


def shopify(at: str = "09:00", **changes: object) -> Body:
    return {
        "id": 820982911946154508,
        "name": "#1001",
        "created_at": "2026-03-02T10:00:00+01:00",
        "updated_at": f"2026-03-02T{at}:00Z",
        "financial_status": "pending",
        "line_items": [line(1, 2)],
        **changes,
    }


def line(number: int, quantity: int, **changes: object) -> Body:
    return {"id": number, "quantity": quantity, "requires_shipping": True, **changes}


def refund(at: str, *items: tuple[int, int, str]) -> Body:
    """Make a refund of (line, quantity, restock_type)."""
    keys = ("line_item_id", "quantity", "restock_type")
    return {
        "created_at": f"2026-03-02T{at}:00Z",
        "refund_line_items": [dict(zip(keys, item, strict=True)) for item in items],
    }


def woocommerce(at: str = "09:00", **changes: object) -> Body:
    return {
        "id": 7001,
        "number": "2001",
        "status": "on-hold",
        "date_created_gmt": "2026-03-02T09:00:00",
        "date_modified_gmt": f"2026-03-02T{at}:00",
        "date_paid_gmt": None,
        "total": "69.20",
        **changes,
    }


def clock(time: str) -> str:
    return f"2026-03-02T{time}:00+00:00"


def meta(**values: object) -> list[Body]:
    return [{"key": key, "value": value} for key, value in values.items()]


def came(connection: str, bodies: Sequence[object], received: str = "20:00") -> Expected:
    topic = "orders/updated" if connection.startswith("shopify") else "order.updated"
    received_at = datetime.fromisoformat(clock(received))
    return expected(CONNECTIONS[connection], [Arrival(topic, body, received_at) for body in bodies])


def cases(table: Mapping[str, tuple[object, ...]]) -> list[object]:
    return [pytest.param(*row, id=text) for text, row in table.items()]
