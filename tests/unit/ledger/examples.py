"""One full example of each kind of row."""

from datetime import UTC, datetime

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.order_record import (
    Fields,
    Happening,
    Intent,
    OrderRecord,
    Refusal,
)
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.brakes import Brake
from seven_senders_adapter.ledger.claims import Holder
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import Failure

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 12, 0, 20, 500_000, tzinfo=UTC)

RECORD = OrderRecord(
    connection="de-shop",
    order="4711",
    number="#1001",
    order_date=NOON,
    newest=LATER,
    heard=NOON,
    version=3,
    digests=("0123456789abcdef",),
    language="pt",
    wanted=Fields(
        language="pt",
        order_url="https://shop.example",
        order_tags={"vip": "true", "größe": "L"},
        promised_delivery_date=LATER,
        boarding_complete=True,
    ),
    wanted_states={State.PAID: NOON, State.CANCELLED: LATER},
    order_id="DE-#1001",
    remote_id="99",
    accepted=Fields(),
    accepted_states={State.PAID: NOON},
    reached="shipped",
    refused={
        "state/in_production": Refusal(
            reason="refused", detail="state", status=422, at=NOON, reported=True
        )
    },
    intent=Intent(step="state/cancelled", at=NOON, read_from=LATER),
    recreated_for="refused-4711",
    deleted_at=LATER,
    changed_at=LATER,
    history=(
        Happening(at=NOON, what="came", detail="orders/create"),
        Happening(at=LATER, what="sent", detail="create"),
    ),
)

ATTEMPT = Attempt(
    message_id="m-1",
    tries=3,
    first_failed_at=NOON,
    last_failed_at=LATER,
    waited=90,
    reason="server_error",
    status=503,
    deaths=1,
    running=True,
    given_up=True,
)

HOLDER = Holder(connection="de-shop", order="4711")

BRAKE = Brake(
    name="account-1",
    failing=frozenset({"m-1", "m-2"}),
    closed_since=NOON,
    probe_at=LATER,
    reason="refused_account",
)

DEAD_LETTER = DeadLetter(
    connection="de-shop",
    order="4711",
    topic="orders/create",
    failure=Failure(
        letter="m-1",
        reason="refused",
        detail="order_tags",
        status=422,
        first_try=NOON,
        last_try=LATER,
        brakes=("api-1", "account-1"),
    ),
)


def dead_letter(
    reason: str, *, connection: str = "acme", order: str = "1", last_try: datetime = NOON
) -> DeadLetter:
    """A dead letter that failed for a reason."""
    failure = Failure(letter="m", reason=reason, first_try=NOON, last_try=last_try)
    return DeadLetter(connection=connection, order=order, topic="orders/paid", failure=failure)
