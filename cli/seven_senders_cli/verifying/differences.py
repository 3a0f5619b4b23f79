"""What of an order differs between its shop, the ledger and Seven Senders, why, and what mends it.

Nothing is fetched here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.observation import REOPENED, observe
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.plan import next_step
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import VERIFICATION, OrderEvent, resync
from seven_senders_adapter.reconciling.comparison import Found, Verdict
from seven_senders_adapter.shops.shop import UnreadableOrder
from seven_senders_cli.orders.comparing import compared, reopened
from seven_senders_cli.orders.refusals import open_refusals
from seven_senders_cli.orders.situation import Asked
from seven_senders_cli.orders.telling import in_the_way, listed
from seven_senders_cli.orders.waiting import Hold

IN_THE_TRASH = "status_trash"
"""Why an order in WooCommerce's trash is left out (source: shops/woocommerce.py)."""

_REFUND_GONE = frozenset(f"{REOPENED}{state}" for state in (State.REFUNDED, State.RETURNED))


class Kind(StrEnum):
    """What a difference is."""

    NOT_IN_LEDGER = "not in the ledger"
    BEHIND = "ledger behind the shop"
    REFUND_GONE = "refund gone"
    NOT_SENT = "not all sent"
    CHANGED_THERE = "changed at Seven Senders"
    GONE_THERE = "gone from Seven Senders"
    REOPENED = "open in the shop"
    DELETED = "deleted in the shop"
    UNREADABLE = "unreadable"


class Mend(StrEnum):
    """What mends a difference. The first three are what ``--fix`` queues."""

    BRING_IN = "bring it in from the shop"
    RESYNC = "send what Seven Senders lacks"
    NOTE_DELETION = "note it; a person decides at Seven Senders"
    WAIT = "goes on by itself"
    AT_SEVEN_SENDERS = "a person at Seven Senders"
    IN_THE_SHOP = "mend it in the shop, and save it"


