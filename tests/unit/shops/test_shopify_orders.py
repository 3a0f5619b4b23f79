from datetime import datetime

import pytest

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.settings import MappingSettings
from tests.unit.shops.orders import (
    UPDATED,
    projected,
    shopify_line,
    shopify_order,
    shopify_refund,
    snapshot_of,
)

CANCELLED = "2026-03-04T09:00:00+01:00"
FIRST_REFUND, LAST_REFUND = "2026-03-04T08:00:00+01:00", "2026-03-05T11:00:00+01:00"
BY_TAG = MappingSettings(
    state_tags={"in work": State.IN_PRODUCTION, "picked:yes": State.IN_PREPARATION}
)
TWO_REFUNDS = [shopify_refund(at=LAST_REFUND), shopify_refund(at=FIRST_REFUND)]


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        pytest.param({"financial_status": "pending"}, {}, id="pending is no state"),
        pytest.param({"financial_status": "authorized"}, {}, id="nor is authorized"),
        pytest.param({"financial_status": "partially_paid"}, {}, id="nor is partially_paid"),
        pytest.param({"financial_status": "voided"}, {}, id="nor is voided"),
        pytest.param({"financial_status": None}, {}, id="nor is null"),
        pytest.param({"financial_status": {"x": 1}}, {}, id="nor is an object"),
        pytest.param({"financial_status": "paid"}, {"paid": UPDATED}, id="paid"),
        pytest.param(
            {"financial_status": "partially_refunded", "refunds": TWO_REFUNDS},
            {"paid": UPDATED}, id="a partial refund leaves it paid",
        ),
        pytest.param(
            {"financial_status": "refunded", "refunds": TWO_REFUNDS},
            {"paid": UPDATED, "refunded": LAST_REFUND}, id="refunded at the last refund",
        ),
        pytest.param(
            {"financial_status": "refunded"},
            {"paid": UPDATED, "refunded": UPDATED}, id="refunded without a refund: now",
        ),
        pytest.param(
            {"financial_status": "refunded", "refunds": [{"created_at": None}]},
            {"paid": UPDATED, "refunded": UPDATED}, id="a refund without a time: now",
        ),
        pytest.param({"cancelled_at": CANCELLED}, {"cancelled": CANCELLED}, id="cancelled"),
        pytest.param(
            {"cancelled_at": CANCELLED, "financial_status": "refunded", "refunds": TWO_REFUNDS},
            {"paid": UPDATED, "cancelled": CANCELLED}, id="cancelled is not refunded too",
        ),
        pytest.param({"cancelled_at": "then"}, {"cancelled": UPDATED}, id="cancelled somewhen"),
        pytest.param({"tags": "vip, in work"}, {"in_production": UPDATED}, id="by tag"),
        pytest.param(
            {"tags": "picked:yes, in work"},
            {"in_production": UPDATED, "in_preparation": UPDATED}, id="by two tags, one with colon",
        ),
        pytest.param({"fulfillment_status": "partial"}, {}, id="partly shipped is no state"),
        pytest.param({"fulfillment_status": "fulfilled"}, {}, id="nor is shipped"),
    ],
)  # fmt: skip
def test_states(changes: dict[str, object], states: dict[str, str]) -> None:
    shown = snapshot_of("shopify", shopify_order(**changes), BY_TAG).states
    assert shown == {State(s): datetime.fromisoformat(at) for s, at in states.items()}


MUG, BOOK, TIP = 11, 12, 13
ALL_OF_TWO = [shopify_refund((MUG, 2, "return"))]


