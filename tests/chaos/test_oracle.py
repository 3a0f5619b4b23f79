"""The oracle: which snapshots count, and what is left out, by examples worked out by hand."""

from datetime import datetime, timedelta

import pytest

from tests.chaos.connections import (
    CONNECTIONS,
    SHOPIFY_PLAIN,
    SHOPIFY_RICH,
    WOOCOMMERCE_PLAIN,
    WOOCOMMERCE_RICH,
)
from tests.chaos.example_bodies import Body, came, cases, clock, meta, refund, shopify, woocommerce
from tests.chaos.oracle import Arrival, Expected, expected

A, B, C = (woocommerce("10:00", meta_data=meta(_customer_group=name)) for name in "abc")
OTHER_PERSON = {"billing": {"first_name": "Test"}, "line_items": [{"id": 1}]}
OPEN, CLOSED = woocommerce("10:00", status="processing"), woocommerce("10:00", status="refunded")


@pytest.mark.parametrize(
    ("bodies", "group"),
    cases(
        {
            "the later received counts": ([A, B], "b"),
            "a third one too": ([A, B, C], "c"),
            "one that was seen changes nothing": ([A, B, A], "b"),
            "nor does one with other personal data": ([A, B, {**A, **OTHER_PERSON}], "b"),
            "one that was seen at another time is new": (
                [A, B, {**A, "date_modified_gmt": "2026-03-02T10:00:01"}],
                "a",
            ),
            "an older one changes no field": (
                [A, {**B, "date_modified_gmt": "2026-03-02T09:59:59"}],
                "a",
            ),
        }
    ),
)
def test_of_equal_times_the_later_received_counts_once(bodies: list[Body], group: str) -> None:
    assert came(WOOCOMMERCE_RICH, bodies).fields["order_tags"] == {"group": group}


READ = [
    {"tags": "b"},
    {"note_attributes": [{"name": "Delivery date", "value": "2026-03-10"}]},
    {"customer_locale": "de"},
    {"fulfillment_status": "fulfilled"},
    {"financial_status": "paid"},
    {"refunds": [refund("10:00", (1, 2, "return"))]},
]


@pytest.mark.parametrize("change", READ, ids=lambda change: next(iter(change)))
def test_what_the_mapping_reads_makes_another_snapshot(change: Body) -> None:
    before, after = shopify("11:00"), {**shopify("11:00"), **change}

    assert came(SHOPIFY_RICH, [before, after]) != came(SHOPIFY_RICH, [before])


def test_what_it_does_not_read_makes_none() -> None:
    first, second = shopify("10:00", tags="a"), shopify("10:00", tags="b")

    found = came(SHOPIFY_RICH, [first, second, {**first, "email": "test@example.com"}])

    assert found.fields["order_tags"] == {"b": "true"}


LATER_THE_SAME_SECOND = [
    {"meta_data": meta(_order_language="de")},
    {"refunds": [{"total": "-69.20"}]},
    {"status": "completed"},
]


@pytest.mark.parametrize("change", LATER_THE_SAME_SECOND, ids=lambda change: next(iter(change)))
def test_so_it_does_at_woocommerce(change: Body) -> None:
    before, after = woocommerce(), {**woocommerce(), **change}

    assert came(WOOCOMMERCE_RICH, [before, after]) != came(WOOCOMMERCE_RICH, [before])


def test_a_repeated_snapshot_reopens_nothing_but_a_new_one_of_the_same_time_does() -> None:
    assert came(WOOCOMMERCE_PLAIN, [OPEN, CLOSED, OPEN]).dead_letters == frozenset()
    assert came(WOOCOMMERCE_PLAIN, [CLOSED, OPEN]).dead_letters == {"reopened_after_refunded"}


def test_number_and_date_are_those_of_the_creation() -> None:
    bodies = [woocommerce(), woocommerce("10:00", number="2001-A")]

    found = came(WOOCOMMERCE_RICH, bodies)

    assert found == Expected(
        "W-2001",
        {
            "order_date": clock("09:00"),
            "order_url": "https://rich.example.org/",
            "boarding_complete": False,
        },
        (),
        frozenset(),
    )


NOT_SHIPPED = [{"id": 1, "quantity": 1, "requires_shipping": False}]


@pytest.mark.parametrize(
    ("connection", "body", "left"),
    cases(
        {
            "a test order": (SHOPIFY_PLAIN, shopify(test=True), True),
            "a sale over the counter": (SHOPIFY_PLAIN, shopify(source_name="pos"), True),
            "unless wanted": (SHOPIFY_RICH, shopify(source_name="pos"), False),
            "nothing to ship": (SHOPIFY_PLAIN, shopify(line_items=NOT_SHIPPED), True),
            "no lines at all": (SHOPIFY_PLAIN, shopify(line_items=[]), False),
            "a draft": (WOOCOMMERCE_RICH, woocommerce(status="checkout-draft"), True),
            "a failed one": (WOOCOMMERCE_RICH, woocommerce(status="failed"), True),
            "one in the trash": (WOOCOMMERCE_RICH, woocommerce(status="trash"), True),
            "a pending one": (WOOCOMMERCE_PLAIN, woocommerce(status="pending"), True),
            "unless wanted too": (WOOCOMMERCE_RICH, woocommerce(status="pending"), False),
            "cancelled, never paid": (WOOCOMMERCE_PLAIN, woocommerce(status="cancelled"), True),
            "cancelled, but paid": (
                WOOCOMMERCE_PLAIN,
                woocommerce(status="cancelled", date_paid_gmt="2026-03-02T09:30:00"),
                False,
            ),
            "before the connection began": (
                WOOCOMMERCE_RICH,
                woocommerce(date_created_gmt="2026-02-28T23:59:59"),
                True,
            ),
            "at its beginning": (
                WOOCOMMERCE_RICH,
                woocommerce(date_created_gmt="2026-03-01T00:00:00"),
                False,
            ),
        }
    ),
)
def test_what_is_left_out(connection: str, body: Body, left: bool) -> None:
    assert (came(connection, [body]).order_id is None) is left


