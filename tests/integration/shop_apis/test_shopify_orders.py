"""Shopify's orders by its API: which are in a span, whole, and that none is lost between pages."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, Visitor, parse, visit
from pydantic import SecretStr

from seven_senders_adapter.shop_apis import shopify_orders
from seven_senders_adapter.shop_apis.shop_api import (
    By,
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopUnreachable,
    Span,
)
from seven_senders_adapter.shop_apis.shopify import ShopifyApi
from seven_senders_adapter.shops.reading import Body
from seven_senders_local.played_shops.bucket import Bucket
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from tests.integration.shop_apis.shopify_shop import ShopifyShop
from tests.played.clock import PlayedClock

DAY = datetime(2026, 10, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
AFTERWARDS = DAY + timedelta(days=2)
"""When orders change after a span that is read, which is DAY."""

ALL_DAY = {by: Span(by=by, begin=DAY, end=DAY + 24 * HOUR - SECOND) for by in By}


def body(number: int, created: datetime, updated: datetime | None = None, **more: Any) -> Any:
    """An order as a webhook would bring it, as far as it matters here."""
    return {
        "id": number,
        "name": f"#{number}",
        "created_at": created.isoformat(),
        "updated_at": (updated or created).isoformat(),
        "processed_at": created.isoformat(),
        "financial_status": "paid",
        "line_items": [line(number * 10)],
        "refunds": [],
        **more,
    }


def line(number: int) -> Any:
    return {"id": number, "name": "Cup", "quantity": 2, "price": "19.90"}


def refund(number: int, lines: Sequence[int]) -> Any:
    """One unit each of some lines has come back."""
    entries = [{"line_item_id": line, "quantity": 1, "restock_type": "return"} for line in lines]
    return {"id": number, "created_at": DAY.isoformat(), "refund_line_items": entries}


class Shop(ShopifyShop):
    """One that has orders."""

    def fill(self, orders: int, *, apart: timedelta = SECOND) -> None:
        """Orders from DAY on, with the ids 1, 2, 3 and so on."""
        for number in range(orders):
            self.played.put(body(1 + number, DAY + number * apart))

    def change(self, order: int) -> None:
        """Somebody changes an order after DAY."""
        order_body = self.played.orders.bodies[order]
        self.played.put({**order_body, "updated_at": AFTERWARDS.isoformat()})


@pytest.fixture
def shop() -> Iterator[Shop]:
    clock = PlayedClock(AFTERWARDS.timestamp())
    played = PlayedShopify(now=clock.now, scopes=["read_orders", "read_all_orders"])
    with played.serve() as server:
        yield Shop(played, server.url, clock)


def ids(bodies: Sequence[Body]) -> list[int]:
    return [int(str(body["id"])) for body in bodies]


def walk(api: ShopifyApi, span: Span, between: Callable[[], None] = lambda: None) -> list[int]:
    """The orders of all pages. ``between`` happens after each page."""
    found: list[int] = []
    position: str | None = None
    while True:
        page = api.page(span, position)
        found += ids(page.orders)
        if (position := page.next) is None:
            return found
        between()


@pytest.mark.parametrize("by", By)
def test_all_orders_of_a_span_come_the_oldest_first(shop: Shop, by: By) -> None:
    shop.fill(45)
    assert walk(shop.api(), ALL_DAY[by]) == list(range(1, 46))
    assert shop.played.calls.count("orders") == 3


@pytest.mark.parametrize("by", By)
def test_a_span_has_the_whole_seconds_of_its_ends(shop: Shop, by: By) -> None:
    end = DAY + HOUR
    moments = [DAY - SECOND / 2, DAY, end, end + 0.9 * SECOND, end + SECOND]
    for number, moment in enumerate(moments, 1):
        shop.played.put(body(number, moment))
    span = Span(by=by, begin=DAY, end=end)
    assert walk(shop.api(), span) == [2, 3, 4]
    assert shop.api().count(span) == 3


def test_a_span_by_change_has_old_orders_that_changed_in_it_and_no_others(shop: Shop) -> None:
    shop.played.put(body(1, DAY - timedelta(days=400), DAY + HOUR))
    shop.played.put(body(2, DAY + HOUR, AFTERWARDS))
    assert walk(shop.api(), ALL_DAY[By.CHANGE]) == [1]
    assert walk(shop.api(), ALL_DAY[By.CREATION]) == [2]


def test_no_order_is_lost_while_others_change_vanish_and_come(shop: Shop) -> None:
    shop.fill(70)
    api = shop.api()
    first = api.page(ALL_DAY[By.CREATION], None)
    for gone in (3, 20, 21, 50):
        shop.played.delete(str(gone))
    shop.change(30)
    shop.played.put(body(900, AFTERWARDS))
    rest: list[int] = []
    position = first.next
    while position:
        page = api.page(ALL_DAY[By.CREATION], position)
        rest += ids(page.orders)
        position = page.next
    assert rest == [number for number in range(22, 71) if number != 50]


def test_an_order_that_changes_meanwhile_leaves_a_span_by_change_and_takes_none_along(
    shop: Shop,
) -> None:
    shop.fill(70)
    changed = iter((45, 40, 5))  # not read yet, read as the last of its page, read before
    found = walk(shop.api(), ALL_DAY[By.CHANGE], lambda: shop.change(next(changed)))
    assert found == [number for number in range(1, 71) if number != 45]


@pytest.mark.parametrize("apart", [SECOND, timedelta(0)], ids=["each second one", "all at once"])
def test_a_position_may_be_kept_longer_than_shopify_keeps_its_cursor(
    shop: Shop, apart: timedelta
) -> None:
    shop.fill(45, apart=apart)
    shop.played.orders.cursors_expire = HOUR
    api = shop.api()
    position = api.page(ALL_DAY[By.CREATION], None).next
    shop.clock.sleep(2 * HOUR.total_seconds())
    found: list[int] = []
    while position:
        page = api.page(ALL_DAY[By.CREATION], position)
        found += ids(page.orders)
        position = page.next
    again = [20] if apart else list(range(1, 21))
    assert found == [*again, *range(21, 46)]


def test_a_refusal_that_is_not_about_the_cursor_is_told(shop: Shop) -> None:
    shop.fill(25)
    api = shop.api()
    position = api.page(ALL_DAY[By.CREATION], None).next
    shop.played.refused = Said(content={"errors": [{"message": "Something is odd"}]})
    with pytest.raises(NotDone, match="Something is odd"):
        api.page(ALL_DAY[By.CREATION], position)


def test_an_order_comes_with_all_its_lines_and_refunds_however_many(shop: Shop) -> None:
    lines = [line(number) for number in range(1000, 1600)]
    refunds = [
        refund(1, range(1000, 1300)),
        refund(2, [1300]),
        refund(3, [1301, 1302, 1303]),
        refund(4, []),
    ]
    shop.played.put(body(1, DAY, line_items=lines, refunds=refunds))
    (whole,) = shop.api().page(ALL_DAY[By.CREATION], None).orders
    assert whole == shop.api().order("1")
    found: Any = whole
    assert [entry["id"] for entry in found["line_items"]] == list(range(1000, 1600))
    assert [
        [entry["line_item_id"] for entry in one["refund_line_items"]] for one in found["refunds"]
    ] == [list(range(1000, 1300)), [1300], [1301, 1302, 1303], []]
    assert {entry["price"] for entry in found["line_items"]} == {"19.90"}


def test_the_usual_order_costs_no_call_of_its_own(shop: Shop) -> None:
    lines = [line(number) for number in range(8)]
    shop.played.put(body(1, DAY, line_items=lines, refunds=[refund(1, [1, 2])]))
    shop.api().page(ALL_DAY[By.CREATION], None)
    assert shop.played.calls == ["log_in", "orders"]


@pytest.mark.parametrize(
    "more",
    [
        {"line_items": [line(number) for number in range(9)]},
        {"refunds": [refund(1, [10]), refund(2, [10])]},
        {"line_items": [line(n) for n in range(3)], "refunds": [refund(1, range(3))]},
    ],
    ids=["lines", "refunds", "refunded lines"],
)
def test_an_order_that_is_deleted_while_it_is_completed_is_left_out(
    shop: Shop, more: dict[str, Any]
) -> None:
    shop.played.put(body(1, DAY, **more))
    shop.played.put(body(2, DAY + SECOND))

    def answer(asked: Asked) -> Said:
        said = shop.played.answer(asked)
        if "orders" in shop.played.calls:
            shop.played.delete("1")
        return said

    with Loopback(answer) as server:
        shop.url = server.url
        assert ids(shop.api().page(ALL_DAY[By.CREATION], None).orders) == [2]


type Change = Callable[[Any, str | None], None]
"""Changes the data of an answer, knowing the cursor that was asked for."""


def misled(shop: Shop, change: Change) -> Callable[[Asked], Said]:
    """The shop's answers after a change of their data."""

    def answer(asked: Asked) -> Said:
        said = shop.played.answer(asked)
        content: Any = said.content
        if asked.path.endswith("/graphql.json"):
            change(content["data"], json.loads(asked.body)["variables"].get("after"))
        return said

    return answer


