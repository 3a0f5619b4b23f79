"""Short ways to write snapshots and to play the API in the tests of the domain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.observation import first_record, observe
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.plan import AddState, Create, Step, Update, next_step
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(days=30)
SETTINGS = MappingSettings()


def at(minutes: float) -> datetime:
    """So many minutes after the order was made."""
    return MONDAY + timedelta(minutes=minutes)


def snapshot(minutes: float, *states: str, **fields: Any) -> Snapshot:
    """A snapshot of that minute, showing each state at that minute."""
    plain = Snapshot(
        order="1",
        number="#1001",
        created_at=MONDAY,
        updated_at=at(minutes),
        states={State(state): at(minutes) for state in states},
    )
    return replace(plain, **fields)


def accept(record: OrderRecord, step: Step) -> OrderRecord:
    """The record after the API has accepted a step."""
    match step:
        case Create(fields):
            return replace(record, accepted=fields, remote_id="9")
        case AddState(state, when):
            return replace(record, accepted_states={**record.accepted_states, state: when})
        case Update(changes):
            assert record.accepted is not None
            return replace(record, accepted=replace(record.accepted, **changes))


def deliver(
    record: OrderRecord | None,
    shown: Snapshot,
    *,
    settings: MappingSettings = SETTINGS,
    received_at: datetime = LATER,
) -> tuple[OrderRecord, list[Step]]:
    """Bring a snapshot to an API that accepts everything: the record after it, and the calls."""
    digest = repr(shown)
    if record is None:
        record = first_record("demo", shown, settings, received_at=received_at, digest=digest)
    else:
        record = observe(record, shown, settings, received_at=received_at, digest=digest)
    steps: list[Step] = []
    while (step := next_step(record)) is not None:
        steps.append(step)
        record = accept(record, step)
    return record, steps


def calls(*snapshots: Snapshot, settings: MappingSettings = SETTINGS) -> list[str]:
    """The keys of all calls that some snapshots lead to, in their order of arrival."""
    record: OrderRecord | None = None
    keys: list[str] = []
    for shown in snapshots:
        record, steps = deliver(record, shown, settings=settings)
        keys += [step.key for step in steps]
    return keys