@pytest.mark.parametrize(
    ("connection", "days"), [(SHOPIFY_PLAIN, 90), (SHOPIFY_RICH, 30)], ids=["by default", "set"]
)
def test_an_old_order_is_left_out_from_its_receipt(connection: str, days: int) -> None:
    created = datetime.fromisoformat(clock("09:00"))

    def is_there(age: timedelta) -> bool:
        arrival = Arrival("orders/updated", shopify(), created + age)
        return expected(CONNECTIONS[connection], [arrival]).order_id is not None

    assert is_there(timedelta(days=days))
    assert not is_there(timedelta(days=days, seconds=1))


def test_a_known_order_is_not_left_out() -> None:
    bodies = [woocommerce(), woocommerce("10:00", status="trash", date_paid_gmt=PAID_AT)]

    assert came(WOOCOMMERCE_PLAIN, bodies).states == (("paid", clock("09:30")),)


def test_the_first_snapshot_is_the_first_that_was_not_left_out() -> None:
    paid: Body = {"financial_status": "paid", "processed_at": "2026-03-02T09:10:00Z"}
    bodies = [shopify("10:00", source_name="pos"), shopify("10:30", **paid)]

    assert came(SHOPIFY_PLAIN, bodies).states == (("paid", clock("09:10")),)


def test_a_snapshot_that_was_left_out_was_not_seen() -> None:
    cancelled = woocommerce("10:00", status="cancelled")
    bodies = [cancelled, woocommerce("10:00"), cancelled]

    assert came(WOOCOMMERCE_PLAIN, bodies).states == (("cancelled", clock("10:00")),)


PAID_AT = "2026-03-02T09:30:00"
ERROR = {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 401}}


@pytest.mark.parametrize(
    ("connection", "body"),
    cases(
        {
            "no id": (SHOPIFY_PLAIN, shopify(id=None)),
            "no name": (SHOPIFY_PLAIN, shopify(name="")),
            "no creation": (SHOPIFY_PLAIN, shopify(created_at=None)),
            "no update": (SHOPIFY_PLAIN, {**shopify(), "updated_at": "yesterday"}),
            "no object": (SHOPIFY_PLAIN, [shopify()]),
            "no number": (WOOCOMMERCE_PLAIN, woocommerce(number=None)),
            "version 1, without GMT": (WOOCOMMERCE_PLAIN, woocommerce(date_created_gmt=None)),
            "the legacy API": (WOOCOMMERCE_PLAIN, {"order": woocommerce()}),
        }
    ),
)
def test_an_unreadable_order_is_a_dead_letter(connection: str, body: object) -> None:
    assert came(connection, [body]) == Expected(None, {}, (), frozenset({"unreadable_order"}))


@pytest.mark.parametrize(
    ("connection", "topics"),
    [
        (SHOPIFY_PLAIN, "create updated paid cancelled fulfilled partially_fulfilled"),
        (WOOCOMMERCE_PLAIN, "created updated restored"),
    ],
)
def test_every_topic_of_an_order_creates_it(connection: str, topics: str) -> None:
    prefix, body = (
        ("orders/", shopify()) if connection == SHOPIFY_PLAIN else ("order.", woocommerce())
    )

    for topic in topics.split():
        arrival = Arrival(prefix + topic, body, datetime.fromisoformat(clock("20:00")))
        assert expected(CONNECTIONS[connection], [arrival]).order_id is not None


@pytest.mark.parametrize(
    ("connection", "topic", "body"),
    cases(
        {
            "a draft order": (SHOPIFY_PLAIN, "draft_orders/create", shopify()),
            "an edit": (SHOPIFY_PLAIN, "orders/edited", shopify()),
            "a Shopify deletion": (SHOPIFY_PLAIN, "orders/delete", {"id": 820982911946154508}),
            "a subscription": (WOOCOMMERCE_PLAIN, "subscription.created", woocommerce()),
            "a deletion": (WOOCOMMERCE_PLAIN, "order.deleted", {"id": 7001}),
            "an error body": (WOOCOMMERCE_PLAIN, "order.updated", ERROR),
        }
    ),
)
def test_what_is_no_order_changes_nothing(connection: str, topic: str, body: object) -> None:
    at = datetime.fromisoformat(clock("20:00"))
    known = shopify() if connection == SHOPIFY_PLAIN else woocommerce()
    order = Arrival("orders/paid" if connection == SHOPIFY_PLAIN else "order.restored", known, at)
    settings = CONNECTIONS[connection]

    assert expected(settings, [Arrival(topic, body, at)]).order_id is None
    assert expected(settings, [order, Arrival(topic, body, at)]) == expected(settings, [order])
