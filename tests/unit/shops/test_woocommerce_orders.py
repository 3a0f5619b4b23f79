from datetime import datetime

import pytest

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.settings import MappingSettings
from tests.unit.shops.orders import projected, snapshot_of, woo_order

MODIFIED, PAID = "2026-03-05T12:00:00Z", "2026-03-03T08:00:00Z"
PAID_GMT = PAID.removesuffix("Z")
BY_STATUS = MappingSettings.model_validate(
    {
        "state_statuses": {
            "processing": "in_preparation",
            "in-work": "in_production",
            "rma": "returned",
            "storno": "cancelled",
        }
    }
)


def refunds(*totals: object) -> list[dict[str, object]]:
    return [{"id": 1, "reason": "Jana called", "total": total} for total in totals]


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        pytest.param({}, {"in_preparation": MODIFIED}, id="processing"),
        pytest.param({"status": "on-hold"}, {}, id="on-hold is no state"),
        pytest.param({"status": "completed"}, {}, id="nor is completed"),
        pytest.param({"status": "my-own"}, {}, id="nor is a status that is not mapped"),
        pytest.param({"status": {"a": 1}}, {}, id="nor is an object"),
        pytest.param({"status": "x" * 41}, {}, id="nor is a long text"),
        pytest.param(
            {"date_paid_gmt": PAID_GMT}, {"paid": PAID, "in_preparation": MODIFIED}, id="paid"
        ),
        pytest.param(
            {"status": "my-own", "date_paid_gmt": PAID_GMT},
            {"paid": PAID}, id="paid whatever the status",
        ),
        pytest.param({"status": "in-work"}, {"in_production": MODIFIED}, id="a mapped status"),
        pytest.param({"status": "rma"}, {"returned": MODIFIED}, id="returned by status"),
        pytest.param({"status": "refunded"}, {"refunded": MODIFIED}, id="refunded by status"),
        pytest.param({"status": "cancelled"}, {"cancelled": MODIFIED}, id="cancelled"),
        pytest.param(
            {"status": "completed", "refunds": refunds("-60.00", "-40.00")},
            {"refunded": MODIFIED}, id="refunded by the sum, whatever the status",
        ),
        pytest.param(
            {"status": "completed", "refunds": refunds("-60.00", "-40.01")},
            {"refunded": MODIFIED}, id="refunded by more",
        ),
        pytest.param(
            {"status": "completed", "refunds": refunds("-60.00", "-39.99")}, {},
            id="a partial refund changes nothing",
        ),
        pytest.param(
            {"status": "completed", "total": "0.30", "refunds": refunds("-0.10", "-0.20")},
            {"refunded": MODIFIED}, id="money is decimal",
        ),
        pytest.param(
            {"status": "completed", "total": 100, "refunds": refunds(-60.5, -39.5)},
            {"refunded": MODIFIED}, id="money as numbers",
        ),
        pytest.param(
            {"status": "completed", "total": "0.00", "refunds": refunds("0.00")}, {},
            id="a total of 0 is never refunded",
        ),
        pytest.param(
            {"status": "completed", "total": "NaN", "refunds": refunds("-1", "NaN", "1e999")}, {},
            id="a total that is no number",
        ),
        pytest.param(
            {"status": "completed", "refunds": refunds("-100", "NaN", None, "9e999", [])},
            {"refunded": MODIFIED}, id="refunds that are no numbers are passed over",
        ),
        pytest.param(
            {"status": "cancelled", "refunds": refunds("-100")},
            {"cancelled": MODIFIED}, id="cancelled is not refunded too",
        ),
        pytest.param(
            {"status": "storno", "refunds": refunds("-100")},
            {"cancelled": MODIFIED}, id="cancelled by a mapped status neither",
        ),
    ],
)  # fmt: skip
def test_states(changes: dict[str, object], states: dict[str, str]) -> None:
    shown = snapshot_of("woocommerce", woo_order(**changes), BY_STATUS).states
    assert shown == {State(s): datetime.fromisoformat(at) for s, at in states.items()}


@pytest.mark.parametrize(
    ("status", "paid", "reason"),
    [
        ("checkout-draft", None, "status_checkout_draft"),
        ("auto-draft", None, "status_auto_draft"),
        ("failed", None, "status_failed"),
        ("failed", PAID_GMT, "status_failed"),
        ("trash", None, "status_trash"),
        ("pending", None, "status_pending"),
        ("cancelled", None, "cancelled_unpaid"),
        ("cancelled", PAID_GMT, None),
        ("on-hold", None, None),
        ("processing", None, None),
        ("completed", None, None),
        ("refunded", None, None),
        ("my-own", None, None),
        (None, None, None),
    ],
)
def test_left_out(status: str | None, paid: str | None, reason: str | None) -> None:
    body = woo_order(status=status, date_paid_gmt=paid)
    assert snapshot_of("woocommerce", body).left_out == reason
    pending = MappingSettings(include_pending_orders=True)
    expected = None if reason == "status_pending" else reason
    assert snapshot_of("woocommerce", body, pending).left_out == expected


def test_shipped_is_the_status_completed() -> None:
    assert snapshot_of("woocommerce", woo_order(status="completed")).shipped
    assert not snapshot_of("woocommerce", woo_order()).shipped


def test_paid_has_a_time_of_its_own_in_every_snapshot() -> None:
    body = woo_order(date_paid_gmt=PAID_GMT)
    assert snapshot_of("woocommerce", body).paid_at_if_first is None


@pytest.mark.parametrize("created", ["2026-03-02T10:00:00", "2026-03-02T10:00:00Z"])
def test_times_without_an_offset_are_utc(created: str) -> None:
    body = woo_order(date_created_gmt=created)
    assert snapshot_of("woocommerce", body).created_at == datetime.fromisoformat(
        "2026-03-02T10:00:00Z"
    )


def test_a_projection_holds_only_what_says_something() -> None:
    assert projected("woocommerce", woo_order()).projection == {
        "id": "22",
        "number": "22",
        "created_at": "2026-03-02T10:00:00+00:00",
        "updated_at": "2026-03-05T12:00:00+00:00",
        "status": "processing",
    }