NOWHERE: dict[str, Callable[[str | None], object]] = {
    "no cursor": lambda asked: None,
    "the cursor that was asked for": lambda asked: asked,
    "no text": lambda asked: 7,
}


@pytest.mark.parametrize("cursor", NOWHERE.values(), ids=NOWHERE)
def test_pages_of_orders_that_lead_nowhere_end_with_what_is_wrong(
    shop: Shop, cursor: Callable[[str | None], object]
) -> None:
    shop.fill(45)
    position = shop.api().page(ALL_DAY[By.CREATION], None).next

    def change(data: Any, asked: str | None) -> None:
        data["orders"]["pageInfo"] = {"hasNextPage": True, "endCursor": cursor(asked)}

    with Loopback(misled(shop, change)) as server:
        shop.url = server.url
        with pytest.raises(NotDone, match="does not say where it begins"):
            shop.api().page(ALL_DAY[By.CREATION], position)


MANY: dict[str, dict[str, Any]] = {
    "lines": {"line_items": [line(number) for number in range(300)]},
    "refunded lines": {
        "line_items": [line(number) for number in range(8)],
        "refunds": [refund(1, [number % 8 for number in range(300)])],
    },
    "refunds": {"refunds": [refund(number, [10, 10, 10]) for number in range(3)]},
}


