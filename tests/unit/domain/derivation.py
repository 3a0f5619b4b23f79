"""The mapping's rules for states and fields, written a second time for the tests.

Nothing here is the domain's but the shape of a snapshot and the names of the states. The API is
one that accepts everything.
"""

from dataclasses import dataclass, field
from datetime import datetime

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.snapshot import Snapshot

STEPS = (State.PAID, State.IN_PRODUCTION, State.WAREHOUSE_HANDOVER, State.IN_PREPARATION)
ENDS = (State.RETURNED, State.REFUNDED, State.CANCELLED)
STATES = (*STEPS, *ENDS)


def shown_states(snapshot: Snapshot) -> set[State]:
    """What a snapshot asks for: a cancelled order is paid and cancelled, and nothing else."""
    shown = set(snapshot.states)
    return shown & {State.PAID, State.CANCELLED} if State.CANCELLED in shown else shown


def time_of(
    state: State, snapshot: Snapshot, *, order_date: datetime, received_at: datetime, is_first: bool
) -> datetime:
    """Not after a higher state of the snapshot, nor before the order, nor after the receipt."""
    stated = dict(snapshot.states)
    if is_first and State.PAID in stated and snapshot.paid_at_if_first is not None:
        stated[State.PAID] = snapshot.paid_at_if_first
    higher = [s for s in shown_states(snapshot) if STATES.index(s) >= STATES.index(state)]
    return min(received_at, max(order_date, min(stated[s] for s in higher)))


@dataclass
class Derivation:
    """One order, from its first snapshot on: what was accepted, and what should stand."""

    states: dict[State, datetime] = field(default_factory=dict)
    newest: Snapshot | None = None
    reopened_after: set[State] = field(default_factory=set)
    is_shipped: bool = False
    language: str | None = None
    promised_at: datetime | None = None
    _order_date: datetime | None = None
    _seen: list[Snapshot] = field(default_factory=list)

    def receive(self, snapshot: Snapshot, received_at: datetime) -> None:
        """Bring a snapshot."""
        is_first = self.newest is None
        self._order_date = self._order_date or snapshot.created_at
        shown = shown_states(snapshot)
        if self.newest is not None and snapshot.updated_at < self.newest.updated_at:
            shown -= set(ENDS)
        elif snapshot in self._seen:
            return
        else:
            self._take_over(snapshot)
        for state in STATES:
            if state in shown and all(STATES.index(s) < STATES.index(state) for s in self.states):
                self.states[state] = time_of(
                    state,
                    snapshot,
                    order_date=self._order_date,
                    received_at=received_at,
                    is_first=is_first,
                )

    def _take_over(self, snapshot: Snapshot) -> None:
        if self.newest is None or snapshot.updated_at > self.newest.updated_at:
            self._seen = []
        self._seen.append(snapshot)
        self.newest = snapshot
        self.is_shipped = self.is_shipped or snapshot.shipped
        self.language = snapshot.language or self.language
        self.promised_at = snapshot.promised_at or self.promised_at
        accepted = [STATES.index(s) for s in self.states if s in ENDS]
        shown = [STATES.index(s) for s in shown_states(snapshot)]
        if accepted and max(shown, default=-1) < max(accepted):
            self.reopened_after.add(STATES[max(accepted)])
