"""The played WooCommerce shop: it lists orders as the real one does, and refuses what is wrong."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from seven_senders_local.played_shops.loopback import Asked, Said
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce

NOON = datetime(2026, 10, 16, 12, tzinfo=UTC)
BASIC = f"Basic {b64encode(b'ck_1:cs_1').decode()}"


def ask(shop: PlayedWooCommerce, path: str = "orders", method: str = "GET", **query: str) -> Said:
    return shop.answer(
        Asked(
            method=method,
            path=f"/wp-json/wc/v3/{path}",
            query=query,
            headers={"authorization": BASIC},
            body=b"{}",
        )
    )


def ids(said: Said) -> list[int]:
    assert said.status == 200
    return [row["id"] for row in cast("list[dict[str, Any]]", said.content)]


def gmt(time: datetime) -> str:
    return time.replace(tzinfo=None).isoformat()


@pytest.fixture
def shop() -> PlayedWooCommerce:
    """Orders 1 to 6 of one a minute before noon GMT; the later the order, the earlier changed."""
    shop = PlayedWooCommerce()
    statuses = ("processing", "completed", "trash", "checkout-draft", "my-own", "pending")
    for number, status in enumerate(statuses, 1):
        shop.put(
            {
                "id": number,
                "status": status,
                "date_created_gmt": gmt(NOON + timedelta(minutes=number - 6)),
                "date_modified_gmt": gmt(NOON + timedelta(minutes=60 - number)),
                "billing": {},
            }
        )
    return shop


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, [6, 5, 2, 1]),
        ({"order": "asc"}, [1, 2, 5, 6]),
        ({"orderby": "modified"}, [1, 2, 5, 6]),
        ({"orderby": "id", "per_page": "2", "page": "2"}, [2, 1]),
        ({"orderby": "id", "per_page": "2", "offset": "1"}, [5, 2]),
        ({"status": "trash"}, [3]),
        ({"status": "my-own,checkout-draft"}, [5, 4]),
        ({"status": "trash,any"}, [6, 5, 2, 1]),
        ({"after": "2026-10-16T11:56:00", "dates_are_gmt": "true"}, [6, 5]),
        ({"before": "2026-10-16T11:56:00", "dates_are_gmt": "true"}, [1]),
        ({"after": "2026-10-16T13:56:00"}, [6, 5]),
        ({"after": "2026-10-16T11:56:00Z"}, [6, 5]),
        ({"after": "2026-10-16T09:56:00Z", "dates_are_gmt": "true"}, [6, 5]),
        ({"modified_before": "2026-10-16T12:56:00", "dates_are_gmt": "true"}, [6, 5]),
    ],
    ids=str,
)
def test_orders_are_chosen_and_sorted_as_woocommerce_does(
    shop: PlayedWooCommerce, query: dict[str, str], shown: list[int]
) -> None:
    assert ids(ask(shop, **query)) == shown


def test_a_page_tells_how_many_there_are_unless_it_is_behind_the_last(
    shop: PlayedWooCommerce,
) -> None:
    assert ask(shop, per_page="3").headers == {"X-WP-Total": "4", "X-WP-TotalPages": "2"}
    behind = ask(shop, per_page="3", page="3")
    assert (behind.content, behind.headers["X-WP-Total"]) == ([], "0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("per_page", "101"),
        ("per_page", "0"),
        ("page", "0"),
        ("offset", "-1"),
        ("orderby", "number"),
        ("order", "up"),
        ("after", "2026-10-16"),
        ("modified_after", "1792000000"),
        ("dates_are_gmt", "yes"),
        ("status", "any,unheard-of"),
        ("status", "auto-draft"),
        ("_fields", "id,status,e-mail"),
        ("updated_after", "2026-10-16T12:00:00"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(
    shop: PlayedWooCommerce, name: str, value: str
) -> None:
    said = ask(shop, **{name: value})
    told = cast("dict[str, Any]", said.content)
    assert (said.status, told["code"]) == (400, "rest_invalid_param")
    assert set(told["data"]["params"]) == {name}


def test_only_the_fields_that_are_asked_for_are_shown(shop: PlayedWooCommerce) -> None:
    assert ask(shop, "orders/3", _fields="id,status").content == {"id": 3, "status": "trash"}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "orders/x"), ("DELETE", "orders/1"), ("GET", "products")]
)
def test_nothing_else_is_there(shop: PlayedWooCommerce, method: str, path: str) -> None:
    said = ask(shop, path, method)
    assert (said.status, cast("dict[str, Any]", said.content)["code"]) == (404, "rest_no_route")


def test_an_hour_that_the_shops_clock_skips_is_taken_for_the_next(shop: PlayedWooCommerce) -> None:
    shop.orders.time_zone = ZoneInfo("Europe/Berlin")
    for minute in (15, 45, 75):
        time = gmt(datetime(2027, 3, 28, 2, tzinfo=UTC) + timedelta(minutes=minute))
        order = {"id": 100 + minute, "status": "pending"}
        shop.put({**order, "date_created_gmt": time, "date_modified_gmt": time})
    said = ask(shop, after="2027-03-28T02:10:00", dates_are_gmt="true")
    assert ids(said) == [175]