@pytest.mark.parametrize("cursor", NOWHERE.values(), ids=NOWHERE)
@pytest.mark.parametrize("more", MANY.values(), ids=MANY)
def test_parts_of_an_order_that_lead_nowhere_end_with_what_is_wrong(
    shop: Shop, cursor: Callable[[str | None], object], more: dict[str, Any]
) -> None:
    shop.played.put(body(1, DAY, **more))

    def change(data: Any, asked: str | None) -> None:
        if "owner" in data:
            page = {"hasNextPage": True, "endCursor": cursor(asked)}
            data["owner"]["more"]["pageInfo"] = page

    with Loopback(misled(shop, change)) as server:
        shop.url = server.url
        with pytest.raises(NotDone, match="does not say where it begins"):
            shop.api().page(ALL_DAY[By.CREATION], None)


def test_lines_that_go_on_nowhere_are_not_read_from_the_first_again(shop: Shop) -> None:
    shop.played.put(body(1, DAY, **MANY["lines"]))

    def change(data: Any, _: str | None) -> None:
        if "orders" in data:
            data["orders"]["nodes"][0]["lineItems"]["pageInfo"]["endCursor"] = None

    with Loopback(misled(shop, change)) as server:
        shop.url = server.url
        with pytest.raises(NotDone, match="does not say where it begins"):
            shop.api().page(ALL_DAY[By.CREATION], None)


def test_one_order_is_found_by_its_id_or_is_not_there(shop: Shop) -> None:
    shop.played.put(body(1, DAY))
    found = shop.api().order("1")
    assert found is not None
    assert (found["id"], found["name"]) == (1, "#1")
    shop.played.delete("1")
    assert shop.api().order("1") is None


def test_orders_are_counted_beyond_the_number_to_which_shopify_usually_counts(shop: Shop) -> None:
    shop.fill(10_050)
    assert shop.api().count(ALL_DAY[By.CREATION]) == 10_050


