"""The invented lives: repeatable, of every kind, and told as the shops tell them."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.receiving import read_receiving
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import Kind, NotAnOrder, UnreadableOrder
from tests.chaos.connections import (
    CONNECTIONS,
    SHOPIFY_PLAIN,
    SHOPIFY_RICH,
    STATUS_RETURNED,
    WOOCOMMERCE_PLAIN,
    WOOCOMMERCE_RICH,
)
from tests.chaos.kinds import (
    SHOPIFY_KINDS,
    START,
    WOOCOMMERCE_KINDS,
    Life,
    is_unreadable,
    live,
    refunded,
    seen,
)
from tests.chaos.lives import Change, Delivery, deliveries, headers
from tests.chaos.lives.shopify import ShopifyOrder
from tests.chaos.lives.woocommerce import WooCommerceOrder

LIVES = 200
"""Of each connection: 400 of each platform."""

WHOLE_ORDER_TOPICS = {
    *("orders/create", "orders/updated", "orders/paid", "orders/cancelled"),
    *("orders/fulfilled", "orders/partially_fulfilled"),
    *("order.created", "order.updated", "order.restored"),
}

type Lives = Mapping[str, Sequence[Life]]
"""Those of each connection."""


@pytest.fixture(scope="module")
def lives() -> Lives:
    return {name: [live(name, order) for order in range(LIVES)] for name in CONNECTIONS}


@pytest.fixture(scope="module")
def all_lives(lives: Lives) -> Sequence[Life]:
    return [life for of_connection in lives.values() for life in of_connection]


@pytest.fixture(scope="module")
def sent(all_lives: Sequence[Life]) -> Sequence[Delivery]:
    return [delivery for life in all_lives for delivery in life.sent]


# From a seed


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_seed_gives_the_same_lives_again(connection: str) -> None:
    first, second = ([live(connection, order, "a") for order in range(9)] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_another_seed_gives_other_lives(connection: str) -> None:
    assert live(connection, 7, "a").sent != live(connection, 7, "b").sent


def test_the_two_shops_of_one_account_have_numbers_in_common(lives: Lives) -> None:
    shopify = {life.last["name"] for life in lives[SHOPIFY_RICH]}
    woocommerce = {life.last["number"] for life in lives[WOOCOMMERCE_RICH]}
    assert len(shopify) == len(woocommerce) == LIVES
    assert len(shopify & woocommerce) > LIVES / 3


# Kinds of lives


@pytest.mark.parametrize("kind", SHOPIFY_KINDS)
def test_a_shopify_order_may_be(lives: Lives, kind: str) -> None:
    assert any(map(SHOPIFY_KINDS[kind], [*lives[SHOPIFY_PLAIN], *lives[SHOPIFY_RICH]]))


@pytest.mark.parametrize("kind", WOOCOMMERCE_KINDS)
def test_a_woocommerce_order_may_be(lives: Lives, kind: str) -> None:
    assert any(map(WOOCOMMERCE_KINDS[kind], [*lives[WOOCOMMERCE_PLAIN], *lives[WOOCOMMERCE_RICH]]))


# The truth in the shop

MONDAY = datetime(2026, 3, 23, 9, 0, 0, 500_000, tzinfo=UTC)
MONDAY_AT_SHOPIFY = "2026-03-23T10:00:00+01:00"
MONDAY_AT_WOOCOMMERCE = "2026-03-23T09:00:00"

OPERATIONS: list[tuple[type[Any], str, dict[str, object]]] = [
    (ShopifyOrder, "pay", {"financial_status": "paid", "cancelled_at": None}),
    (ShopifyOrder, "pay_in_part", {"financial_status": "partially_paid"}),
    (ShopifyOrder, "void", {"financial_status": "voided"}),
    (ShopifyOrder, "ship_all", {"fulfillment_status": "fulfilled"}),
    (ShopifyOrder, "ship_all add_line", {"fulfillment_status": "partial"}),
    (ShopifyOrder, "pay refund_all", {"financial_status": "refunded"}),
    (ShopifyOrder, "pay ship_all cancel", {"cancelled_at": MONDAY_AT_SHOPIFY}),
    (ShopifyOrder, "touch", {"financial_status": "pending", "fulfillment_status": None}),
    (WooCommerceOrder, "start_unpaid", {"status": "processing", "date_paid_gmt": None}),
    (
        WooCommerceOrder,
        "start_unpaid complete",
        {"status": "completed", "date_paid_gmt": MONDAY_AT_WOOCOMMERCE},
    ),
    (WooCommerceOrder, "cancel", {"status": "cancelled", "date_paid_gmt": None}),
    (
        WooCommerceOrder,
        "cancel reopen",
        {"status": "processing", "date_paid_gmt": MONDAY_AT_WOOCOMMERCE},
    ),
    (WooCommerceOrder, "complete take_back", {"status": STATUS_RETURNED}),
    (WooCommerceOrder, "start_unpaid trash", {"status": "trash"}),
    (WooCommerceOrder, "start_unpaid trash restore", {"status": "processing"}),
    (WooCommerceOrder, "mark_refunded", {"status": "refunded", "refunds": []}),
    (WooCommerceOrder, "touch", {"status": "pending", "refunds": []}),
]


@pytest.mark.parametrize(
    ("kind", "operations", "shown"), OPERATIONS, ids=[f"{k.__name__}-{o}" for k, o, _ in OPERATIONS]
)
def test_the_body_shows_what_was_done(
    kind: type[Any], operations: str, shown: dict[str, object]
) -> None:
    for seed in range(20):
        dice = Random(f"lines {seed}")
        order = kind(random=dice, connection="any", order=seed, created=START)
        for operation in operations.split():
            getattr(order, operation)(MONDAY)
        assert order.body() | shown == order.body()


TOPICS: dict[str, Callable[[dict[str, Any]], object]] = {
    "orders/paid": lambda body: body["financial_status"] == "paid",
    "orders/cancelled": lambda body: body["cancelled_at"],
    "orders/fulfilled": lambda body: body["fulfillment_status"] == "fulfilled",
    "orders/partially_fulfilled": lambda body: body["fulfillment_status"] == "partial",
    "refunds/create": lambda body: body["refunds"],
    "order.deleted": lambda body: body["status"] == "trash",
    "order.restored": lambda body: body["status"] != "trash",
}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_change_shows_what_its_topic_says(all_lives: Sequence[Life], topic: str) -> None:
    raising = [c for life in all_lives for c in life.changes if topic in c.topics]
    assert raising
    assert all(TOPICS[topic](change.body) for change in raising)


def test_changes_come_one_after_another_from_the_start(all_lives: Sequence[Life]) -> None:
    for life in all_lives:
        times = [change.at for change in life.changes]
        assert times[0] == START
        assert times == sorted(set(times))


def test_the_bodies_of_a_life_share_nothing(all_lives: Sequence[Life]) -> None:
    for life in all_lives[::8]:
        parts = [{id(part) for part in containers(body)} for body in life.bodies]
        assert len(set[int]().union(*parts)) == sum(map(len, parts))


def containers(value: object) -> Iterator[object]:
    """All lists and objects of a body, which alone can be changed."""
    if isinstance(value, dict | list):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from containers(part)


def test_a_unit_of_shopify_is_current_or_removed_or_refunded(lives: Lives) -> None:
    for life in [*lives[SHOPIFY_PLAIN], *lives[SHOPIFY_RICH]]:
        back: Counter[int] = Counter()
        for refund in life.last["refunds"]:
            for line in refund["refund_line_items"]:
                back[line["line_item_id"]] += line["quantity"]
        for line in life.last["line_items"]:
            assert 0 <= line["fulfillable_quantity"] <= line["current_quantity"]
            assert line["current_quantity"] + back[line["id"]] <= line["quantity"]


def test_most_cancelled_orders_of_shopify_are_refunded_or_voided(lives: Lives) -> None:
    bodies = [life.last for life in [*lives[SHOPIFY_PLAIN], *lives[SHOPIFY_RICH]]]
    statuses = [body["financial_status"] for body in bodies if body["cancelled_at"]]
    ended = [status for status in statuses if status in ("refunded", "voided")]
    assert len(statuses) / 2 < len(ended) < len(statuses)


def test_refunds_of_woocommerce_leave_the_total_and_do_not_exceed_it(lives: Lives) -> None:
    for life in [*lives[WOOCOMMERCE_PLAIN], *lives[WOOCOMMERCE_RICH]]:
        for before, after in pairwise(life.bodies):
            assert refunded(after) <= Decimal(after["total"])
            assert not before["refunds"] or before["total"] == after["total"]


# What arrives


def test_deliveries_come_by_time_and_never_before_the_order(all_lives: Sequence[Life]) -> None:
    for life in all_lives:
        times = [delivery.at for delivery in life.sent]
        assert times
        assert times == sorted(times)
        assert times[0] >= START
        assert times[-1] <= life.changes[-1].at + timedelta(days=2)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_some_deliveries_are_lost_some_repeated(lives: Lives, connection: str) -> None:
    distinct = sum(len({(d.topic, d.body) for d in life.sent}) for life in lives[connection])
    assert 0.5 < distinct / sum(len(life.topics) for life in lives[connection]) < 0.99
    assert any(len(life.sent) > len(life.topics) for life in lives[connection])


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_something_of_a_short_life_arrives(lives: Lives, connection: str) -> None:
    short = next(c for life in lives[connection] for c in life.changes if len(c.topics) == 1)
    dice = [Random(f"short {seed}") for seed in range(200)]
    assert all(deliveries(random, connection, [short]) for random in dice)


@pytest.mark.parametrize(
    ("connection", "field"),
    [(SHOPIFY_PLAIN, "updated_at"), (WOOCOMMERCE_PLAIN, "date_modified_gmt")],
)
def test_some_deliveries_are_overtaken(lives: Lives, connection: str, field: str) -> None:
    shown = [[seen(d) for d in life.sent] for life in lives[connection]]
    times = [[body[field] for body in bodies if field in body] for bodies in shown]
    overtaken = [stamps for stamps in times if stamps != sorted(stamps)]
    assert LIVES / 20 < len(overtaken) < LIVES * 0.8


def test_updated_may_come_before_created(lives: Lives) -> None:
    first = Counter(life.sent[0].topic for life in lives[WOOCOMMERCE_PLAIN])
    assert min(first["order.created"], first["order.updated"]) > LIVES / 5


def test_one_body_comes_under_several_topics(all_lives: Sequence[Life]) -> None:
    topics = [{d.topic for d in life.sent if d.body == life.sent[0].body} for life in all_lives]
    assert sum(len(of_body) > 1 for of_body in topics) > len(all_lives) / 4


def test_woocommerce_builds_a_body_when_it_sends_it(lives: Lives) -> None:
    late = ("completed", "refunded", "trash")
    created = [
        seen(d).get("status")
        for life in lives[WOOCOMMERCE_PLAIN]
        for d in life.sent
        if d.topic == "order.created" and life.bodies[0]["status"] == "pending"
    ]
    assert any(status in late for status in created)


def test_two_changes_of_a_woocommerce_order_may_become_one_delivery() -> None:
    bodies: list[dict[str, object]] = [
        {"id": 1, "status": status} for status in ("on-hold", "completed")
    ]
    at = [START, START + timedelta(milliseconds=1)]
    changes = [Change(*change) for change in zip(at, [("order.updated",)] * 2, bodies, strict=True)]
    dice = [Random(f"quick {seed}") for seed in range(200)]
    sent = [deliveries(random, WOOCOMMERCE_PLAIN, changes) for random in dice]
    single = [seen(delivery) for [delivery] in (one for one in sent if len(one) == 1)]
    assert len(single) > 160
    assert {body.get("status") for body in single} <= {"completed", None}


# What the bodies hold


def test_topics_that_do_not_bring_the_whole_order_bring_little(sent: Sequence[Delivery]) -> None:
    others = [delivery for delivery in sent if delivery.topic not in WHOLE_ORDER_TOPICS]
    assert {d.topic for d in others} == {
        "orders/delete",
        "orders/edited",
        "refunds/create",
        "order.deleted",
    }
    assert all({"name", "number"}.isdisjoint(seen(delivery)) for delivery in others)
    deletions = [seen(d) for d in others if d.topic.endswith(("/delete", ".deleted"))]
    assert all(list(body) == ["id"] for body in deletions)


def test_shopify_escapes_slash_and_ampersand(sent: Sequence[Delivery]) -> None:
    bodies = [delivery.body for delivery in sent if "/" in delivery.topic]
    assert not any(b"&" in body or b"/" in body.replace(b"\\/", b"") for body in bodies)
    assert any(not body.isascii() for body in bodies)


def test_woocommerce_escapes_slash_and_all_that_is_not_ascii(sent: Sequence[Delivery]) -> None:
    bodies = [delivery.body for delivery in sent if "." in delivery.topic]
    assert not any(b"/" in body.replace(b"\\/", b"") for body in bodies)
    assert all(body.isascii() for body in bodies)


def test_each_whole_order_holds_personal_data(all_lives: Sequence[Life]) -> None:
    for life in all_lives:
        for body in life.bodies:
            assert "@example.org" in json.dumps(body)
            assert "Person-" in json.dumps(body)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_the_adapter_reads_every_order_but_the_broken_ones(lives: Lives, connection: str) -> None:
    document = read_connection(connection, CONNECTIONS[connection])
    names = read_receiving(document.receiving_text(), platforms=SHOPS).names
    shop = SHOPS[document.platform]
    unread: Counter[str] = Counter()
    for delivery in (d for life in lives[connection] for d in life.sent):
        kind = shop.recognise(headers(delivery, "any")).kind
        if kind is not Kind.ORDER:
            continue
        try:
            projected = shop.project(kind, seen(delivery), names)
        except (NotAnOrder, UnreadableOrder) as error:
            assert is_unreadable(delivery) or "code" in seen(delivery)
            unread[type(error).__name__] += 1
        else:
            assert projected.order == delivery.order
            assert shop.read_snapshot(projected.projection, document).order == delivery.order
    broken = {"NotAnOrder", "UnreadableOrder"} if document.platform == "woocommerce" else set()
    assert set(unread) == broken


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_the_adapter_knows_the_signature(lives: Lives, connection: str) -> None:
    shop = SHOPS[str(CONNECTIONS[connection]["platform"])]
    for delivery in lives[connection][0].sent:
        signed = headers(delivery, "the secret")
        assert signed == {name.lower(): value for name, value in signed.items()}
        assert shop.is_authentic(signed, delivery.body, ["another", "the secret"])
        assert not shop.is_authentic(signed, delivery.body, ["another"])
        assert not shop.is_authentic(signed, delivery.body + b" ", ["the secret"])
