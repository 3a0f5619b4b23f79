"""What of a shop's changes is looked at, what of them is queued, and how a round goes on."""

from datetime import timedelta
from typing import Any

import pytest

from seven_senders_adapter.ledger.standstills import PAUSED, Standstill
from seven_senders_adapter.messages import RECONCILIATION, Outgoing
from seven_senders_adapter.reconciling.rounds import WAITS
from seven_senders_adapter.reconciling.windows import MOST_READY, OVERLAP
from seven_senders_adapter.shop_apis.shop_api import By, CredentialsRefused, ShopUnreachable
from tests.integration.reconciling.rounds import HOUR, MINUTE, Shop
from tests.played.mortal import Fuse, Killed, mortal
from tests.played.sqs import Message

DELAY = 30 * MINUTE


def test_an_order_that_no_webhook_brought_is_queued_as_one_would_have_brought_it(
    shop: Shop,
) -> None:
    shop.changes(1, financial_status="paid")
    shop.make_round()

    (event,) = shop.events
    assert (event.connection, event.platform, event.order) == ("acme", "shopify", "1")
    assert (event.topic, event.received_at) == (RECONCILIATION, shop.now)
    assert event.projection["financial_status"] == "paid"
    assert "email" not in event.projection


def test_an_order_that_the_ledger_has_as_it_is_is_not_queued(shop: Shop) -> None:
    shop.hears(shop.changes(1))
    shop.make_round()
    assert shop.queued == []


def test_an_order_whose_last_change_is_not_in_the_ledger_is_queued(shop: Shop) -> None:
    shop.hears(shop.changes(1, ago=2 * HOUR))
    shop.changes(1, ago=HOUR, fulfillment_status="fulfilled")
    shop.make_round()
    assert shop.queued == ["1"]


def test_an_order_that_differs_at_one_time_is_queued(shop: Shop) -> None:
    """Shops change an order twice within a second, and WooCommerce deletes refunds so."""
    shop.hears(shop.changes(1))
    shop.changes(1, tags="vip")
    shop.make_round()
    assert shop.queued == ["1"]


@pytest.mark.parametrize(
    "fields", [{"test": True}, {"source_name": "pos"}], ids=["a test", "over the counter"]
)
def test_an_order_that_the_mapping_leaves_out_is_not_queued(
    shop: Shop, fields: dict[str, Any]
) -> None:
    shop.changes(1, **fields)
    shop.make_round()
    assert shop.queued == []


def test_an_order_that_cannot_be_read_is_named_and_stops_no_other(shop: Shop) -> None:
    unreadable = shop.changes(1, name=None)
    shop.changes(2, ago=HOUR / 2)
    assert unreadable["name"] is None
    shop.make_round()
    assert shop.queued == ["2"]
    (warning,) = shop.warned("an order can't be read")
    assert warning["details"] == {"order": "1", "lacks": ["name"]}


def test_an_order_that_no_shop_foresaw_stops_no_other(shop: Shop) -> None:
    shop.changes(1, line_items=[{"id": 1, "quantity": 10**5000}], tags=7)
    shop.changes(2, ago=HOUR / 2)
    shop.api.bodies.append({"code": "woocommerce_rest_cannot_view", "message": "Sorry"})
    shop.make_round()
    assert "2" in shop.queued
    assert shop.stands.window is None


def test_an_order_whose_row_another_version_wrote_is_queued_and_stops_no_other(
    shop: Shop,
) -> None:
    """Its event waits until a version runs that can read the row."""
    shop.table.put({"pk": "order/acme/1", "format": 2})
    shop.changes(1)
    shop.hears(shop.changes(2, ago=HOUR / 2))
    shop.changes(3, ago=HOUR / 2)
    shop.make_round()
    assert sorted(shop.queued) == ["1", "3"]


def test_changes_younger_than_the_delay_are_left_to_their_webhooks(shop: Shop) -> None:
    shop.changes(1, ago=DELAY - MINUTE)
    shop.changes(2, ago=DELAY)
    shop.make_round()
    assert shop.queued == ["2"]


def test_the_first_round_looks_back_over_the_overlap_only(shop: Shop) -> None:
    shop.make_round()
    ((span, position),) = shop.api.asked
    assert (span.by, position) == (By.CHANGE, None)
    assert (span.begin, span.end) == (shop.now - DELAY - 2 * OVERLAP, shop.now - DELAY)
    assert shop.stands.safe_until == span.end


