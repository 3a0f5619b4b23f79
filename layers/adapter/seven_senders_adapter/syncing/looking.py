"""What a look at the API shows of an order, taken for what it has accepted."""

from dataclasses import replace
from datetime import datetime

from seven_senders_adapter.domain.milestones import ENDS, State, rank
from seven_senders_adapter.domain.observation import REOPENED
from seven_senders_adapter.domain.order_record import Fields, OrderRecord
from seven_senders_adapter.domain.plan import FIELD_NAMES
from seven_senders_adapter.seven_senders.answers import RemoteOrder


def with_states(record: OrderRecord, remote: RemoteOrder, now: datetime) -> OrderRecord:
    """The record with the states that the API shows, but no end that the shop never had.

    None is sent any more that lies behind what it shows.
    """
    shown = {
        state: record.wanted_states.get(state, now)
        for state in State
        if state in remote.states
        and (state not in ENDS or state in record.wanted_states)
        and state not in record.accepted_states
    }
    accepted = {**record.accepted_states, **shown}
    reached = max((record.reached or "", *remote.states), key=rank) or None
    record = replace(record, accepted_states=accepted, reached=reached)
    for state in shown:
        record = record.noting(now, "noted", f"state {state} stands at Seven Senders")
    return record


def adopted(
    record: OrderRecord, remote: RemoteOrder, now: datetime, how: str, sent: Fields | None
) -> OrderRecord:
    """The record of an order that is found at Seven Senders; ``sent``: as it was just created."""
    record = replace(
        record,
        accepted=sent or _taken_over(record, remote),
        accepted_states={},
        reached=None,
        remote_id=remote.id,
        intent=None,
    )
    return with_states(record.noting(now, "noted", f"{record.order_id} {how}"), remote, now)


def compared(record: OrderRecord, remote: RemoteOrder, now: datetime) -> OrderRecord:
    """The record of an order that was created before, as Seven Senders shows it now.

    What was accepted and is not there any more has to be sent once more.
    """
    gone = _gone(record, remote)
    fields = _taken_over(record, remote)
    before = record.accepted or Fields()
    changed = [name for name in FIELD_NAMES if getattr(fields, name) != getattr(before, name)]
    for what in (*(f"state {state}" for state in gone), *changed):
        record = record.noting(now, "noted", f"{what} is not at Seven Senders as it was sent")
    record = replace(
        record,
        accepted=fields,
        accepted_states={s: at for s, at in record.accepted_states.items() if s not in gone},
        reached=None,
        remote_id=remote.id or record.remote_id,
        refused={
            key: refusal
            for key, refusal in record.refused.items()
            if not key.startswith(REOPENED) or key.removeprefix(REOPENED) not in gone
        },
    )
    return with_states(record, remote, now)


def _gone(record: OrderRecord, remote: RemoteOrder) -> list[State]:
    """The accepted states beyond the highest that is shown; none if no known one is shown."""
    highest = max(map(rank, remote.states), default=-1)
    return [state for state in record.accepted_states if -1 < highest < rank(state)]


def _taken_over(record: OrderRecord, remote: RemoteOrder) -> Fields:
    """What counts as accepted: tags that the shop does not use are left to who set them."""
    fields = remote.fields
    return fields if record.wanted.order_tags else replace(fields, order_tags={})
