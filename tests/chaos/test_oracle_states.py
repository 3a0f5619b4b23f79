"""The oracle's states and their times, against examples worked out by hand from the mapping."""

import pytest

from tests.chaos.connections import (
    SHOPIFY_PLAIN,
    SHOPIFY_RICH,
    WOOCOMMERCE_PLAIN,
    WOOCOMMERCE_RICH,
)
from tests.chaos.example_bodies import Body, came, cases, clock, line, refund, shopify, woocommerce

PAID: Body = {"financial_status": "paid"}
CANCELLED_AT = {"cancelled_at": "2026-03-02T12:00:00Z"}
ALL_BACK = {"refunds": [refund("12:00", (1, 2, "return"))]}
REFUNDED = {"financial_status": "refunded"}

SHOPIFY_STATES = {
    "an unpaid order has no state": ([shopify()], {}),
    "paid in its first snapshot is dated when it was processed": (
        [shopify("10:00", **PAID, processed_at="2026-03-02T09:05:00Z")],
        {"paid": "09:05"},
    ),
    "else when it was created": ([shopify("10:00", **PAID)], {"paid": "09:00"}),
    "paid later is dated by the update": (
        [shopify(), shopify("10:00", **PAID, processed_at="2026-03-02T09:05:00Z")],
        {"paid": "10:00"},
    ),
    "by the first update received that shows it": (
        [shopify(), shopify("11:00", **PAID), shopify("10:00", **PAID)],
        {"paid": "11:00"},
    ),
    "an older snapshot may be the first that shows it": (
        [shopify("11:00"), shopify("10:00", **PAID)],
        {"paid": "10:00"},
    ),
    "authorized is not paid": ([shopify(financial_status="authorized")], {}),
    "paid in part is not paid": ([shopify(financial_status="partially_paid")], {}),
    "a voided payment changes nothing": (
        [shopify(**PAID), shopify("10:00", financial_status="voided")],
        {"paid": "09:00"},
    ),
    "refunded in part is paid": (
        [shopify(financial_status="partially_refunded", refunds=[refund("12:00")])],
        {"paid": "09:00"},
    ),
    "refunded in full is paid and refunded at the last refund": (
        [shopify("15:00", **REFUNDED, refunds=[refund("14:00"), refund("12:00")])],
        {"paid": "09:00", "refunded": "14:00"},
    ),
    "or at the update if no refund tells": (
        [shopify("15:00", **REFUNDED)],
        {"paid": "09:00", "refunded": "15:00"},
    ),
    "an older snapshot adds no end": (
        [shopify("15:00"), shopify("12:00", **REFUNDED)],
        {"paid": "12:00"},
    ),
    "a cancelled order was paid": (
        [shopify("13:00", **REFUNDED, **CANCELLED_AT, **ALL_BACK)],
        {"paid": "09:00", "cancelled": "12:00"},
    ),
    "or not": (
        [shopify("13:00", financial_status="voided", **CANCELLED_AT)],
        {"cancelled": "12:00"},
    ),
    "after a refund it may still be cancelled": (
        [shopify("11:00", **REFUNDED), shopify("13:00", **REFUNDED, **CANCELLED_AT)],
        {"paid": "09:00", "refunded": "11:00", "cancelled": "12:00"},
    ),
    "returned when all is back": ([shopify("13:00", **ALL_BACK)], {"returned": "12:00"}),
    "at the last return, though a refund without one came later": (
        [
            shopify(
                "15:00",
                line_items=[line(1, 3)],
                refunds=[
                    refund("14:00", (1, 1, "no_restock")),
                    refund("11:00", (1, 1, "return")),
                    refund("12:00", (1, 1, "return")),
                ],
            )
        ],
        {"returned": "12:00"},
    ),
    "not if a unit was not refunded": (
        [shopify("13:00", refunds=[refund("12:00", (1, 1, "return"))])],
        {},
    ),
    "not if a line was not refunded": (
        [shopify("13:00", line_items=[line(1, 2), line(2, 1)], **ALL_BACK)],
        {},
    ),
    "not if nothing came back": (
        [shopify("13:00", refunds=[refund("12:00", (1, 1, "cancel"), (1, 1, "no_restock"))])],
        {},
    ),
    "not if what came back was no unit": (
        [shopify("13:00", refunds=[refund("12:00", (1, 2, "cancel"), (1, 0, "return"))])],
        {},
    ),
    "though the current quantity tells of no refund": (
        [shopify("13:00", line_items=[line(1, 2, current_quantity=2)], **ALL_BACK)],
        {"returned": "12:00"},
    ),
    "what an edit removed need not come back": (
        [
            shopify(
                "13:00",
                line_items=[line(1, 3, current_quantity=0), line(2, 5, current_quantity=0)],
                **ALL_BACK,
            )
        ],
        {"returned": "12:00"},
    ),
    "what is left after an edit must": (
        [shopify("13:00", line_items=[line(1, 4, current_quantity=1)], **ALL_BACK)],
        {},
    ),
    "a line that isn't shipped need not come back": (
        [
            shopify(
                "13:00", line_items=[line(1, 2), line(2, 1, requires_shipping=False)], **ALL_BACK
            )
        ],
        {"returned": "12:00"},
    ),
    "and its return is none": (
        [
            shopify(
                "13:00",
                line_items=[line(1, 2), line(2, 1, requires_shipping=False)],
                refunds=[refund("12:00", (1, 2, "cancel"), (2, 1, "return"))],
            )
        ],
        {},
    ),
    "returned, then refunded": (
        [shopify("15:00", **REFUNDED, refunds=[*ALL_BACK["refunds"], refund("14:00")])],
        {"paid": "09:00", "returned": "12:00", "refunded": "14:00"},
    ),
    "refunded, then not returned any more": (
        [shopify("11:00", **REFUNDED), shopify("13:00", **REFUNDED, **ALL_BACK)],
        {"paid": "09:00", "refunded": "11:00"},
    ),
    "no state before the order": (
        [shopify("10:00", **PAID, processed_at="2026-03-02T08:00:00Z")],
        {"paid": "09:00"},
    ),
    "nor after a higher one": (
        [shopify("13:00", **PAID, processed_at="2026-03-02T12:30:00Z", **CANCELLED_AT)],
        {"paid": "12:00", "cancelled": "12:00"},
    ),
    "nor after the delivery came": (
        [shopify("21:00", **REFUNDED, processed_at="2026-03-02T20:30:00Z")],
        {"paid": "20:00", "refunded": "20:00"},
    ),
}

