import json

import pytest

from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import Kind, NotAnOrder, ProjectionNames, UnreadableOrder
from tests.unit.shops.orders import projected, shopify_order, woo_order

SHOPIFY = ("id", "name", "created_at", "updated_at")
WOO = ("id", "number", "date_created_gmt", "date_modified_gmt")
BODIES = {"shopify": shopify_order, "woocommerce": woo_order}


@pytest.mark.parametrize(
    ("platform", "body", "order", "missing"),
    [
        pytest.param("shopify", [], None, SHOPIFY, id="an array"),
        pytest.param("shopify", None, None, SHOPIFY, id="null"),
        pytest.param("shopify", "order", None, SHOPIFY, id="a string"),
        pytest.param("shopify", float("nan"), None, SHOPIFY, id="NaN"),
        pytest.param("woocommerce", [{}], None, WOO, id="an array of WooCommerce"),
        pytest.param("woocommerce", {}, None, WOO, id="an empty object"),
        pytest.param("shopify", {"id": 7}, "7", SHOPIFY[1:], id="an id and no more"),
        pytest.param(
            "woocommerce",
            {"id": 7, "number": "7", "date_created": "2026-03-02T11:00:00"},
            "7", WOO[2:], id="API v1 has no times in GMT",
        ),
        pytest.param(
            "woocommerce",
            {"order": {"id": 7, "order_number": "7", "created_at": "2026-03-02T11:00:00Z"}},
            "7", WOO[1:], id="the legacy API wraps the order",
        ),
    ],
)  # fmt: skip
def test_a_body_that_is_no_full_order_names_what_it_lacks(
    platform: str, body: object, order: str | None, missing: tuple[str, ...]
) -> None:
    with pytest.raises(UnreadableOrder) as caught:
        projected(platform, body)
    assert (caught.value.order, caught.value.missing) == (order, missing)


@pytest.mark.parametrize(
    ("platform", "field", "value"),
    [
        ("shopify", "id", True),
        ("shopify", "id", 1001.0),
        ("shopify", "id", float("nan")),
        ("shopify", "id", -1),
        ("shopify", "id", 0),
        ("shopify", "id", 10**64),
        ("shopify", "id", "jana@example.com"),
        ("shopify", "id", "1/2"),
        ("shopify", "id", ""),
        ("shopify", "name", None),
        ("shopify", "name", "  "),
        ("shopify", "name", "#" * 101),
        ("shopify", "name", ["#1001"]),
        ("shopify", "name", "jana@example.com"),
        ("shopify", "created_at", "2026-03-02T10:00:00"),
        ("shopify", "created_at", "2026-03-02"),
        ("shopify", "created_at", "0001-01-01T00:00:00+05:00"),
        ("shopify", "updated_at", 1772445600),
        ("shopify", "updated_at", "yesterday"),
        ("woocommerce", "id", False),
        ("woocommerce", "number", 22.0),
        ("woocommerce", "number", {"de": "22"}),
        ("woocommerce", "date_created_gmt", None),
        ("woocommerce", "date_created_gmt", "0000-00-00T00:00:00"),
        ("woocommerce", "date_created_gmt", "2026-02-30T00:00:00"),
        ("woocommerce", "date_modified_gmt", "2026-03-05T12:00:00" + "0" * 99),
    ],
)
def test_an_odd_value_counts_as_missing(platform: str, field: str, value: object) -> None:
    with pytest.raises(UnreadableOrder) as caught:
        projected(platform, BODIES[platform](**{field: value}))
    assert caught.value.missing == (field,)


@pytest.mark.parametrize(
    ("platform", "changes", "order", "number"),
    [
        pytest.param("shopify", {}, "820982911946154508", "#1001", id="an id over 2^53"),
        pytest.param("shopify", {"id": "gid-7"}, "gid-7", "#1001", id="an id as text"),
        pytest.param("woocommerce", {"number": 2200}, "22", "2200", id="a number as integer"),
        pytest.param(
            "woocommerce", {"number": " RE-2026/0017 "}, "22", "RE-2026/0017",
            id="a number made by a plugin",
        ),
    ],
)  # fmt: skip
def test_ids_and_numbers_survive(
    platform: str, changes: dict[str, object], order: str, number: str
) -> None:
    body = json.loads(json.dumps(BODIES[platform](**changes)))
    read = projected(platform, body)
    assert (read.order, read.projection["number"]) == (order, number)


@pytest.mark.parametrize("kind", [Kind.ORDER, Kind.DELETION])
@pytest.mark.parametrize(
    ("code", "status"),
    [("woocommerce_rest_shop_order_invalid_id", 404), ("woocommerce_rest_cannot_view", 403)],
)
def test_woocommerce_error_bodies_are_left(kind: Kind, code: str, status: int) -> None:
    body = {"code": code, "message": "Invalid ID.", "data": {"status": status}}
    with pytest.raises(NotAnOrder) as caught:
        SHOPS["woocommerce"].project(kind, body, ProjectionNames())
    assert caught.value.reason == "error_body"


def test_an_order_with_fields_of_those_names_is_an_order() -> None:
    read = projected("woocommerce", woo_order(code="SPRING", message="Thank you"))
    assert read.order == "22"


@pytest.mark.parametrize("platform", SHOPS)
def test_a_deletion_needs_only_an_id(platform: str) -> None:
    read = SHOPS[platform].project(Kind.DELETION, {"id": 31}, ProjectionNames())
    assert (read.order, read.projection) == ("31", {"id": "31"})
    with pytest.raises(UnreadableOrder):
        SHOPS[platform].project(Kind.DELETION, {"id": None}, ProjectionNames())
