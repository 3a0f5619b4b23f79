"""What is not as it should be is told."""

from datetime import UTC, datetime

import pytest

from seven_senders_local.sandbox.service import Service
from tests.chaos.comparison import differences
from tests.chaos.oracle import Arrival

CONNECTION = "woocommerce-plain"
KEY = "account-of-woocommerce-plain"
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def arrival(status: str, minute: int) -> Arrival:
    body = {
        "id": 31,
        "number": "31",
        "status": status,
        "date_created_gmt": "2026-04-01T11:00:00",
        "date_modified_gmt": f"2026-04-01T11:{minute}:00",
        "total": "10.00",
        "refunds": [],
        "meta_data": [],
    }
    return Arrival(topic="order.updated", body=body, received_at=NOON)


CANCELLED_THEN_OLDER = [arrival("cancelled", 20), arrival("on-hold", 10)]
"""The first is left out, as it is of no known order; the second makes the order."""


def at_seven_senders(*states: str, boarding_complete: bool = False) -> Service:
    service = Service()
    account = service.account(KEY)
    account.create(
        {
            "order_id": "31",
            "order_date": "2026-04-01T11:00:00+00:00",
            "order_url": "https://plain.example.org/",
            "boarding_complete": boarding_complete,
        }
    )
    for state in states:
        at = "2026-04-01T11:20:00+00:00"
        account.add_state({"order_id": "31", "state": state, "datetime": at})
    return service


def found(service: Service, arrivals: list[Arrival], *, may_come_again: bool) -> list[str]:
    told = differences(
        {(CONNECTION, "31"): arrivals} if arrivals else {},
        account=service.account,
        dead_letters=[],
        may_come_again=may_come_again,
    )
    return list(told)


@pytest.mark.parametrize("may_come_again", [False, True])
def test_what_is_right_is_no_difference(may_come_again: bool) -> None:
    service = at_seven_senders()
    assert found(service, CANCELLED_THEN_OLDER, may_come_again=may_come_again) == []


def test_a_snapshot_that_was_left_out_counts_only_if_it_may_have_come_again() -> None:
    service = at_seven_senders("cancelled")
    assert found(service, CANCELLED_THEN_OLDER, may_come_again=True) == []
    assert len(found(service, CANCELLED_THEN_OLDER, may_come_again=False)) == 1


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(Service(), id="no order"),
        pytest.param(at_seven_senders("paid"), id="a state too many"),
        pytest.param(at_seven_senders("refunded"), id="another end"),
        pytest.param(at_seven_senders(boarding_complete=True), id="another field"),
    ],
)
def test_what_is_wrong_is_one_also_if_messages_may_have_come_again(service: Service) -> None:
    assert len(found(service, CANCELLED_THEN_OLDER, may_come_again=True)) == 1


def test_an_order_that_nothing_led_to_is_one() -> None:
    assert len(found(at_seven_senders(), [], may_come_again=True)) == 1