RICH_SHOPIFY_STATES = {
    "each tag is its state": (
        [
            shopify("10:00", tags="in-production"),
            shopify("11:00", tags="vip, at-warehouse"),
            shopify("12:00", tags="packing"),
        ],
        {"in_production": "10:00", "warehouse_handover": "11:00", "in_preparation": "12:00"},
    ),
    "two tags are two states": (
        [shopify("10:00", tags="packing, in-production")],
        {"in_production": "10:00", "in_preparation": "10:00"},
    ),
    "a tag that goes takes nothing back": (
        [shopify("10:00", tags="packing"), shopify("11:00")],
        {"in_preparation": "10:00"},
    ),
    "an older step that lies ahead is added": (
        [shopify("11:00", tags="in-production"), shopify("10:00", tags="packing")],
        {"in_production": "11:00", "in_preparation": "10:00"},
    ),
    "an older step that lies behind is not": (
        [shopify("11:00", tags="packing"), shopify("10:00", tags="in-production")],
        {"in_preparation": "11:00"},
    ),
    "cash on delivery is never paid": (
        [shopify("10:00", tags="packing"), shopify("11:00", tags="packing", **PAID)],
        {"in_preparation": "10:00"},
    ),
    "a cancelled order has no mapped state": (
        [shopify("13:00", tags="packing", **PAID, **CANCELLED_AT)],
        {"paid": "09:00", "cancelled": "12:00"},
    ),
}


def at(time: str) -> Body:
    return {"date_paid_gmt": f"2026-03-02T{time}:00"}


REFUNDS = {"refunds": [{"total": "-60.00"}, {"total": "-9.20"}]}

