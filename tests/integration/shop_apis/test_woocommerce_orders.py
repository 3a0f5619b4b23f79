"""WooCommerce's orders: which are in a span, and that none is lost between pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from pydantic import SecretStr

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.shop_api import (
    By,
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopApiError,
    ShopUnreachable,
    Span,
    Throttled,
    WrongShop,
)
from seven_senders_adapter.shop_apis.woocommerce import WooCommerceApi
from seven_senders_adapter.shop_apis.woocommerce_orders import FIELDS
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce

DAY = datetime(2026, 10, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
AFTERWARDS = DAY + timedelta(days=2)
"""When orders change after a span that is read, which is DAY."""

ALL_DAY = {by: Span(by=by, begin=DAY, end=DAY + 24 * HOUR - SECOND) for by in By}


def body(number: int, created: datetime, modified: datetime | None = None, **more: Any) -> Any:
    """An order as a webhook would bring it, as far as it matters here."""
    return {
        "id": number,
        "number": f"W-{number}",
        "status": "processing",
        "date_created_gmt": created.replace(tzinfo=None).isoformat(),
        "date_modified_gmt": (modified or created).replace(tzinfo=None).isoformat(),
        "date_paid_gmt": None,
        "total": "10.00",
        "refunds": [],
        "meta_data": [],
        "line_items": [],
        "billing": {"email": "person-1@example.org"},
        "customer_ip_address": "192.0.2.1",
        **more,
    }


@dataclass
class Shop:
    """A played shop and its API. ``waits``: seconds that it was waited for."""

    played: PlayedWooCommerce
    url: str
    waits: list[float] = field(default_factory=list)

    def api(self, **settings: Any) -> WooCommerceApi:
        keys = {"consumer_key": SecretStr("ck_1"), "consumer_secret": SecretStr("cs_1")}
        document = WooCommerceApiDocument(url=self.url, **keys | settings)
        return WooCommerceApi(document, sleep=self.waits.append)

    def fill(self, orders: int) -> None:
        """Orders of one a second from DAY on, with the ids 10, 20, 30 and so on.

        They were last changed that day too, the newest first.
        """
        for number in range(orders):
            created, modified = DAY + number * SECOND, DAY + (orders - number) * SECOND
            self.played.put(body(10 + 10 * number, created, modified))

    def change(self, order: int) -> None:
        """Somebody changes an order after DAY."""
        created = datetime.fromisoformat(self.played.orders.rows[order].body["date_created_gmt"])
        self.played.put(body(order, created, AFTERWARDS))

    def read(self, span: Span, between: Callable[[int], object] = lambda page: None) -> list[int]:
        """The ids on all pages as they come; ``between`` is called after each page."""
        api, position = self.api(), None
        found: list[int] = []
        for number in range(1, 500):
            page = api.page(span, position)
            found += [int(str(order["id"])) for order in page.orders]
            position = page.next
            if position is None:
                return found
            between(number)
        raise AssertionError("it never ends")


@pytest.fixture
def shop() -> Iterator[Shop]:
    played = PlayedWooCommerce()
    with played.serve() as server:
        yield Shop(played, server.url)


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("orders", [0, 1, 99, 100, 101, 199, 200, 250])
def test_every_order_comes_once_and_the_oldest_first(shop: Shop, by: By, orders: int) -> None:
    shop.fill(orders)
    assert shop.read(ALL_DAY[by]) == list(range(10, 10 * orders + 1, 10))
    assert shop.api().count(ALL_DAY[by]) == orders


def test_begin_and_end_of_a_span_are_in_it(shop: Shop) -> None:
    begin, end = DAY + 6 * HOUR, DAY + 7 * HOUR
    for number, at in enumerate((begin - SECOND, begin, end, end + SECOND), 1):
        shop.played.put(body(number, at, AFTERWARDS))
        shop.played.put(body(10 + number, DAY - 99 * HOUR, at))
    created = Span(by=By.CREATION, begin=begin, end=end)
    changed = Span(by=By.CHANGE, begin=begin, end=end)
    assert shop.read(created) == [2, 3]
    assert shop.read(changed) == [12, 13]
    assert shop.api().count(created) == shop.api().count(changed) == 2


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_a_span_means_the_same_time_wherever_the_shop_is(shop: Shop, zone: str) -> None:
    shop.played.orders.time_zone = ZoneInfo(zone)
    shop.fill(60)
    berlin = ZoneInfo("Europe/Berlin")
    begin = datetime(2026, 10, 16, 2, 0, 20, tzinfo=berlin)
    span = Span(by=By.CREATION, begin=begin, end=begin + 9 * SECOND)
    assert shop.read(span) == list(range(210, 310, 10))


@pytest.mark.parametrize("minutes", [0, 30, 59, 60, 90])
@pytest.mark.parametrize("by", By)
def test_a_span_that_begins_in_the_hour_that_the_shops_clock_skips_misses_nothing(
    shop: Shop, by: By, minutes: int
) -> None:
    skipped = datetime(2026, 3, 29, 2, tzinfo=UTC)  # 2 o'clock there, if there were such a time
    for number in range(-30, 200):
        shop.played.put(body(100 + number, skipped + timedelta(minutes=number)))
    begin = skipped + timedelta(minutes=minutes)
    span = Span(by=by, begin=begin, end=begin + timedelta(minutes=20))
    assert shop.read(span) == list(range(100 + minutes, 121 + minutes))


def test_the_hour_that_the_shops_clock_shows_twice_is_read_once(shop: Shop) -> None:
    begin = datetime(2026, 10, 25, 0, tzinfo=UTC)
    for number in range(180):
        shop.played.put(body(1 + number, begin + timedelta(minutes=number)))
    span = Span(by=By.CHANGE, begin=begin + HOUR / 2, end=begin + HOUR * 3 / 2)
    assert shop.read(span) == list(range(31, 92))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("by", By)
def test_however_orders_come_and_go_between_pages_none_is_lost(
    shop: Shop, by: By, seed: int
) -> None:
    random = Random(seed)
    shop.fill(random.randint(150, 700))
    left: set[int] = set(shop.played.orders.rows)
    trash: list[Any] = []

    def stir(_: int) -> None:
        for _ in range(random.choice((0, 1, 5, 60))):
            order = random.choice(sorted(left))
            row = shop.played.orders.rows[order].body
            match random.choice(("change", "delete", "trash", "restore", "appear")):
                case "change" if by is By.CHANGE:
                    left.discard(order)
                    shop.change(order)
                case "delete":
                    left.discard(order)
                    shop.played.delete(str(order))
                case "trash":
                    left.discard(order)
                    trash.append(row)
                    shop.played.put({**row, "status": "trash"})
                case "restore" if trash:
                    shop.played.put(trash.pop())
                case "appear":
                    late = random.randint(1, 10 * len(shop.played.orders.rows))
                    if late not in shop.played.orders.rows:
                        shop.played.put(body(late, DAY + HOUR))

    found = shop.read(ALL_DAY[by], between=stir)
    assert left <= set(found)
    assert len(found) == len(set(found))


def test_who_reads_such_pages_from_the_first_on_loses_orders(shop: Shop) -> None:
    """Which is why they are read from the last on."""
    shop.fill(300)
    found = []
    for page in (1, 2, 3):
        rows = requests.get(
            f"{shop.url}/wp-json/wc/v3/orders",
            params={"orderby": "id", "order": "asc", "per_page": "100", "page": str(page)},
            auth=("ck_1", "cs_1"),
            timeout=5,
        ).json()
        found += [row["id"] for row in rows]
        shop.played.delete(str(10 * page))
    assert set(range(40, 3001, 10)) - set(found) == {1010, 2020}


def test_an_order_that_is_placed_while_older_ones_are_read_pushes_none_out(shop: Shop) -> None:
    """A draft, for one, was created when its customer came to the check-out."""
    shop.fill(250)
    found = shop.read(
        ALL_DAY[By.CREATION],
        between=lambda page: shop.played.put(body(9000 + page, DAY + HOUR)),
    )
    assert set(range(10, 2501, 10)) <= set(found)


def test_orders_that_all_change_while_they_are_read_end_the_reading(shop: Shop) -> None:
    shop.fill(250)

    def change_all(_: int) -> None:
        for order in list(shop.played.orders.rows):
            shop.change(order)

    assert shop.read(ALL_DAY[By.CHANGE], between=change_all) == list(range(10, 1001, 10))


@pytest.mark.parametrize("broken", [{1500}, set(range(10, 2501, 70)), set(range(500, 2300, 10))])
def test_orders_that_woocommerce_cannot_load_hide_no_others(shop: Shop, broken: set[int]) -> None:
    shop.fill(250)
    shop.played.orders.broken = broken
    expected = [order for order in range(10, 2501, 10) if order not in broken]
    assert shop.read(ALL_DAY[By.CREATION]) == expected


@dataclass
class Weak:
    """Answers for a shop whose PHP dies of some orders, or of too many at once.

    Ids alone it can list. ``down``: whether it fails whatever is asked.
    """

    shop: Shop
    dies_of: frozenset[int] = frozenset()
    most: int = 100
    down: Callable[[Asked], bool] = lambda asked: False
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Said:
        said = self.shop.played.answer(asked)
        rows: Any = said.content if isinstance(said.content, list) else [said.content]
        is_whole = asked.query["_fields"] != "id"
        self.asked.append(f"{len(rows)} {'orders' if is_whole else 'ids'}")
        is_too_much = len(rows) > self.most or {row.get("id") for row in rows} & self.dies_of
        if self.down(asked) or (is_whole and is_too_much):
            return Said(status=500, page="There has been a critical error on this website.")
        return said

    @contextmanager
    def serving(self) -> Iterator[None]:
        with Loopback(self) as server:
            self.shop.url = server.url
            yield


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("orders", [1, 2, 9, 10, 11, 99, 100, 101, 110, 250])
@pytest.mark.parametrize("most", [1, 50])
def test_a_shop_that_can_not_show_a_page_at_once_shows_all_its_orders(
    shop: Shop, by: By, orders: int, most: int
) -> None:
    shop.fill(orders)
    with Weak(shop, most=most).serving():
        assert shop.read(ALL_DAY[by]) == list(range(10, 10 * orders + 1, 10))


@pytest.mark.parametrize(
    "poison", [{10}, {2500}, {1500}, {1510, 1500, 1490}, set(range(10, 2501, 10))]
)
def test_an_order_of_which_php_dies_hides_no_other_and_comes_as_its_id(
    shop: Shop, poison: set[int]
) -> None:
    shop.fill(250)
    position: str | None = None
    found: list[Any] = []
    with Weak(shop, dies_of=frozenset(poison)).serving():
        api = shop.api()
        while True:
            page = api.page(ALL_DAY[By.CREATION], position)
            found += page.orders
            if (position := page.next) is None:
                break
    assert [order["id"] for order in found] == list(range(10, 2501, 10))
    assert {order["id"] for order in found if set(order) == {"id"}} == poison


def test_full_pages_follow_once_what_was_too_much_is_behind(shop: Shop) -> None:
    shop.fill(300)
    weak = Weak(shop, dies_of=frozenset({10}))
    with weak.serving():
        assert shop.read(ALL_DAY[By.CREATION]) == list(range(10, 3001, 10))
    pages = [asked for asked in weak.asked if asked.startswith(("100 ", "10 "))]
    assert pages == ["100 orders", "10 ids", *["100 orders"] * 3]


def test_orders_that_come_and_go_while_pages_are_small_are_not_lost(shop: Shop) -> None:
    shop.fill(400)
    random, left = Random(7), set(shop.played.orders.rows)

    def stir(_: int) -> None:
        for _ in range(random.choice((0, 1, 5, 60))):
            gone, late = random.choice(sorted(left)), random.randint(1, 4000)
            if len(left) > 100:
                left.discard(gone)
                shop.played.delete(str(gone)) if gone in shop.played.orders.rows else None
            if late not in shop.played.orders.rows:
                shop.played.put(body(late, DAY + HOUR))

    with Weak(shop, dies_of=frozenset(random.sample(sorted(left), 9))).serving():
        found = shop.read(ALL_DAY[By.CREATION], between=stir)
    assert left <= set(found)
    assert len(found) == len(set(found))


def test_a_shop_that_is_down_is_not_taken_for_one_whose_orders_are_bad(shop: Shop) -> None:
    shop.fill(250)
    is_down = False

    def fails_from_the_third_on(asked: Asked) -> bool:
        nonlocal is_down
        is_down = is_down or asked.path.endswith("/orders/30")
        return is_down

    weak = Weak(shop, most=50, down=fails_from_the_third_on)
    with weak.serving():
        with pytest.raises(ShopUnreachable, match="HTTP 500"):
            shop.api().page(ALL_DAY[By.CREATION], None)
        assert weak.asked[-1] == "1 ids"


def test_an_order_that_is_deleted_while_they_are_read_one_by_one_is_left_out(shop: Shop) -> None:
    shop.fill(3)

    def delete_one(asked: Asked) -> bool:
        if asked.path.endswith("/orders/10"):
            shop.played.delete("20")
        return False

    with Weak(shop, most=1, down=delete_one).serving():
        assert shop.read(ALL_DAY[By.CREATION]) == [10, 30]


def test_a_page_that_is_too_large_is_read_in_parts(shop: Shop) -> None:
    large = [{"id": 1, "key": "x", "value": "x" * 1_000_000}]
    for number in range(34):
        shop.played.put(body(1 + number, DAY, meta_data=large))
    page = shop.api().page(ALL_DAY[By.CREATION], None)
    assert [order["id"] for order in page.orders] == list(range(1, 11))
    assert page.next


def test_drafts_and_what_is_in_the_trash_are_in_no_span(shop: Shop) -> None:
    for number, status in enumerate(("checkout-draft", "auto-draft", "trash", "my-own"), 1):
        shop.played.put(body(number, DAY, status=status))
    assert shop.read(ALL_DAY[By.CREATION]) == [4]
    assert shop.api().count(ALL_DAY[By.CREATION]) == 1


def test_one_order_is_shown_also_in_the_trash_and_not_once_it_is_deleted(shop: Shop) -> None:
    shop.played.put(body(31, DAY, status="trash"))
    found = shop.api().order("31")
    assert found
    assert (found["id"], found["status"]) == (31, "trash")
    shop.played.delete("31")
    assert shop.api().order("31") is None


def test_no_personal_data_is_asked_for(shop: Shop) -> None:
    shop.fill(1)
    asked: list[Asked] = []

    def listen(request: Asked) -> Said:
        asked.append(request)
        return shop.played.answer(request)

    with Loopback(listen) as server:
        api = Shop(shop.played, server.url).api()
        api.count(ALL_DAY[By.CREATION])
        (on_a_page,) = api.page(ALL_DAY[By.CREATION], None).orders
        alone = api.order("10")
    assert alone == on_a_page
    assert set(on_a_page) == set(FIELDS.split(","))
    assert not {"billing", "customer_ip_address"} & set(on_a_page)
    assert {request.query["_fields"] for request in asked} == {"id", FIELDS}


def test_all_orders_are_shown_however_old(shop: Shop) -> None:
    assert shop.api().oldest_shown(DAY) is None


def test_a_busy_shop_is_waited_for_as_long_as_it_says(shop: Shop) -> None:
    shop.fill(3)
    shop.played.busy = 1
    assert shop.read(ALL_DAY[By.CREATION]) == [10, 20, 30]
    assert shop.waits == [2.0]
    shop.played.refused = Said(status=429, headers={"Retry-After": "7"})
    with pytest.raises(Throttled, match="try again later"):
        shop.api().count(ALL_DAY[By.CREATION])
    assert shop.waits[1:] == [7.0] * 4


NO_ROUTE = {"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}}


@pytest.mark.parametrize(
    ("settings", "played", "error", "says"),
    [
        pytest.param(
            {"consumer_key": SecretStr("other")},
            {},
            CredentialsRefused,
            "withholds the header Authorization",
            id="a wrong key",
        ),
        pytest.param(
            {},
            {"manages_the_shop": False},
            RightMissing,
            "does not let the key see orders",
            id="a user without the right",
        ),
        pytest.param(
            {},
            {"rights": "write"},
            CredentialsRefused,
            "does not have read permissions",
            id="a key that may only write",
        ),
        pytest.param(
            {},
            {"refused": Said(status=404, content=NO_ROUTE)},
            WrongShop,
            "is a WordPress without WooCommerce",
            id="no WooCommerce",
        ),
        pytest.param(
            {},
            {"refused": Said(page="<html>We'll be back soon")},
            WrongShop,
            "a page instead of JSON",
            id="a page",
        ),
        pytest.param(
            {}, {"refused": Said(status=503)}, ShopUnreachable, "try again later", id="it is down"
        ),
        pytest.param(
            {},
            {"refused": Said(content=[])},
            NotDone,
            "pass on the header X-WP-Total",
            id="a proxy that strips headers",
        ),
    ],
)
def test_what_goes_wrong_is_told_by_its_kind_with_what_to_do(
    shop: Shop,
    settings: dict[str, object],
    played: dict[str, object],
    error: type[ShopApiError],
    says: str,
) -> None:
    for name, value in played.items():
        setattr(shop.played, name, value)
    api = shop.api(**settings)
    for call in (lambda: api.count(ALL_DAY[By.CHANGE]), lambda: api.page(ALL_DAY[By.CHANGE], None)):
        with pytest.raises(error) as raised:
            call()
        assert says in str(raised.value)
        assert "cs_1" not in str(raised.value)


def test_a_shop_that_is_gone_has_not_deleted_its_orders(shop: Shop) -> None:
    shop.played.refused = Said(status=404, content=NO_ROUTE)
    with pytest.raises(WrongShop):
        shop.api().order("10")
