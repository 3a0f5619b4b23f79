"""What counts as a lost webhook: an order that reconciliation corrected, and nobody told of."""

from datetime import timedelta

import pytest

from seven_senders_adapter.ledger.corrections import Correction
from seven_senders_adapter.shops.reading import Body
from tests.integration.reconciling.rounds import DAY, HOUR, MINUTE, Shop


def correct(shop: Shop, order: int = 1, *, ago: timedelta = HOUR) -> Body:
    """Syncing works what reconciliation has found."""
    body = shop.changes(order, ago=ago)
    shop.knows(body, by_webhook=False)
    changed_at = shop.now - ago
    shop.ledger.corrections.add(
        Correction(connection="acme", order=str(order), changed_at=changed_at)
    )
    return body


def close_brake(shop: Shop) -> None:
    name = f"account/{shop.document.account.fingerprint}"
    probe_at = shop.now + MINUTE
    shop.ledger.brakes.close(name, reason="HTTP 401", now=shop.now, probe_at=probe_at)


def lost(shop: Shop) -> float:
    return shop.recorder.counted.get("WebhooksLost", 0)


def test_a_webhook_that_may_still_come_is_not_lost(shop: Shop) -> None:
    """Shopify takes up to a day."""
    correct(shop)
    shop.pass_time(DAY - HOUR - MINUTE)
    shop.make_round()
    assert lost(shop) == 0


def test_a_webhook_that_has_not_come_within_its_time_is_lost_once(shop: Shop) -> None:
    correct(shop)
    shop.pass_time(DAY)
    shop.make_round()
    shop.make_round()
    assert lost(shop) == 1
    (warning,) = shop.warned("webhooks were lost")
    assert warning["details"] == {"number": 1, "orders": ["1"]}


def test_a_webhook_that_came_late_is_not_lost(shop: Shop) -> None:
    body = correct(shop)
    shop.pass_time(5 * HOUR)
    shop.hears(body)
    shop.pass_time(DAY)
    shop.make_round()
    assert lost(shop) == 0


def test_one_of_a_later_change_counts_for_the_earlier_too(shop: Shop) -> None:
    correct(shop)
    shop.pass_time(5 * HOUR)
    shop.hears(shop.changes(1, ago=MINUTE, tags="vip"))
    shop.pass_time(DAY)
    shop.make_round()
    assert lost(shop) == 0


def test_one_of_an_earlier_change_does_not(shop: Shop) -> None:
    shop.hears(shop.changes(1, ago=2 * HOUR))
    correct(shop)
    shop.pass_time(DAY)
    shop.make_round()
    assert lost(shop) == 1


def test_an_order_counts_once_however_often_it_was_corrected(shop: Shop) -> None:
    correct(shop, ago=2 * HOUR)
    correct(shop, ago=HOUR)
    correct(shop, 2)
    shop.pass_time(DAY)
    shop.make_round()
    assert lost(shop) == 2


def test_each_correction_is_looked_at_when_its_own_time_has_come(shop: Shop) -> None:
    correct(shop, ago=5 * HOUR)
    correct(shop, ago=HOUR)
    shop.pass_time(DAY - 5 * HOUR)
    shop.make_round()
    assert lost(shop) == 1
    shop.pass_time(4 * HOUR)
    shop.make_round()
    assert lost(shop) == 2


def test_no_webhook_is_missed_of_a_change_from_before_the_shop_was_connected(shop: Shop) -> None:
    shop.reconciliations.remove("acme")
    correct(shop)
    shop.make_round()
    shop.pass_time(DAY)
    shop.make_round()
    assert lost(shop) == 0


def test_while_seven_senders_is_down_webhooks_wait_here_and_none_counts_as_lost(
    shop: Shop,
) -> None:
    correct(shop)
    shop.pass_time(DAY)
    close_brake(shop)
    shop.make_round()
    assert lost(shop) == 0


def test_a_row_that_can_not_be_read_hides_no_other(shop: Shop) -> None:
    correct(shop, 1)
    correct(shop, 2)
    correct(shop, 3)
    shop.table.put({"pk": "order/acme/2", "format": 2})
    shop.pass_time(DAY)
    shop.make_round()
    assert lost(shop) == 2


def test_what_there_is_no_time_for_is_counted_by_the_next_round(shop: Shop) -> None:
    correct(shop)
    shop.pass_time(DAY)
    shop.make_round(seconds=0)
    assert lost(shop) == 0
    shop.make_round()
    assert lost(shop) == 1


@pytest.mark.parametrize(("platform", "time"), [("woocommerce", HOUR), ("shopify", DAY)])
def test_each_platform_has_its_own_time(shop: Shop, platform: str, time: timedelta) -> None:
    shop.connect(platform=platform)
    at = shop.now
    shop.ledger.corrections.add(Correction(connection="acme", order="1", changed_at=at))
    shop.pass_time(time - MINUTE)
    shop.make_round()
    assert lost(shop) == 0
    shop.pass_time(MINUTE)
    shop.make_round()
    assert lost(shop) == 1