def test_the_next_round_begins_an_overlap_before_the_safe_point(shop: Shop) -> None:
    shop.make_round()
    shop.pass_time(3 * timedelta(days=7))
    shop.make_round()
    (first, _), (second, _) = shop.api.asked
    assert second.begin == first.end - OVERLAP
    assert second.end == shop.now - DELAY


def test_a_round_that_runs_out_of_time_is_gone_on_with_where_it_was(shop: Shop) -> None:
    for order in range(1, 8):
        shop.changes(order, ago=HOUR - order * MINUTE)
    shop.make_round(pages=2)
    window = shop.stands.window
    assert window is not None
    assert (window.looked_at, window.queued, window.position) == (4, 4, "4")

    shop.pass_time(15 * MINUTE)
    shop.make_round()
    assert shop.queued == [str(order) for order in range(1, 8)]
    assert [position for _, position in shop.api.asked] == [None, "2", "4", "6"]
    assert shop.stands.safe_until == window.end
    assert shop.stands.window is None


def test_while_the_queue_is_long_nothing_is_added_and_then_it_goes_on(shop: Shop) -> None:
    fill(shop, MOST_READY + 1)
    shop.changes(1)
    shop.make_round(seconds=60)
    assert len(shop.main) == MOST_READY + 1

    for message in shop.main.messages:
        shop.main.delete(message.receipt)
    shop.make_round()
    assert shop.queued == ["1"]


def test_a_shop_of_which_all_is_known_waits_for_no_long_queue(shop: Shop) -> None:
    fill(shop, MOST_READY + 1)
    shop.hears(shop.changes(1))
    begun = shop.now
    shop.make_round()
    assert shop.now == begun
    assert shop.stands.window is None


def test_what_waits_hidden_for_another_shop_holds_nothing_back(shop: Shop) -> None:
    fill(shop, MOST_READY + 1)
    while shop.main.receive(3600):
        pass
    shop.changes(1)
    shop.make_round()
    assert shop.api.asked


def test_a_paused_connection_is_not_reconciled_and_later_caught_up_with(shop: Shop) -> None:
    shop.make_round()
    shop.connect(paused=True)
    shop.changes(1, ago=DELAY)
    shop.pass_time(6 * HOUR)
    shop.make_round()
    assert shop.queued == []
    shop.connect()
    shop.make_round()
    assert shop.queued == ["1"]


def close_brake(shop: Shop, *, ago: timedelta = MINUTE) -> None:
    name = f"account/{shop.document.account.fingerprint}"
    at = shop.now - ago
    shop.ledger.brakes.close(name, reason="HTTP 401", now=at, probe_at=at)


def test_while_a_brake_is_closed_nothing_is_added_to_what_waits_behind_it(shop: Shop) -> None:
    close_brake(shop)
    shop.changes(1)
    shop.make_round()
    assert (shop.queued, shop.api.asked) == ([], [])


def test_one_that_closes_during_a_round_stops_it_where_it_is(shop: Shop) -> None:
    for order in range(1, 6):
        shop.changes(order, ago=HOUR - order * MINUTE)
    shop.api.before_page = lambda: close_brake(shop) if len(shop.api.asked) == 1 else None
    shop.make_round()
    assert shop.queued == ["1", "2"]


def test_one_that_nobody_waits_for_any_more_stops_nothing(shop: Shop) -> None:
    """Only events probe it, and reconciliation brings the next."""
    close_brake(shop, ago=2 * HOUR)
    shop.changes(1)
    shop.make_round()
    assert shop.queued == ["1"]


def test_a_shop_that_is_down_is_told_of_and_caught_up_with_later(shop: Shop) -> None:
    shop.make_round()
    before = shop.stands
    shop.pass_time(HOUR)
    shop.changes(1, ago=HOUR)
    shop.api.fails = ShopUnreachable("https://acme.myshopify.com answers HTTP 502")
    shop.make_round()
    failed_at = shop.now
    shop.pass_time(HOUR)
    shop.make_round()
    assert shop.stands.safe_until == before.safe_until
    assert shop.stands.failing_since == failed_at
    assert shop.stands.failure == "https://acme.myshopify.com answers HTTP 502"
    assert shop.recorder.counted["ShopApiFailures orders"] == 2

    shop.api.fails = None
    shop.make_round()
    assert shop.queued == ["1"]
    assert shop.stands.failure == ""
    assert shop.stands.safe_until > before.safe_until


def test_a_page_that_is_not_answered_at_once_is_asked_for_again(shop: Shop) -> None:
    shop.changes(1)
    shop.api.busy = len(WAITS)
    shop.make_round()
    assert shop.queued == ["1"]
    assert "ShopApiFailures orders" not in shop.recorder.counted


