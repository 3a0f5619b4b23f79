"""The states of an order at Seven Senders, their rank, and when each may be dated."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from itertools import accumulate


class State(StrEnum):
    """A state that the adapter sends with ``POST /order_states`` (source: seed)."""

    PAID = "paid"
    IN_PRODUCTION = "in_production"
    WAREHOUSE_HANDOVER = "warehouse_handover"
    IN_PREPARATION = "in_preparation"
    RETURNED = "returned"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


RANKING = (
    "new",
    State.PAID,
    State.IN_PRODUCTION,
    State.WAREHOUSE_HANDOVER,
    State.IN_PREPARATION,
    "shipped",
    "completed",
    State.RETURNED,
    State.REFUNDED,
    State.CANCELLED,
)
"""All states in order. ``new``, ``shipped`` and ``completed`` are set by the service itself."""

ENDS = frozenset({State.RETURNED, State.REFUNDED, State.CANCELLED})

_RANKS = {str(state): rank for rank, state in enumerate(RANKING)}


def rank(state: str) -> int:
    """The place of a state in the order of states; -1 for a state that is not known."""
    return _RANKS.get(state, -1)


def highest(states: Mapping[State, datetime]) -> State | None:
    """The highest of some states; ``None`` if there is none."""
    return max(states, key=rank, default=None)


def dated(
    shown: Mapping[State, datetime], *, order_date: datetime, received_at: datetime
) -> dict[State, datetime]:
    """The states of one snapshot with the times under which they are sent, by rank.

    A cancelled order keeps only ``paid`` and ``cancelled``. No state lies before the order's
    date or after a higher state of the same snapshot, and none after the delivery's receipt.
    """
    kept = shown
    if State.CANCELLED in shown:
        kept = {s: at for s, at in shown.items() if s in (State.PAID, State.CANCELLED)}
    return pulled({s: min(max(at, order_date), received_at) for s, at in kept.items()})


def pulled(states: Mapping[State, datetime]) -> dict[State, datetime]:
    """The states by rank, each dated no later than any higher one."""
    falling = sorted(states, key=rank, reverse=True)
    times = accumulate((states[state] for state in falling), min)
    return dict(reversed(list(zip(falling, times, strict=True))))
