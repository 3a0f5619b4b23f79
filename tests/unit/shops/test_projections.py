"""What is true of the projections of every shop."""

import json
from collections.abc import Callable

import pytest

from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import OrderItem
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import Projected
from tests.unit.shops.orders import (
    meta,
    projected,
    shopify_line,
    shopify_order,
    shopify_refund,
    snapshot_of,
    woo_order,
)

BODIES: dict[str, Callable[..., dict[str, object]]] = {
    "shopify": shopify_order,
    "woocommerce": woo_order,
}
LIMIT = 256 * 1024
NAMES = {
    "send_order_items": True,
    "promised_date_attribute": "due",
    "promised_date_meta_key": "due",
    "tag_meta_keys": {"tag": "tag"},
}
PERSONAL = ("Jana", "jana@example.com", "Novak", "777", "203.0.113.7", "wc_order_", "called")


def size(read: Projected) -> int:
    return len(json.dumps(read.projection, ensure_ascii=False).encode())


@pytest.mark.parametrize("platform", SHOPS)
def test_personal_data_stops_here(platform: str) -> None:
    body = BODIES[platform](
        refunds=[{"total": "-1", "reason": "Jana called", "note": "Jana called"}],
        note_attributes=[{"name": "to", "value": "Jana"}, {"name": "due", "value": "Jana"}],
        meta_data=meta(to="Jana", due="Jana", tag="jana@example.com", wpml_language="Jana"),
        tags="jana@example.com, tel:+420 777 123 456",
    )
    text = json.dumps(projected(platform, body, **NAMES).projection)
    assert [word for word in PERSONAL if word in text] == []


@pytest.mark.parametrize("with_items", [False, True])
@pytest.mark.parametrize("character", ["x", "ü", "😀", '"', "\\", "\x00", "\ud800"])
def test_no_order_is_too_large_for_the_queue(character: str, with_items: bool) -> None:
    name = character * 300
    lines = [shopify_line(n, 3, name=name, sku=name, price="9.99") for n in range(1, 5001)]
    large = {
        "line_items": lines,
        "refunds": [shopify_refund((n, 3, "return")) for n in range(1, 5001)],
        "tags": ", ".join([character * 250] * 5000),
        "note_attributes": [{"name": "due", "value": name}] * 5000,
        "meta_data": meta(due=name, tag=name, wpml_language=name) * 2000,
    }
    for platform, make in BODIES.items():
        read = projected(platform, make(**large), **{**NAMES, "send_order_items": with_items})
        assert size(read) < LIMIT
        assert len(read.dropped) < 1000
        assert SHOPS[platform].read_snapshot(read.projection, MappingSettings()).order == read.order


@pytest.mark.parametrize("platform", SHOPS)
def test_what_passes_is_utf_8_that_sqs_takes(platform: str) -> None:
    odd = "a\ud800\x00\uffff\u00a0b"
    body = BODIES[platform](
        tags=odd,
        line_items=[shopify_line(name=odd, sku=odd)],
        **{"shopify": {"name": odd}, "woocommerce": {"number": odd}}[platform],
    )
    read = projected(platform, body, **NAMES)
    assert read.projection["number"] == "a    b"
    json.dumps(read.projection, ensure_ascii=False).encode()


@pytest.mark.parametrize("platform", SHOPS)
@pytest.mark.parametrize("junk", [None, True, 0, 1.5, "x", [], {}, [[]], [{}], {"a": [None]}])
def test_no_odd_value_is_an_error(platform: str, junk: object) -> None:
    body = BODIES[platform]()
    essential = {"id", "name", "number", "created_at", "updated_at"}
    essential |= {"date_created_gmt", "date_modified_gmt"}
    changed = body | dict.fromkeys(body.keys() - essential, junk)
    read = projected(platform, changed, **NAMES)
    assert SHOPS[platform].read_snapshot(read.projection, MappingSettings()).number