@pytest.mark.parametrize(
    ("lines", "refunds", "returned"),
    [
        pytest.param(
            [shopify_line(MUG, 2, current_quantity=0)], ALL_OF_TWO, FIRST_REFUND,
            id="all units came back: current_quantity is 0",
        ),
        pytest.param(
            [shopify_line(MUG, 2)], ALL_OF_TWO, FIRST_REFUND, id="without a current_quantity"
        ),
        pytest.param(
            [shopify_line(MUG, 2, current_quantity=2)], ALL_OF_TWO, FIRST_REFUND,
            id="with a current_quantity that ignores refunds",
        ),
        pytest.param(
            [shopify_line(MUG, 2, current_quantity=1)],
            [shopify_refund((MUG, 1, "return"))], None,
            id="one of two came back, the other is with the customer",
        ),
        pytest.param(
            [shopify_line(MUG, 2)], [shopify_refund((MUG, 1, "return"))], None,
            id="the same without a current_quantity",
        ),
        pytest.param(
            [shopify_line(MUG, 2, current_quantity=0)],
            [shopify_refund((MUG, 1, "return"))], FIRST_REFUND,
            id="one was removed by an edit, the other came back",
        ),
        pytest.param(
            [shopify_line(MUG, 2, current_quantity=0)],
            [shopify_refund((MUG, 1, "no_restock")), shopify_refund((MUG, 1, "return"))],
            FIRST_REFUND, id="the same where the edit made a refund of its own",
        ),
        pytest.param(
            [shopify_line(MUG, 3, current_quantity=1)],
            [shopify_refund((MUG, 1, "return"))], None,
            id="one was removed, one came back, one is with the customer",
        ),
        pytest.param(
            [shopify_line(MUG), shopify_line(BOOK, current_quantity=0)],
            [shopify_refund((MUG, 1, "return"))], FIRST_REFUND,
            id="a line removed by an edit need not come back",
        ),
        pytest.param(
            [shopify_line(MUG), shopify_line(BOOK)],
            [shopify_refund((MUG, 1, "return"))], None, id="another line stays",
        ),
        pytest.param(
            [shopify_line(MUG), shopify_line(BOOK)],
            [shopify_refund((MUG, 1, "return")),
             shopify_refund((BOOK, 1, "no_restock"), at=LAST_REFUND)],
            FIRST_REFUND, id="the last return counts, not the last refund",
        ),
        pytest.param(
            [shopify_line(MUG), shopify_line(BOOK)],
            [shopify_refund((BOOK, 1, "return"), at=LAST_REFUND),
             shopify_refund((MUG, 1, "return"))],
            LAST_REFUND, id="the last of two returns",
        ),
        pytest.param(
            [shopify_line(MUG)], [shopify_refund((MUG, 1, "cancel"))], None,
            id="refunded before shipping is no return",
        ),
        pytest.param(
            [shopify_line(MUG)], [shopify_refund((MUG, 0, "return"))], None, id="nor are 0 units"
        ),
        pytest.param(
            [shopify_line(MUG), shopify_line(TIP, requires_shipping=False)],
            [shopify_refund((MUG, 1, "return"))], FIRST_REFUND,
            id="what is not shipped need not come back",
        ),
        pytest.param(
            [shopify_line(MUG), shopify_line(TIP, requires_shipping=False)],
            [shopify_refund((MUG, 1, "cancel"), (TIP, 1, "return"))], None,
            id="and is no return itself",
        ),
        pytest.param(
            [shopify_line(MUG, "one")], [shopify_refund((MUG, 1, "return"))], None,
            id="a quantity that can't be read is never complete",
        ),
        pytest.param([], [shopify_refund((MUG, 1, "return"))], None, id="a line that is not there"),
        pytest.param(
            [{"quantity": 1}, None, 7], [shopify_refund((MUG, 1, "return")), None], None,
            id="lines that are none",
        ),
        pytest.param(
            [shopify_line(MUG)], [{"refund_line_items": [{"line_item_id": [], "quantity": 1}]}],
            None, id="a refund of an odd line",
        ),
    ],
)  # fmt: skip
def test_returned(lines: list[object], refunds: list[object], returned: str | None) -> None:
    shown = snapshot_of("shopify", shopify_order(line_items=lines, refunds=refunds)).states
    expected = {State.RETURNED: datetime.fromisoformat(returned)} if returned else {}
    assert shown == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"financial_status": "paid"}, "2026-03-02T08:59:00Z", id="processed_at"),
        pytest.param(
            {"financial_status": "paid", "processed_at": None}, "2026-03-02T09:00:00Z",
            id="else created_at",
        ),
        pytest.param({"financial_status": "pending"}, None, id="none if it is not paid"),
    ],
)  # fmt: skip
def test_time_of_paid_in_the_first_snapshot(
    changes: dict[str, object], expected: str | None
) -> None:
    at = snapshot_of("shopify", shopify_order(**changes)).paid_at_if_first
    assert at == (datetime.fromisoformat(expected) if expected else None)


DIGITAL = [shopify_line(requires_shipping=False)]


@pytest.mark.parametrize(
    ("changes", "setting", "reason"),
    [
        pytest.param({}, None, None, id="an order of the shop"),
        pytest.param({"test": True}, "include_test_orders", "test_order", id="a test order"),
        pytest.param({"source_name": "pos"}, "include_pos_orders", "pos_order", id="over the till"),
        pytest.param(
            {"line_items": DIGITAL}, "include_orders_without_shipping", "nothing_to_ship",
            id="nothing to ship",
        ),
        pytest.param({"line_items": [*DIGITAL, shopify_line()]}, None, None, id="one line to ship"),
        pytest.param({"line_items": []}, None, None, id="no lines at all"),
        pytest.param({"line_items": None}, None, None, id="lines that can't be read"),
        pytest.param({"line_items": [{"id": 1}]}, None, None, id="a line that does not say"),
        pytest.param({"test": "true"}, None, None, id="a test that is no boolean"),
        pytest.param({"source_name": "Jana Novak"}, None, None, id="a source that is no token"),
    ],
)  # fmt: skip
def test_left_out(changes: dict[str, object], setting: str | None, reason: str | None) -> None:
    body = shopify_order(**changes)
    assert snapshot_of("shopify", body).left_out == reason
    if setting:
        included = MappingSettings.model_validate({setting: True})
        assert snapshot_of("shopify", body, included).left_out is None


def test_shipped_is_what_fulfillment_status_says() -> None:
    assert snapshot_of("shopify", shopify_order(fulfillment_status="fulfilled")).shipped
    for status in (None, "partial", "restocked", True):
        assert not snapshot_of("shopify", shopify_order(fulfillment_status=status)).shipped


def test_a_projection_holds_only_what_says_something() -> None:
    assert projected("shopify", shopify_order()).projection == {
        "id": "820982911946154508",
        "number": "#1001",
        "created_at": "2026-03-02T09:00:00+00:00",
        "updated_at": "2026-03-05T11:00:00+00:00",
        "processed_at": "2026-03-02T08:59:00+00:00",
        "financial_status": "pending",
        "language": "de",
        "source_name": "web",
    }
