"""What a snapshot changes in what should be true of its order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from seven_senders_adapter.domain.fields import Known, wanted_fields
from seven_senders_adapter.domain.milestones import ENDS, State, dated, highest, pulled, rank
from seven_senders_adapter.domain.order_record import OrderRecord, Refusal
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot

DIGESTS_KEPT = 20
REOPENED = "reopened_after_"


class Age(StrEnum):
    """How a snapshot stands to the newest one received of its order."""

    NEWER = "newer"
    OLDER = "older"
    REPEATED = "repeated"


def reason_to_leave_out(
    snapshot: Snapshot, settings: MappingSettings, received_at: datetime, *, any_age: bool = False
) -> str | None:
    """Why an order that is not known yet is not created; ``None`` if it is.

    With ``any_age`` none is too old.
    """
    if snapshot.left_out is not None:
        return snapshot.left_out
    if settings.created_too_early(snapshot.created_at):
        return "before_orders_since"
    age = received_at - snapshot.created_at
    if (
        settings.max_order_age_days
        and not any_age
        and age > timedelta(days=settings.max_order_age_days)
    ):
        return "too_old"
    return None


def first_record(
    connection: str,
    snapshot: Snapshot,
    settings: MappingSettings,
    *,
    received_at: datetime,
    digest: str,
) -> OrderRecord:
    """The record of an order whose first snapshot this is."""
    shown = dict(snapshot.states)
    if State.PAID in shown and snapshot.paid_at_if_first is not None:
        shown[State.PAID] = snapshot.paid_at_if_first
    fields, language = wanted_fields(snapshot, settings, None)
    return OrderRecord(
        connection=connection,
        order=snapshot.order,
        number=snapshot.number,
        order_date=snapshot.created_at,
        newest=snapshot.updated_at,
        digests=(digest,),
        language=language,
        wanted=fields,
        wanted_states=dated(shown, order_date=snapshot.created_at, received_at=received_at),
    )


def age_of(snapshot: Snapshot, digest: str, record: OrderRecord) -> Age:
    """At equal times the later received one is newer, unless it was seen at that time."""
    if snapshot.updated_at < record.newest:
        return Age.OLDER
    if snapshot.updated_at == record.newest and digest in record.digests:
        return Age.REPEATED
    return Age.NEWER


def heard(record: OrderRecord, snapshot: Snapshot) -> OrderRecord:
    """The record after a webhook that brought the snapshot."""
    known = record.heard
    newest = snapshot.updated_at if known is None else max(known, snapshot.updated_at)
    return replace(record, heard=newest)


def observe(
    record: OrderRecord,
    snapshot: Snapshot,
    settings: MappingSettings,
    *,
    received_at: datetime,
    digest: str,
) -> OrderRecord:
    """The record with what the snapshot asks for. A repeated one changes nothing."""
    age = age_of(snapshot, digest, record)
    if age is Age.REPEATED:
        return record
    shown = dated(snapshot.states, order_date=record.order_date, received_at=received_at)
    if age is Age.OLDER:
        return replace(record, wanted_states=_with_late_states(record, shown))
    known = Known(fields=record.wanted, language=record.language, order_date=record.order_date)
    fields, language = wanted_fields(snapshot, settings, known)
    earlier = record.digests if snapshot.updated_at == record.newest else ()
    return replace(
        record,
        number=snapshot.number,
        newest=snapshot.updated_at,
        digests=(*earlier, digest)[-DIGESTS_KEPT:],
        language=language,
        wanted=fields,
        wanted_states=_with_new_states(record, shown),
        refused=_with_reopening(record, shown, received_at),
    )


def overtaken(before: OrderRecord, after: OrderRecord) -> list[State]:
    """The states that a snapshot asks for the first time, but behind an accepted one."""
    accepted = highest(after.accepted_states)
    new = after.wanted_states.keys() - before.wanted_states.keys()
    return sorted((s for s in new if accepted and rank(s) < rank(accepted)), key=rank)


def without_refusals(record: OrderRecord, before: datetime) -> OrderRecord:
    """The record with everything to be tried again that the API refused before a time.

    A re-opening stays noted: no call can mend it.
    """
    kept = {
        key: refusal
        for key, refusal in record.refused.items()
        if refusal.at >= before or key.startswith(REOPENED)
    }
    return replace(record, refused=kept)


def _with_late_states(
    record: OrderRecord, shown: Mapping[State, datetime]
) -> dict[State, datetime]:
    late = {state: at for state, at in shown.items() if state not in ENDS}
    return pulled({**late, **record.wanted_states})


def _with_new_states(record: OrderRecord, shown: Mapping[State, datetime]) -> dict[State, datetime]:
    """A state keeps the time of the first snapshot that showed it; ends are the newest's."""
    kept = {
        state: at
        for state, at in record.wanted_states.items()
        if state not in ENDS or (state in shown and state in record.accepted_states)
    }
    return pulled({**shown, **kept})


def _with_reopening(
    record: OrderRecord, shown: Mapping[State, datetime], received_at: datetime
) -> Mapping[str, Refusal]:
    accepted = highest({s: at for s, at in record.accepted_states.items() if s in ENDS})
    if accepted is None or any(rank(state) >= rank(accepted) for state in shown):
        return record.refused
    reason = f"{REOPENED}{accepted}"
    if reason in record.refused:
        return record.refused
    detail = f"the shop shows the order open again, Seven Senders has it as {accepted}"
    return {
        **record.refused,
        reason: Refusal(reason=reason, detail=detail, status=None, at=received_at),
    }