_CAUSES = {
    Kind.REFUND_GONE: "a refund was deleted in the shop, which sends no webhook",
    Kind.REOPENED: "the shop shows it open, and no call opens it at Seven Senders",
    Kind.DELETED: "it was moved to the trash, and no webhook came",
    Kind.CHANGED_THERE: "somebody has changed it there",
    Kind.GONE_THERE: "somebody has deleted it there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One order that differs. ``order`` is the shop's id; ``event`` is queued to mend it."""

    connection: str
    number: str
    order: str
    kind: Kind
    what: str
    cause: str
    mend: Mend
    event: OrderEvent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What may keep an order from getting on: as in ``Situation``."""

    attempt: Attempt | None = None
    letters: Sequence[DeadLetter] = ()
    holds: Sequence[Hold] = ()

    def in_the_way(self, record: OrderRecord | None) -> str:
        """It in words; empty if nothing is known."""
        found = in_the_way(record, attempt=self.attempt, letters=self.letters, holds=self.holds)
        return "; ".join(found)


@dataclass(frozen=True, slots=True)
class Judgement:
    """That an order differs, and in what."""

    kind: Kind
    what: str


def judge(found: Found, asked: Asked, settings: MappingSettings) -> Judgement | None:
    """Whether an order of the shop differs; ``None`` if not, or if it is not known.

    ``asked``: what Seven Senders shows; neither order nor ``unknown`` if it was not asked.
    """
    record = found.record
    if record is None:
        return _not_in_ledger(found, asked)
    if found.snapshot.left_out == IN_THE_TRASH:
        return _in_the_trash(record)
    if found.verdict is Verdict.BEHIND and (judgement := _behind(found, record, settings)):
        return judgement
    return _not_sent(record) or _shown_otherwise(record, asked)


def _not_in_ledger(found: Found, asked: Asked) -> Judgement | None:
    if found.verdict is Verdict.LEFT_OUT:
        return None
    there = ", though Seven Senders has one of its number" if asked.order else ""
    return Judgement(Kind.NOT_IN_LEDGER, f"the ledger does not know it{there}")


def _in_the_trash(record: OrderRecord) -> Judgement | None:
    if record.deleted_at:
        return None
    return Judgement(Kind.DELETED, "it is in the shop's trash, and the ledger does not say so")


def _behind(found: Found, record: OrderRecord, settings: MappingSettings) -> Judgement | None:
    """A snapshot of the newest time is another one only if it asks for something else.

    The shop's API may show what a webhook brought in another form.
    """
    event, snapshot = found.event, found.snapshot
    after = observe(record, snapshot, settings, received_at=event.received_at, digest=event.digest)
    if _REFUND_GONE & (after.refused.keys() - record.refused.keys()):
        return Judgement(Kind.REFUND_GONE, "Seven Senders has a refund that the shop does not show")
    if snapshot.updated_at > record.newest:
        return Judgement(Kind.BEHIND, f"it was changed at {snapshot.updated_at:%Y-%m-%d %H:%M:%S}")
    if replace(after, digests=record.digests) != record:
        return Judgement(Kind.BEHIND, "the shop shows it otherwise, as of the same time")
    return None


def _not_sent(record: OrderRecord) -> Judgement | None:
    step = next_step(record)
    missing = [step.key] if step else [key for key, _ in open_refusals(record)]
    return Judgement(Kind.NOT_SENT, f"{listed(missing)} is missing") if missing else None


def _shown_otherwise(record: OrderRecord, asked: Asked) -> Judgement | None:
    if asked.unknown:
        return Judgement(Kind.GONE_THERE, "Seven Senders does not know it any more")
    if asked.order is None:
        return None
    if ends := reopened(record, asked.order):
        return Judgement(Kind.REOPENED, f"Seven Senders has it as {listed(ends)}")
    names = [line.name for line in compared(record, asked.order) if line.differs]
    if not names:
        return None
    return Judgement(Kind.CHANGED_THERE, f"Seven Senders shows {listed(names)} otherwise")


def difference(found: Found, judgement: Judgement, around: Circumstances) -> Difference:
    """The cause and the remedy of what differs at an order."""
    mend = _mend(found, judgement.kind, around)
    return Difference(
        connection=found.event.connection,
        number=found.record.number if found.record else found.snapshot.number,
        order=found.event.order,
        kind=judgement.kind,
        what=judgement.what,
        cause=_cause(found, judgement.kind, around),
        mend=mend,
        event=_event(found.event, mend),
    )


def _cause(found: Found, kind: Kind, around: Circumstances) -> str:
    if kind in _CAUSES:
        return _CAUSES[kind]
    if kind is Kind.NOT_SENT:
        return around.in_the_way(found.record) or "nothing is known to stand in its way"
    return _why_not_here(_guess(found), found.record, around)


def _guess(found: Found) -> str:
    if found.record is None:
        return "no webhook came, or it is older than the connection"
    if found.snapshot.updated_at > found.record.newest:
        return "the last change has not arrived"
    return (
        "a second change within a second, a change of the connection's settings, or one for which"
        " the shop sends no webhook"
    )


def _why_not_here(guess: str, record: OrderRecord | None, around: Circumstances) -> str:
    """Why the ledger lacks something; what was refused of the order before is no reason."""
    refused = {refusal.reason for refusal in record.refused.values()} if record else set()
    letters = [letter for letter in around.letters if letter.failure.reason not in refused]
    known = replace(around, letters=letters).in_the_way(None)
    if around.attempt or letters or not known:
        return known or guess
    return f"{guess}, or {known}"


def _mend(found: Found, kind: Kind, around: Circumstances) -> Mend:
    match kind:
        case Kind.NOT_IN_LEDGER | Kind.BEHIND | Kind.REFUND_GONE:
            return Mend.WAIT if around.attempt else Mend.BRING_IN
        case Kind.NOT_SENT:
            is_tried = found.record is not None and next_step(found.record) is not None
            waits = around.attempt is not None or bool(around.holds)
            return Mend.WAIT if is_tried and waits else Mend.RESYNC
        case Kind.REOPENED:
            return Mend.AT_SEVEN_SENDERS
        case Kind.DELETED:
            return Mend.NOTE_DELETION
        case _:
            return Mend.RESYNC


def _event(event: OrderEvent, mend: Mend) -> OrderEvent | None:
    match mend:
        case Mend.BRING_IN:
            return event
        case Mend.NOTE_DELETION:
            return replace(event, projection={"id": event.order})
        case Mend.RESYNC:
            return resync(
                connection=event.connection,
                platform=event.platform,
                order=event.order,
                request_id=uuid4().hex[:8],
                now=event.received_at,
            )
        case _:
            return None


def deleted(record: OrderRecord, *, platform: str, now: datetime) -> Difference:
    """An order of the ledger that its shop does not have any more."""
    return Difference(
        connection=record.connection,
        number=record.number,
        order=record.order,
        kind=Kind.DELETED,
        what="Seven Senders has it, the shop does not",
        cause="it was deleted in the shop for good, which sends no webhook"
        if platform == "woocommerce"
        else "it was deleted in the shop, and no webhook came",
        mend=Mend.NOTE_DELETION,
        event=OrderEvent(
            connection=record.connection,
            platform=platform,
            order=record.order,
            topic=VERIFICATION,
            delivery_id="",
            received_at=now,
            projection={"id": record.order},
        ),
    )


def unreadable(connection: str, error: UnreadableOrder) -> Difference:
    """An order that the shop shows without what the mapping needs."""
    return Difference(
        connection=connection,
        number="",
        order=error.order or "without an id",
        kind=Kind.UNREADABLE,
        what="it can't be read",
        cause=str(error),
        mend=Mend.IN_THE_SHOP,
    )