def test_without_the_right_to_all_orders_those_of_sixty_days_are_shown(shop: Shop) -> None:
    now = shop.clock.now()
    oldest = now - timedelta(days=60)
    shop.played.put(body(1, oldest - SECOND, now))
    shop.played.put(body(2, oldest, now))
    span = Span(by=By.CHANGE, begin=DAY, end=now)
    assert shop.api().oldest_shown(now) is None
    assert walk(shop.api(), span) == [1, 2]
    shop.played.scopes = ["read_orders"]
    assert shop.api().oldest_shown(now) == oldest
    assert walk(shop.api(), span) == [2]
    assert shop.api().count(span) == 1
    assert shop.api().order("1") is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda api: api.page(ALL_DAY[By.CHANGE], None),
        lambda api: api.count(ALL_DAY[By.CHANGE]),
        lambda api: api.order("1"),
        lambda api: api.oldest_shown(AFTERWARDS),
    ],
    ids=["a page", "a number", "an order", "the oldest"],
)
def test_without_the_right_to_orders_that_is_told(
    shop: Shop, ask: Callable[[ShopifyApi], object]
) -> None:
    shop.played.scopes = ["read_products"]
    with pytest.raises(RightMissing, match="read_orders"):
        ask(shop.api())


def test_it_waits_before_a_page_for_what_the_page_costs_and_is_refused_once_at_most(
    shop: Shop,
) -> None:
    shop.fill(100)
    shop.played.bucket = Bucket(shop.clock.now, size=1000, restored=50, left=0)
    assert walk(shop.api(), ALL_DAY[By.CREATION]) == list(range(1, 101))
    assert shop.played.calls.count("throttled") == 1
    assert len(shop.waits) == 5
    assert shop.waits[0] > 15
    assert all(0 < wait < 6 for wait in shop.waits[1:])


def test_it_does_not_wait_for_points_that_have_come_back_meanwhile(shop: Shop) -> None:
    shop.fill(45)
    shop.played.bucket = Bucket(shop.clock.now, size=1000, restored=50, left=1000)
    found = walk(shop.api(), ALL_DAY[By.CREATION], lambda: shop.clock.sleep(20))
    assert found == list(range(1, 46))
    assert shop.waits == []


def test_a_call_that_costs_more_than_shopify_allows_is_told(shop: Shop) -> None:
    shop.played.most_a_call = 500
    with pytest.raises(NotDone, match=r"allows no call that costs so much: Query cost is \d+"):
        shop.api().page(ALL_DAY[By.CHANGE], None)


def test_an_error_inside_shopify_passes(shop: Shop) -> None:
    error = {"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    shop.played.refused = Said(content={"errors": [error]})
    api = shop.api(client_id=None, access_token=SecretStr("shpat_1"))
    with pytest.raises(ShopUnreachable, match="try again later: Internal error"):
        api.page(ALL_DAY[By.CHANGE], None)


def test_a_token_that_has_lived_its_day_is_replaced_by_another_login(shop: Shop) -> None:
    shop.fill(1)
    api = shop.api()
    assert walk(api, ALL_DAY[By.CREATION]) == [1]
    shop.clock.sleep(25 * HOUR.total_seconds())
    assert walk(api, ALL_DAY[By.CREATION]) == [1]
    assert shop.played.calls.count("log_in") == 2


def test_a_new_token_that_is_refused_too_is_told(shop: Shop) -> None:
    def answer(asked: Asked) -> Said:
        is_login = asked.path == "/admin/oauth/access_token"
        return shop.played.answer(asked) if is_login else Said(status=401, content={"errors": "no"})

    with Loopback(answer) as server:
        shop.url = server.url
        with pytest.raises(CredentialsRefused, match="refuses the token"):
            shop.api().count(ALL_DAY[By.CREATION])
    assert shop.played.calls == ["log_in", "log_in"]


def test_nothing_is_asked_for_but_what_the_mapping_needs() -> None:
    asked: set[str] = set()

    class Names(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            if node.selection_set is None:
                asked.add(node.name.value)

    queries = [
        text
        for text in vars(shopify_orders).values()
        if isinstance(text, str) and text.lstrip().startswith("query ")
    ]
    for query in queries:
        document = parse(query)
        assert isinstance(document.definitions[0], OperationDefinitionNode)
        visit(document, Names())
    assert len(queries) == 7
    assert asked == set(
        "id legacyResourceId name createdAt updatedAt processedAt cancelledAt"
        " displayFinancialStatus displayFulfillmentStatus customerLocale tags sourceName test"
        " key value sku quantity currentQuantity requiresShipping amount currencyCode restockType"
        " hasNextPage endCursor count handle".split()
    )
