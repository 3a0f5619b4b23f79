"""The next call that is missing between what should be true and what the API has accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from seven_senders_adapter.domain.milestones import State, rank
from seven_senders_adapter.domain.order_record import Fields, OrderRecord

CREATE = "create"
FIELD_NAMES = (
    "language",
    "order_url",
    "order_tags",
    "promised_delivery_date",
    "boarding_complete",
)
OPTIONAL_FIELDS = frozenset(FIELD_NAMES) - {"boarding_complete"}
"""An order can do without them, if the API refuses one."""


@dataclass(frozen=True, slots=True)
class Create:
    """Create the order with these fields."""

    fields: Fields

    @property
    def key(self) -> str:
        """Names the step in the ledger."""
        return CREATE


@dataclass(frozen=True, slots=True)
class AddState:
    """Add a state at its time."""

    state: State
    at: datetime

    @property
    def key(self) -> str:
        """Names the step in the ledger."""
        return state_key(self.state)


@dataclass(frozen=True, slots=True)
class Update:
    """Change these fields of the order, values as in ``Fields``."""

    changes: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Names the step in the ledger."""
        return f"update {' '.join(self.changes)}"


type Step = Create | AddState | Update


def state_key(state: State) -> str:
    """Names the step that adds a state."""
    return f"state {state}"


def field_key(name: str, value: object) -> str:
    """Names one value of one field, to remember that the API has refused it."""
    if isinstance(value, Mapping):
        value = sorted(value.items())
    return f"{name} {sha256(str(value).encode()).hexdigest()[:8]}"


def next_step(record: OrderRecord) -> Step | None:
    """The next call to make: create, then missing states by rank, then changed fields."""
    if record.accepted is None:
        return None if CREATE in record.refused else Create(_creatable(record))
    return _missing_state(record) or _changed_fields(record, record.accepted)


def _creatable(record: OrderRecord) -> Fields:
    wanted = record.wanted
    return Fields(
        **{
            name: getattr(wanted, name)
            for name in FIELD_NAMES
            if field_key(name, getattr(wanted, name)) not in record.refused
        }
    )


def _missing_state(record: OrderRecord) -> AddState | None:
    reached = max(rank(state) for state in (*record.accepted_states, record.reached or ""))
    missing = [
        AddState(state, at)
        for state, at in record.wanted_states.items()
        if rank(state) > reached and state_key(state) not in record.refused
    ]
    if State.CANCELLED in record.wanted_states:
        missing = [step for step in missing if step.state in (State.PAID, State.CANCELLED)]
    return min(missing, key=lambda step: rank(step.state), default=None)


def _changed_fields(record: OrderRecord, accepted: Fields) -> Update | None:
    changes = {
        name: wanted
        for name in FIELD_NAMES
        if (wanted := getattr(record.wanted, name)) is not None
        and wanted != getattr(accepted, name)
        and field_key(name, wanted) not in record.refused
    }
    if accepted.boarding_complete:
        changes.pop("boarding_complete", None)
    return Update(changes) if changes else None
