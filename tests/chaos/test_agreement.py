"""What shops show and Seven Senders lacks is told, and lost webhooks are worked out right."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.connections import WOOCOMMERCE_PLAIN
from tests.chaos.healing.agreement import behind
from tests.chaos.healing.lost import lost_webhooks
from tests.chaos.healing.stack import Found
from tests.chaos.lives.order import Body
from tests.chaos.oracle import Arrival
from tests.unit.shops.orders import woo_order

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
ORDER = (WOOCOMMERCE_PLAIN, "31")
REFUND = {"id": 1, "total": "-100.00"}


def order(minute: int, status: str = "processing", **fields: object) -> Body:
    return woo_order(
        id=31,
        number="31",
        status=status,
        date_created_gmt="2026-04-01T11:00:00",
        date_modified_gmt=f"2026-04-01T11:{minute:02}:00",
        **fields,
    )


def webhook(body: Body, at: datetime = NOON) -> Arrival:
    return Arrival(topic="order.updated", body=body, received_at=at)


def found(body: Body, at: datetime = NOON) -> Arrival:
    return Found(topic="order.updated", body=body, received_at=at)


@pytest.mark.parametrize(
    ("arrived", "shown"),
    [
        pytest.param([], order(1), id="nothing of it arrived"),
        pytest.param([order(1)], order(2, "completed"), id="its last change did not"),
        pytest.param([order(1, "completed")], order(2, "refunded"), id="its end did not"),
        pytest.param(
            [order(1, "cancelled", date_paid_gmt="2026-04-01T11:00:30")],
            order(2),
            id="nobody was told that it is open again",
        ),
    ],
)
def test_an_order_is_behind_of_which(arrived: list[Body], shown: Body) -> None:
    arrivals = {ORDER: [webhook(body) for body in arrived]}
    assert len(list(behind(arrivals, shown={ORDER: shown}, told={ORDER: shown}))) == 1


@pytest.mark.parametrize(
    ("arrived", "shown", "told"),
    [
        pytest.param([order(1)], order(1), order(1), id="stands as it is shown"),
        pytest.param([order(1)], order(2), order(2), id="changed in nothing that is sent"),
        pytest.param([order(1)], order(2, "trash"), order(1), id="is in the trash"),
        pytest.param([], order(1, "failed"), order(1, "failed"), id="is left out"),
        pytest.param(
            [order(1, refunds=[REFUND])],
            order(1),
            order(1, refunds=[REFUND]),
            id="lost a refund of which nobody is told",
        ),
    ],
)
def test_an_order_is_not_behind_that(arrived: list[Body], shown: Body, told: Body) -> None:
    arrivals = {ORDER: [webhook(body) for body in arrived]}
    assert list(behind(arrivals, shown={ORDER: shown}, told={ORDER: told})) == []


HOUR = timedelta(hours=1)
ROUNDS = [NOON + timedelta(minutes=15 * number) for number in range(12)]


@pytest.mark.parametrize(
    ("arrived", "lost"),
    [
        pytest.param([found(order(30))], 1, id="no webhook came"),
        pytest.param([webhook(order(30)), found(order(30))], 0, id="it was there already"),
        pytest.param([found(order(30)), webhook(order(30))], 0, id="one came late"),
        pytest.param(
            [found(order(30)), webhook(order(30), NOON + HOUR)], 1, id="one came too late"
        ),
        pytest.param([webhook(order(10)), found(order(30))], 1, id="only an earlier one had come"),
        pytest.param([found(order(30)), webhook(order(40))], 0, id="a later change was told of"),
        pytest.param([found(order(30)), found(order(40))], 2, id="two changes"),
        pytest.param([found(order(30)), found(order(30))], 1, id="one was found twice"),
        pytest.param([found(order(30, "failed"))], 0, id="it was left out"),
        pytest.param([found(order(30), NOON + 3 * HOUR)], 0, id="it is not clear yet"),
    ],
)
def test_so_many_webhooks_are_lost_if(arrived: list[Arrival], lost: int) -> None:
    """WooCommerce's are lost an hour after the change, here at half past twelve or later."""
    assert lost_webhooks({ORDER: arrived}, {WOOCOMMERCE_PLAIN: ROUNDS}) == lost
