"""What of an order differs between shop, ledger and Seven Senders, why, and what mends it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, override

import pytest

from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.domain.observation import first_record, observe
from seven_senders_adapter.domain.order_record import Fields, OrderRecord, Refusal
from seven_senders_adapter.domain.plan import next_step
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.messages import RESYNC, VERIFICATION, Failure
from seven_senders_adapter.reconciling.comparison import Comparison, Found
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.shops.shop import UnreadableOrder
from seven_senders_cli.orders.situation import Asked
from seven_senders_cli.orders.waiting import Hold
from seven_senders_cli.verifying.differences import (
    Circumstances,
    Difference,
    Kind,
    Mend,
    deleted,
    difference,
    judge,
    unreadable,
)
from tests.unit.domain.orders import accept
from tests.unit.shops.orders import shopify_order, shopify_refund, woo_order

NOW = datetime(2026, 3, 10, tzinfo=UTC)
LATER = "2026-03-06T12:00:00"
PLATFORMS = ("shopify", "woocommerce")
PAID: dict[str, dict[str, object]] = {
    "shopify": shopify_order(financial_status="paid", tags="vip"),
    "woocommerce": woo_order(date_paid_gmt="2026-03-02T10:01:00"),
}
CHANGED: dict[str, dict[str, object]] = {
    "shopify": PAID["shopify"] | {"updated_at": f"{LATER}Z", "fulfillment_status": "fulfilled"},
    "woocommerce": PAID["woocommerce"] | {"date_modified_gmt": LATER, "status": "completed"},
}
REFUNDED: dict[str, dict[str, object]] = {
    "shopify": PAID["shopify"]
    | {"financial_status": "refunded", "refunds": [shopify_refund((11, 1, "no_restock"))]},
    "woocommerce": PAID["woocommerce"] | {"refunds": [{"id": 1, "total": "-100.00"}]},
}
SAME_BUT_FOR_ITS_FORM: dict[str, dict[str, object]] = {
    "shopify": PAID["shopify"] | {"source_name": "580111"},
    "woocommerce": PAID["woocommerce"] | {"date_paid_gmt": "2026-03-02T10:01:01"},
}
FAILING = Attempt(message_id="m", tries=3, last_failed_at=NOW, reason="the API failed")
PAUSED = Hold(why="it is paused")

platforms = pytest.mark.parametrize("platform", PLATFORMS)


class Known(Orders):
    """A ledger with one order, or none."""

    def __init__(self, record: OrderRecord | None) -> None:
        self._record = record

    @override
    def load_each(
        self, connection: str, orders: Iterable[str]
    ) -> dict[str, OrderRecord | UnreadableRow]:
        return {order: self._record for order in orders if self._record}


def document(platform: str) -> ConnectionDocument:
    settings = {"platform": platform, "webhook_secrets": ["s"], "access_key": "k"}
    return read_connection("shop", settings)


def found(platform: str, body: dict[str, object], record: OrderRecord | None = None) -> Found:
    comparison = Comparison(
        connection="shop",
        document=document(platform),
        topic=VERIFICATION,
        orders=Known(record),
        now=lambda: NOW,
    )
    [one] = comparison.of([body]).found
    return one


def known(platform: str, *bodies: dict[str, object]) -> OrderRecord:
    """The record of an order as these deliveries have made it, all of it accepted."""
    first, *others = (found(platform, body) for body in bodies)
    seen: dict[str, Any] = {"received_at": NOW, "digest": first.event.digest}
    record = accepted(first_record("shop", first.snapshot, document(platform), **seen))
    for other in others:
        seen["digest"] = other.event.digest
        record = accepted(observe(record, other.snapshot, document(platform), **seen))
    return replace(record, order_id=record.number)


def accepted(record: OrderRecord) -> OrderRecord:
    while step := next_step(record):
        record = accept(record, step)
    return record


def shown(record: OrderRecord, **changes: Any) -> RemoteOrder:
    """An order as Seven Senders shows it, once it has taken all."""
    states: dict[str, datetime | None] = {"new": NOW}
    states |= {str(state): at for state, at in record.accepted_states.items()}
    there = RemoteOrder(
        id="9",
        order_id=record.number,
        order_date=record.order_date,
        state=list(states)[-1],
        states=states,
        fields=record.accepted or Fields(),
    )
    return replace(there, **changes)


def differs(
    platform: str,
    body: dict[str, object],
    record: OrderRecord | None,
    asked: Asked | None = None,
    around: Circumstances | None = None,
) -> Difference | None:
    """What differs at an order; Seven Senders shows what was accepted, if nothing else is said."""
    one = found(platform, body, record)
    if asked is None:
        asked = Asked(order=shown(record)) if record else Asked()
    judgement = judge(one, asked, document(platform))
    return difference(one, judgement, around or Circumstances()) if judgement else None


def letter(reason: str, detail: str) -> DeadLetter:
    failure = Failure(letter="m", reason=reason, detail=detail, first_try=NOW, last_try=NOW)
    return DeadLetter(connection="shop", order="22", topic="orders/paid", failure=failure)


class TestAsTheShopShowsIt:
    @platforms
    def test_what_is_everywhere_as_it_should_be_does_not_differ(self, platform: str) -> None:
        assert differs(platform, PAID[platform], known(platform, PAID[platform])) is None

    @platforms
    def test_what_the_ledger_does_not_know_is_brought_in(self, platform: str) -> None:
        one = differs(platform, PAID[platform], None)
        assert one
        assert (one.kind, one.cause, one.mend) == (
            Kind.NOT_IN_LEDGER,
            "no webhook came, or it is older than the connection",
            Mend.BRING_IN,
        )
        assert one.event == found(platform, PAID[platform]).event

    @platforms
    def test_it_is_told_if_seven_senders_has_one_of_its_number(self, platform: str) -> None:
        there = shown(known(platform, PAID[platform]))
        one = differs(platform, PAID[platform], None, Asked(order=there))
        assert one
        assert one.what == "the ledger does not know it, though Seven Senders has one of its number"

    @pytest.mark.parametrize(
        ("platform", "change"),
        [("shopify", {"test": True}), ("woocommerce", {"status": "pending"})],
    )
    def test_what_is_left_out_does_not_differ(
        self, platform: str, change: dict[str, object]
    ) -> None:
        assert differs(platform, PAID[platform] | change, None) is None

    @platforms
    def test_what_changed_later_than_the_ledger_knows_is_brought_in(self, platform: str) -> None:
        one = differs(platform, CHANGED[platform], known(platform, PAID[platform]))
        assert one
        assert (one.kind, one.cause) == (Kind.BEHIND, "the last change has not arrived")
        assert one.what == "it was changed at 2026-03-06 12:00:00"
        assert one.event
        assert (one.event.topic, one.mend) == (VERIFICATION, Mend.BRING_IN)

    @platforms
    def test_another_form_of_the_same_order_does_not_differ(self, platform: str) -> None:
        record = known(platform, PAID[platform])
        assert differs(platform, SAME_BUT_FOR_ITS_FORM[platform], record) is None

    @platforms
    def test_what_is_otherwise_at_the_same_time_is_brought_in(self, platform: str) -> None:
        same_time = {
            key: PAID[platform][key]
            for key in ("updated_at", "date_modified_gmt")
            if key in PAID[platform]
        }
        one = differs(platform, CHANGED[platform] | same_time, known(platform, PAID[platform]))
        assert one
        assert (one.kind, one.mend) == (Kind.BEHIND, Mend.BRING_IN)
        assert "for which the shop sends no webhook" in one.cause

    @platforms
    def test_a_refund_that_was_deleted_is_noticed_though_no_time_changed(
        self, platform: str
    ) -> None:
        one = differs(platform, PAID[platform], known(platform, REFUNDED[platform]))
        assert one
        assert (one.kind, one.mend) == (Kind.REFUND_GONE, Mend.BRING_IN)
        assert one.cause == "a refund was deleted in the shop, which sends no webhook"

    @platforms
    def test_a_deleted_refund_that_is_noted_is_left_to_a_person(self, platform: str) -> None:
        record = known(platform, REFUNDED[platform], PAID[platform])
        one = differs(platform, PAID[platform], record)
        assert one
        assert (one.kind, one.mend, one.event) == (Kind.REOPENED, Mend.AT_SEVEN_SENDERS, None)
        assert one.what == "Seven Senders has it as refunded"


class TestWhyItHasNotCome:
    """The causes of what the ledger lacks; no webhook may be one of them."""

    @pytest.mark.parametrize(
        ("around", "cause", "mend"),
        [
            pytest.param(
                Circumstances(attempt=FAILING),
                "it waits because the API failed, tried 3 times",
                Mend.WAIT,
                id="it is tried again",
            ),
            pytest.param(
                Circumstances(letters=[letter("unreadable_order", "lacks name")]),
                "a dead letter says unreadable_order: lacks name",
                Mend.BRING_IN,
                id="a dead letter",
            ),
            pytest.param(
                Circumstances(holds=[PAUSED]),
                "no webhook came, or it is older than the connection, or it waits: it is paused",
                Mend.BRING_IN,
                id="its connection stands still",
            ),
        ],
    )
    def test_it_is_told(self, around: Circumstances, cause: str, mend: Mend) -> None:
        one = differs("woocommerce", PAID["woocommerce"], None, around=around)
        assert one
        assert (one.cause, one.mend) == (cause, mend)
        assert (one.event is None) == (mend is Mend.WAIT)

    def test_what_was_refused_before_is_no_reason(self) -> None:
        refused = {"x": Refusal(reason="field_refused", detail="tags", status=422, at=NOW)}
        record = replace(known("shopify", PAID["shopify"]), refused=refused)
        around = Circumstances(letters=[letter("field_refused", "tags")])
        one = differs("shopify", CHANGED["shopify"], record, around=around)
        assert one
        assert one.cause == "the last change has not arrived"


class TestWhatIsMissing:
    """The ledger is up to date, but Seven Senders did not get everything."""

    def record(self, **changes: Any) -> OrderRecord:
        return replace(known("shopify", PAID["shopify"]), **{"accepted_states": {}} | changes)

    @pytest.mark.parametrize(
        ("around", "cause", "mend"),
        [
            (
                Circumstances(attempt=FAILING),
                "it waits because the API failed, tried 3 times",
                Mend.WAIT,
            ),
            (Circumstances(holds=[PAUSED]), "it waits: it is paused", Mend.WAIT),
            (
                Circumstances(letters=[letter("kills_its_worker", "5 times")]),
                "a dead letter says kills_its_worker: 5 times",
                Mend.RESYNC,
            ),
            (Circumstances(), "nothing is known to stand in its way", Mend.RESYNC),
        ],
    )
    def test_its_cause_says_whether_it_comes_by_itself(
        self, around: Circumstances, cause: str, mend: Mend
    ) -> None:
        one = differs("shopify", PAID["shopify"], self.record(), around=around)
        assert one
        assert (one.kind, one.what) == (Kind.NOT_SENT, "state paid is missing")
        assert (one.cause, one.mend) == (cause, mend)

    def test_what_was_refused_is_sent_anew_even_if_others_wait(self) -> None:
        refusal = Refusal(reason="state_refused", detail="not now", status=400, at=NOW)
        record = self.record(refused={"state paid": refusal})
        around = Circumstances(holds=[PAUSED], letters=[letter("state_refused", "not now")])
        one = differs("shopify", PAID["shopify"], record, around=around)
        assert one
        assert one.what == "state paid is missing"
        assert one.cause == "it waits: it is paused; Seven Senders refused state paid: not now"
        assert one.mend is Mend.RESYNC
        assert one.event
        assert (one.event.topic, one.event.projection) == (RESYNC, {})

    def test_an_order_that_was_refused_whole_is_sent_anew(self) -> None:
        refusal = Refusal(reason="order_refused", detail="wrong date", status=422, at=NOW)
        record = self.record(accepted=None, refused={"create": refusal})
        one = differs("shopify", PAID["shopify"], record, Asked())
        assert one
        assert (one.what, one.mend) == ("create is missing", Mend.RESYNC)
        assert one.cause == "Seven Senders refused create: wrong date"


class TestAsSevenSendersShowsIt:
    @pytest.mark.parametrize(
        ("changes", "what"),
        [
            ({"fields": Fields(order_tags={"vip": "false"})}, "order_tags"),
            ({"state": "new", "states": {"new": NOW}}, "paid"),
        ],
    )
    def test_what_was_changed_there_is_compared_anew(
        self, changes: dict[str, Any], what: str
    ) -> None:
        record = known("shopify", PAID["shopify"])
        one = differs("shopify", PAID["shopify"], record, Asked(order=shown(record, **changes)))
        assert one
        assert (one.kind, one.mend) == (Kind.CHANGED_THERE, Mend.RESYNC)
        assert one.what == f"Seven Senders shows {what} otherwise"

    @platforms
    def test_what_was_deleted_there_is_compared_anew(self, platform: str) -> None:
        record = known(platform, PAID[platform])
        one = differs(platform, PAID[platform], record, Asked(unknown=True))
        assert one
        assert (one.kind, one.mend) == (Kind.GONE_THERE, Mend.RESYNC)
        assert one.event
        assert one.event.topic == RESYNC

    def test_boarding_that_was_completed_there_and_taken_over_does_not_differ(self) -> None:
        record = known("shopify", PAID["shopify"])
        assert record.accepted
        there = replace(record.accepted, boarding_complete=True)
        one = differs("shopify", PAID["shopify"], record, Asked(order=shown(record, fields=there)))
        assert one
        assert one.what == "Seven Senders shows boarding_complete otherwise"
        assert differs("shopify", PAID["shopify"], replace(record, accepted=there)) is None

    def test_what_could_not_be_asked_does_not_differ(self) -> None:
        record = known("shopify", PAID["shopify"])
        asked = Asked(why_not="the list is not filtered")
        assert differs("shopify", PAID["shopify"], record, asked) is None

    def test_states_of_the_service_do_not_differ(self) -> None:
        record = known("shopify", PAID["shopify"])
        states = {"new": NOW, "paid": NOW, "shipped": NOW}
        there = shown(record, state="shipped", states=states)
        assert differs("shopify", PAID["shopify"], record, Asked(order=there)) is None


class TestDeletedInTheShop:
    def test_an_order_in_the_trash_is_noted(self) -> None:
        trashed = PAID["woocommerce"] | {"status": "trash", "date_modified_gmt": LATER}
        one = differs("woocommerce", trashed, known("woocommerce", PAID["woocommerce"]))
        assert one
        assert (one.kind, one.mend) == (Kind.DELETED, Mend.NOTE_DELETION)
        assert one.cause == "it was moved to the trash, and no webhook came"
        assert one.event
        assert (one.event.is_deletion, one.event.projection) == (True, {"id": "22"})

    def test_one_that_is_noted_does_not_differ(self) -> None:
        trashed = PAID["woocommerce"] | {"status": "trash", "date_modified_gmt": LATER}
        record = replace(known("woocommerce", PAID["woocommerce"]), deleted_at=NOW)
        assert differs("woocommerce", trashed, record) is None

    def test_one_that_was_restored_is_compared_as_ever(self) -> None:
        record = replace(known("woocommerce", PAID["woocommerce"]), deleted_at=NOW)
        one = differs("woocommerce", CHANGED["woocommerce"], record)
        assert one
        assert one.kind is Kind.BEHIND

    @pytest.mark.parametrize(
        ("platform", "cause"),
        [
            ("shopify", "it was deleted in the shop, and no webhook came"),
            ("woocommerce", "it was deleted in the shop for good, which sends no webhook"),
        ],
    )
    def test_one_that_is_gone_is_noted_and_left_to_a_person(
        self, platform: str, cause: str
    ) -> None:
        record = known(platform, PAID[platform])
        one = deleted(record, platform=platform, now=NOW)
        assert (one.number, one.order, one.cause) == (record.number, record.order, cause)
        assert one.event
        assert one.event.is_deletion
        assert (one.event.topic, one.event.platform) == (VERIFICATION, platform)


def test_an_order_that_can_not_be_read_is_named_with_what_it_lacks() -> None:
    one = unreadable("shop", UnreadableOrder("22", ["number", "date_created_gmt"]))
    assert (one.order, one.kind, one.event) == ("22", Kind.UNREADABLE, None)
    assert one.cause == "the order lacks number, date_created_gmt"


def test_one_without_an_id_has_no_name() -> None:
    assert unreadable("shop", UnreadableOrder(None, ["id"])).order == "without an id"