@pytest.mark.parametrize(
    ("platform", "line", "expected"),
    [
        pytest.param(
            "shopify", shopify_line(11, 2, sku="MUG-1", name="Mug - blue", price="12.90"),
            OrderItem(sku="MUG-1", name="Mug - blue", quantity="2", price="12.90"),
            id="a line of Shopify",
        ),
        pytest.param(
            "woocommerce", {"sku": 4711, "name": "Cloth", "quantity": 0.5, "price": 12.9},
            OrderItem(sku="4711", name="Cloth", quantity="0.5", price="12.9"),
            id="a line of WooCommerce: half a metre, a SKU that is a number",
        ),
        pytest.param(
            "shopify", {"sku": None, "name": "Tip", "quantity": 1},
            OrderItem(sku=None, name="Tip", quantity="1", price=None), id="no SKU, no price",
        ),
        pytest.param(
            "shopify", {"sku": "", "name": "Tip", "quantity": 1, "price": "NaN"},
            OrderItem(sku=None, name="Tip", quantity="1", price=None), id="odd ones",
        ),
    ],
)  # fmt: skip
def test_order_items(platform: str, line: dict[str, object], expected: OrderItem) -> None:
    body = BODIES[platform](line_items=[line])
    assert snapshot_of(platform, body, send_order_items=True).items == (expected,)
    assert snapshot_of(platform, body).items == ()


@pytest.mark.parametrize("line", [{"name": None, "quantity": 1}, {"name": "x", "quantity": "two"}])
def test_lines_that_can_not_be_read_are_counted(line: dict[str, object]) -> None:
    read = projected("shopify", shopify_order(line_items=[line, line]), send_order_items=True)
    assert read.dropped == ("items_dropped",)


@pytest.mark.parametrize("platform", SHOPS)
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", None), ("number", 7), ("created_at", "2026-03-02T10:00:00"), ("updated_at", "x"),
        ("language", 1), ("tags", "vip"), ("promised", "soon"), ("items", {}), ("items", [{}]),
    ],
)  # fmt: skip
def test_a_projection_of_another_make_is_refused(platform: str, key: str, value: object) -> None:
    projection = {**projected(platform, BODIES[platform]()).projection, key: value}
    with pytest.raises((KeyError, TypeError, ValueError)):
        SHOPS[platform].read_snapshot(projection, MappingSettings())
    with pytest.raises(KeyError):
        SHOPS[platform].read_snapshot({}, MappingSettings())


FROZEN = {
    "shopify": {
        "id": "820982911946154508",
        "number": "#1001",
        "created_at": "2026-03-02T09:00:00+00:00",
        "updated_at": "2026-03-05T11:00:00+00:00",
        "processed_at": "2026-03-02T08:59:00+00:00",
        "cancelled_at": "2026-03-04T08:00:00+00:00",
        "financial_status": "refunded",
        "fulfillment_status": "fulfilled",
        "language": "de",
        "tags": ["vip", "channel:web"],
        "source_name": "pos",
        "test": True,
        "nothing_to_ship": True,
        "refunded_at": "2026-03-04T07:00:00+00:00",
        "returned_at": "2026-03-04T07:00:00+00:00",
        "promised": "2026-03-28",
        "items": [{"sku": None, "name": "Mug", "quantity": "1", "price": "9.99"}],
    },
    "woocommerce": {
        "id": "22",
        "number": "22",
        "created_at": "2026-03-02T10:00:00+00:00",
        "updated_at": "2026-03-05T12:00:00+00:00",
        "status": "completed",
        "paid_at": "2026-03-03T08:00:00+00:00",
        "refunded_in_full": True,
        "language": "de",
        "tags": {"channel": "web"},
        "promised": "2026-03-28T10:00:00+00:00",
        "items": [{"sku": "MUG-1", "name": "Mug", "quantity": "2", "price": "12.9"}],
    },
}


@pytest.mark.parametrize(("platform", "frozen"), FROZEN.items())
def test_a_frozen_projection_of_format_1_can_be_read(
    platform: str, frozen: dict[str, object]
) -> None:
    shown = SHOPS[platform].read_snapshot(dict(frozen), MappingSettings())
    assert (shown.order, shown.number) == (frozen["id"], frozen["number"])
    assert (shown.language, shown.tags["channel"], shown.shipped) == ("de", "web", True)
    assert shown.promised_at is not None
    assert len(shown.items) == 1
    assert len(shown.states) == {"shopify": 3, "woocommerce": 2}[platform]
