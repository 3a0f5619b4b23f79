"""Where an order is, in one sentence; and what of it is not as it should be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.order_record import Fields, OrderRecord, Refusal
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import Failure
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_cli.orders.comparing import compared
from seven_senders_cli.orders.situation import Asked, Situation
from seven_senders_cli.orders.telling import timeline, where
from seven_senders_cli.orders.waiting import Hold

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW = OrderRecord(connection="shop", order="1", number="#1001", order_date=NOON, newest=NOON)
PAID = replace(
    NEW, accepted=Fields(), wanted_states={State.PAID: NOON}, accepted_states={State.PAID: NOON}
)
SHIPPED = replace(
    PAID, wanted=Fields(boarding_complete=True), accepted=Fields(boarding_complete=True)
)
CANCELLED = replace(
    PAID, wanted_states={State.CANCELLED: NOON}, accepted_states={State.CANCELLED: NOON}
)
THERE = RemoteOrder(
    id="7",
    order_id="#1001",
    order_date=NOON,
    state="paid",
    states={"new": NOON, "paid": NOON},
    fields=Fields(),
)


def refusal(reason: str, detail: str) -> Refusal:
    return Refusal(reason=reason, detail=detail, status=422, at=NOON)


def letter(reason: str, detail: str) -> DeadLetter:
    failure = Failure(letter="m", reason=reason, detail=detail, first_try=NOON, last_try=NOON)
    return DeadLetter(connection="shop", order="1", topic="orders/paid", failure=failure)


def situation(
    record: OrderRecord,
    *,
    attempt: Attempt | None = None,
    letters: tuple[DeadLetter, ...] = (),
    holds: tuple[Hold, ...] = (),
    expiring_since: datetime | None = None,
    asked: Asked | None = None,
) -> Situation:
    return Situation(
        record=record,
        attempt=attempt,
        letters=letters,
        holds=holds,
        expiring_since=expiring_since,
        asked=asked or Asked(order=THERE),
    )


FAILING = Attempt(
    message_id="m", tries=3, first_failed_at=NOON, last_failed_at=NOON, reason="the API failed"
)
NOT_CREATED = refusal("order_refused", "wrong date")
BEHIND_AN_END = refusal("state_refused", "Seven Senders has the order at an end")
OPENED_AGAIN = refusal("reopened_after_cancelled", "open again")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        pytest.param(
            situation(PAID),
            "created and paid at Seven Senders; nothing is missing.",
            id="there",
        ),
        pytest.param(
            situation(replace(PAID, deleted_at=NOON)),
            "created and paid at Seven Senders; the shop has deleted it, noted at"
            " 2026-03-02 12:00:00 UTC; nothing is missing.",
            id="there, and deleted in the shop",
        ),
        pytest.param(
            situation(SHIPPED, asked=Asked(why_not="was not asked")),
            "created, paid and boarding complete at Seven Senders; nothing is missing.",
            id="shipped, and Seven Senders was not asked",
        ),
        pytest.param(situation(NEW), "not at Seven Senders; create comes next.", id="not sent yet"),
        pytest.param(
            situation(replace(PAID, accepted_states={}), attempt=FAILING),
            "created at Seven Senders; it waits since 2026-03-02 12:00:00 UTC because"
            " the API failed, tried 3 times.",
            id="failing",
        ),
        pytest.param(
            situation(NEW, attempt=Attempt(message_id="m", deaths=2, running=True)),
            "not at Seven Senders; its worker died 2 times.",
            id="killing its worker",
        ),
        pytest.param(
            situation(NEW, holds=(Hold(why="the account is refused", since=NOON),)),
            "not at Seven Senders; it waits since 2026-03-02 12:00:00 UTC: the account is refused.",
            id="behind a brake",
        ),
        pytest.param(
            situation(
                replace(NEW, refused={"create": NOT_CREATED}),
                letters=(letter("order_refused", "wrong date"),),
            ),
            "not at Seven Senders; Seven Senders refused create: wrong date.",
            id="refused, whose dead letter says the same",
        ),
        pytest.param(
            situation(replace(NEW, refused={"create": NOT_CREATED})),
            "not at Seven Senders; Seven Senders refused create: wrong date.",
            id="refused so long ago that the dead letter is gone",
        ),
        pytest.param(
            situation(
                replace(CANCELLED, refused={"state paid": BEHIND_AN_END}),
                asked=Asked(order=replace(THERE, states={"new": NOON, "cancelled": NOON})),
            ),
            "created and cancelled at Seven Senders; nothing is missing.",
            id="refused a state that lies behind an end",
        ),
        pytest.param(
            situation(
                replace(CANCELLED, refused={"reopened_after_cancelled": OPENED_AGAIN}),
                letters=(letter("reopened_after_cancelled", "open again"),),
            ),
            "created and cancelled at Seven Senders;"
            " a dead letter says reopened_after_cancelled: open again.",
            id="opened again",
        ),
        pytest.param(
            situation(PAID, letters=(letter("failed_for_a_day", "the API failed"),)),
            "created and paid at Seven Senders;"
            " a dead letter says failed_for_a_day: the API failed.",
            id="given up",
        ),
        pytest.param(
            situation(PAID, asked=Asked(why_not="does not know it", unknown=True)),
            "created and paid at Seven Senders; Seven Senders does not know it any more:"
            " seven-senders orders resync mends it.",
            id="gone",
        ),
        pytest.param(
            situation(SHIPPED),
            "created, paid and boarding complete at Seven Senders; Seven Senders shows"
            " boarding_complete otherwise: seven-senders orders resync mends it.",
            id="changed there",
        ),
    ],
)
def test_one_sentence_tells_of_an_order_that_is(found: Situation, sentence: str) -> None:
    assert where(found) == f"#1001 of shop is {sentence}"


def test_all_that_happened_stands_in_its_order() -> None:
    record = NEW.noting(NOON - timedelta(hours=2), "came", "orders/create, the first")
    found = situation(
        record.noting(NOON - timedelta(minutes=1), "refused", "create"),
        attempt=FAILING,
        letters=(letter("order_refused", "wrong date"),),
        holds=(Hold(why="it is down", since=NOON - timedelta(hours=1)),),
        expiring_since=NOON + timedelta(days=11),
    )
    assert [what for _, what, _ in timeline(found)] == [
        "came by webhook",
        "stands still",
        "refused",
        "dead letter",
        "failed",
        "expiring",
    ]


def differing(record: OrderRecord, remote: RemoteOrder | None = THERE) -> set[str]:
    return {line.name for line in compared(record, remote) if line.differs}


@pytest.mark.parametrize(
    ("record", "remote", "differs"),
    [
        pytest.param(PAID, THERE, set(), id="all is alike"),
        pytest.param(PAID, None, set(), id="nobody was asked"),
        pytest.param(replace(PAID, accepted_states={}), None, {"paid"}, id="a state is missing"),
        pytest.param(
            replace(PAID, wanted_states={State.PAID: NOON, State.IN_PREPARATION: NOON}),
            replace(THERE, states={**THERE.states, "shipped": None}),
            set(),
            id="a state that lies behind is not missing",
        ),
        pytest.param(
            replace(PAID, accepted_states={State.PAID: NOON, State.IN_PREPARATION: NOON}),
            THERE,
            {"in_preparation"},
            id="a state that was accepted is gone",
        ),
        pytest.param(PAID, replace(THERE, states={}), set(), id="no states shown tells nothing"),
        pytest.param(
            PAID,
            replace(THERE, states={**THERE.states, "cancelled": NOON}),
            {"cancelled"},
            id="somebody cancelled it there",
        ),
        pytest.param(
            replace(PAID, wanted=Fields(language="de")),
            THERE,
            {"language"},
            id="a field is missing",
        ),
        pytest.param(
            replace(PAID, wanted=Fields(language="de"), accepted=Fields(language="de")),
            replace(THERE, fields=Fields(language="fr")),
            {"language"},
            id="a field was changed there",
        ),
        pytest.param(
            PAID,
            replace(THERE, fields=Fields(order_tags={"vip": "true"})),
            set(),
            id="tags of somebody else where the shop has none",
        ),
        pytest.param(
            replace(
                PAID,
                wanted=Fields(promised_delivery_date=NOON.replace(microsecond=5)),
                accepted=Fields(promised_delivery_date=NOON.replace(microsecond=5)),
            ),
            replace(THERE, fields=Fields(promised_delivery_date=NOON)),
            set(),
            id="parts of a second, which the API does not keep",
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_marked(
    record: OrderRecord, remote: RemoteOrder | None, differs: set[str]
) -> None:
    assert differing(record, remote) == differs


@pytest.mark.parametrize(
    ("detail", "by"),
    [
        ("orders/updated, newer", "webhook"),
        ("order.created, the first", "webhook"),
        ("reconciliation, the first", "reconciliation"),
        ("backfill, newer", "backfill"),
        ("verification, newer", "verification"),
        ("resync 0123", "resync"),
    ],
)
def test_it_is_told_what_brought_an_event(detail: str, by: str) -> None:
    found = situation(NEW.noting(NOON, "came", detail))
    assert timeline(found) == [(NOON, f"came by {by}", detail)]