def test_after_some_tries_it_is_left_to_the_next_round(shop: Shop) -> None:
    shop.changes(1)
    shop.api.busy = len(WAITS) + 1
    shop.make_round()
    assert shop.queued == []
    assert shop.recorder.counted["ShopApiFailures orders"] == 1


def test_what_a_person_has_to_mend_is_not_asked_for_again(shop: Shop) -> None:
    shop.api.fails = CredentialsRefused("Shopify refuses the token")
    begun = shop.now
    shop.make_round()
    assert shop.now == begun


def test_a_shop_that_is_down_from_its_first_round_on_is_told_of_and_caught_up_with(
    shop: Shop,
) -> None:
    shop.reconciliations.remove("acme")
    shop.api.fails = ShopUnreachable("down")
    shop.make_round()
    assert shop.stands.failure == "down"
    shop.changes(1, ago=MINUTE)
    shop.pass_time(5 * HOUR)
    shop.make_round()
    shop.api.fails = None
    shop.make_round()
    assert shop.queued == ["1"]


def test_one_that_is_paused_from_its_first_round_on_is_caught_up_with(shop: Shop) -> None:
    shop.reconciliations.remove("acme")
    shop.connect(paused=True)
    shop.make_round()
    shop.changes(1, ago=MINUTE)
    shop.pass_time(5 * HOUR)
    shop.connect()
    shop.make_round()
    assert shop.queued == ["1"]


def test_a_pause_is_noted_so_that_nobody_is_told_of_it_as_of_trouble(shop: Shop) -> None:
    shop.connect(paused=True)
    shop.make_round()
    assert shop.ledger.standstills.last("acme", shop.now) == Standstill(at=shop.now, reason=PAUSED)


def test_pages_that_do_not_move_on_are_a_failure_of_the_shop(shop: Shop) -> None:
    for order in range(1, 8):
        shop.changes(order, ago=HOUR - order * MINUTE)
    shop.api.repeats = "2"
    shop.make_round()
    assert shop.stands.failure.startswith("the shop shows the same page of orders again and again")
    assert shop.queued == ["1", "2"]


def test_a_connection_that_was_removed_is_left(shop: Shop) -> None:
    shop.connections.remove("acme")
    shop.make_round()
    assert shop.api.asked == []


def test_settings_that_cannot_be_read_are_told_of(shop: Shop) -> None:
    shop.ssm.parameters["/syncing/acme"] = "{"
    shop.make_round()
    assert [line["level"] for line in shop.warned("the connection can't be reconciled")] == [
        "WARNING"
    ]


def test_of_two_rounds_at_once_one_stops(shop: Shop) -> None:
    for order in range(1, 6):
        shop.changes(order, ago=HOUR - order * MINUTE)
    others = [shop.make_round]

    def overtaken() -> None:
        if len(shop.api.asked) == 1 and others:
            others.pop()()

    shop.api.before_page = overtaken
    shop.make_round()
    assert set(shop.queued) == {"1", "2", "3", "4", "5"}
    assert shop.stands.window is None


def test_killed_after_any_of_its_effects_a_round_goes_on_at_its_page_and_loses_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Eleven effects: seven orders are sent, and four pages' progress is saved."""
    for after in range(12):
        shop = Shop(capsys)
        for order in range(1, 8):
            shop.changes(order, ago=HOUR - order * MINUTE)
        assert make_a_mortal_round(shop, after)
        stood = shop.reconciliations.load("acme")
        begun = len(shop.api.asked)
        shop.make_round()

        if stood is None or stood.window:
            gone_on_at = stood.window.position if stood and stood.window else None
            assert shop.api.asked[begun][1] == gone_on_at
        assert set(shop.queued) == {str(order) for order in range(1, 8)}
        assert shop.stands.window is None


def make_a_mortal_round(shop: Shop, after: int) -> bool:
    """A round of a process that is killed after so many effects; whether it was."""
    fuse = Fuse(after)
    sqs = mortal(shop.sqs, fuse)
    try:
        shop.rounds(dynamodb=mortal(shop.dynamodb, fuse), sqs=sqs).make(
            "acme", has_time=lambda: True
        )
    except Killed:
        return True
    return False


def fill(shop: Shop, number: int) -> None:
    """So many live events wait."""
    for event in range(number):
        sent = Outgoing(group=f"acme/{event}", body="{}", attributes={})
        shop.main.send(
            Message(
                id=f"live-{event}",
                group=sent.group,
                body=sent.body,
                attributes={},
                sent_at=shop.clock.seconds,
                visible_at=shop.clock.seconds,
            ),
            f"live-{event}",
        )