WOOCOMMERCE_STATES = {
    "on hold is no state": ([woocommerce()], {}),
    "paid and being packed": (
        [woocommerce("10:00", status="processing", **at("09:30"))],
        {"paid": "09:30", "in_preparation": "10:00"},
    ),
    "paid no later than it is packed": (
        [woocommerce("10:00", status="processing", **at("10:01"))],
        {"paid": "10:00", "in_preparation": "10:00"},
    ),
    "completed is no state of its own": (
        [woocommerce("10:00", status="completed", **at("09:30"))],
        {"paid": "09:30"},
    ),
    "an older processing lies ahead": (
        [
            woocommerce("11:00", status="completed", **at("09:30")),
            woocommerce("10:00", status="processing", **at("09:30")),
        ],
        {"paid": "09:30", "in_preparation": "10:00"},
    ),
    "refunded by status": ([woocommerce("10:00", status="refunded")], {"refunded": "10:00"}),
    "refunded by sums, whatever the status": (
        [woocommerce("10:00", status="processing", **REFUNDS)],
        {"in_preparation": "10:00", "refunded": "10:00"},
    ),
    "refunded in part is no state": (
        [woocommerce("10:00", refunds=[{"total": "-69.19"}])],
        {},
    ),
    "nothing to refund is not refunded": (
        [woocommerce("10:00", total="0.00", refunds=[{"total": "0.00"}])],
        {},
    ),
    "cancelled and paid, not refunded": (
        [woocommerce("10:00", status="cancelled", **REFUNDS, **at("09:30"))],
        {"paid": "09:30", "cancelled": "10:00"},
    ),
    "cancelled after it was known": (
        [woocommerce(), woocommerce("10:00", status="cancelled")],
        {"cancelled": "10:00"},
    ),
    "the same end again changes nothing": (
        [woocommerce("10:00", status="refunded"), woocommerce("11:00", status="refunded")],
        {"refunded": "10:00"},
    ),
    "an older body takes no end back": (
        [woocommerce("11:00", status="refunded"), woocommerce("10:00", status="processing")],
        {"refunded": "11:00"},
    ),
}

RICH_WOOCOMMERCE_STATES = {
    "each status is its state": (
        [
            woocommerce("10:00", status="in-production"),
            woocommerce("11:00", status="handed-over"),
            woocommerce("12:00", status="packing"),
            woocommerce("13:00", status="parcel-returned"),
        ],
        {
            "in_production": "10:00",
            "warehouse_handover": "11:00",
            "in_preparation": "12:00",
            "returned": "13:00",
        },
    ),
    "a step is skipped": (
        [woocommerce("10:00", status="processing"), woocommerce("11:00", status="in-production")],
        {"in_preparation": "10:00"},
    ),
}


@pytest.mark.parametrize(
    ("connection", "bodies", "states"),
    [
        pytest.param(connection, *row, id=f"{connection}: {text}")
        for connection, table in (
            (SHOPIFY_PLAIN, SHOPIFY_STATES),
            (SHOPIFY_RICH, RICH_SHOPIFY_STATES),
            (WOOCOMMERCE_PLAIN, WOOCOMMERCE_STATES),
            (WOOCOMMERCE_RICH, RICH_WOOCOMMERCE_STATES),
        )
        for text, row in table.items()
    ],
)
def test_the_states_and_their_times(
    connection: str, bodies: list[Body], states: dict[str, str]
) -> None:
    found = came(connection, bodies)

    assert found.states == tuple((state, clock(time)) for state, time in states.items())
    assert found.dead_letters == frozenset()


@pytest.mark.parametrize(
    ("statuses", "ends"),
    cases(
        {
            "a late payment": (["on-hold", "cancelled", "processing"], ["cancelled"]),
            "only once": (["on-hold", "cancelled", "processing", "completed"], ["cancelled"]),
            "a refund after a cancellation": (["on-hold", "cancelled", "refunded"], ["cancelled"]),
            "a return after a refund": (["refunded", "parcel-returned"], ["refunded"]),
            "completed after a return": (["parcel-returned", "completed"], ["returned"]),
            "the highest end counts": (
                ["refunded", "cancelled", "completed"],
                ["refunded", "cancelled"],
            ),
        }
    ),
)
def test_a_reopened_order_gets_no_state_but_a_dead_letter(
    statuses: list[str], ends: list[str]
) -> None:
    bodies = [woocommerce(f"1{n}:00", status=status) for n, status in enumerate(statuses)]

    found = came(WOOCOMMERCE_RICH, bodies)

    assert found.dead_letters == {f"reopened_after_{ends[-1]}"}
    assert [state for state, _ in found.states] == ends
    assert found.fields["boarding_complete"] == ("completed" in statuses)
