"""Dead letters go back to the queue: by themselves if their reason can pass, else on request."""

from collections.abc import Mapping

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.dead_letter_run import Selection
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import Failure, Received
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reasons import CAN_PASS, Reason

SELECTING = ("reasons", "connections", "orders")
"""The keys by which a person chooses dead letters."""

SCHEDULE = "aws.events"
"""The ``source`` of an event that a schedule sends."""


class InvalidSelection(Exception):
    """What a person asked to be retried can't be read: which key, and what is expected."""


def read_selection(event: Mapping[str, object]) -> Selection:
    """Read ``{"reasons": [...], "connections": [...], "orders": [...]}``, each key optional.

    Without reasons those are taken that can pass; without connections or orders, and if their
    lists are empty, any are. A schedule's event selects nothing. Raises InvalidSelection.
    """
    if event.get("source") == SCHEDULE:
        return Selection(reasons=CAN_PASS)
    if unknown := sorted(event.keys() - set(SELECTING)):
        raise InvalidSelection(f"{', '.join(unknown)}: unknown, expected {', '.join(SELECTING)}")
    chosen: dict[str, frozenset[str]] = {}
    for key in SELECTING:
        values = event.get(key)
        if values is None:
            continue
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise InvalidSelection(f"{key}: expected a list of texts")
        chosen[key] = frozenset(values)
    reasons = chosen.get("reasons", CAN_PASS)
    if unknown := sorted(reasons - set(Reason)):
        raise InvalidSelection(
            f"reasons: {', '.join(unknown)} unknown, expected of {', '.join(Reason)}"
        )
    return Selection(
        reasons=reasons,
        connections=chosen.get("connections") or None,
        orders=chosen.get("orders") or None,
    )


class Retry:
    """Sends dead letters back to the queue, unless a closed brake holds them."""

    def __init__(self, *, queue: Queue, brakes: Brakes, now: Clock) -> None:
        self._queue = queue
        self._brakes = brakes
        self._now = now

    def __call__(self, message: Received, letter: DeadLetter) -> bool:
        """Send a dead letter back. One that is taken off only later may be sent twice, not lost."""
        if self._is_held(letter.failure):
            return False
        self._queue.send_back(message)
        return True

    def _is_held(self, failure: Failure) -> bool:
        closed = self._brakes.read(failure.brakes) if failure.brakes else {}
        return any(brake.holds(self._now()) for brake in closed.values())
