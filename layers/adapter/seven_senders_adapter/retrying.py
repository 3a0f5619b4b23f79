"""Dead letters go back to the queue: by themselves if their reason can pass, else on request."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import Clock
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.messages import Failure, Received, UnreadableMessage
from seven_senders_adapter.queue import EXPIRY_WARNING_AFTER, DeadLetterQueue, Queue
from seven_senders_adapter.reasons import CAN_PASS, Reason
from seven_senders_adapter.telemetry import Telemetry

HIDDEN_SECONDS = 360
"""How long a dead letter that is left is hidden, so that one run does not meet it twice."""

SELECTING = ("reasons", "connections", "orders")
"""The keys by which a person chooses dead letters."""

SCHEDULE = "aws.events"
"""The ``source`` of an event that a schedule sends."""

FORSAKEN_AFTER = timedelta(hours=2)
"""A brake that nobody has probed for so long guards nothing: its key or URL is no longer used."""


class InvalidSelection(Exception):
    """What a person asked to be retried can't be read: which key, and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which dead letters to return. No connections or no orders means any."""

    reasons: Collection[str] = CAN_PASS
    connections: Collection[str] = ()
    orders: Collection[str] = ()

    def takes(self, connection: str, order: str, reason: str) -> bool:
        """Whether a dead letter is chosen."""
        return (
            reason in self.reasons
            and (not self.connections or connection in self.connections)
            and (not self.orders or order in self.orders)
        )


@dataclass(slots=True, kw_only=True)
class Retried:
    """How many dead letters were returned, wait behind a brake, and are left for a person."""

    returned: int = 0
    waiting: int = 0
    left: int = 0


def read_selection(event: Mapping[str, object]) -> Selection:
    """Read ``{"reasons": [...], "connections": [...], "orders": [...]}``, each key optional.

    A schedule's event selects nothing. Raises InvalidSelection.
    """
    if event.get("source") == SCHEDULE:
        return Selection()
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
    if unknown := sorted(chosen.get("reasons", frozenset()) - set(Reason)):
        raise InvalidSelection(
            f"reasons: {', '.join(unknown)} unknown, expected of {', '.join(Reason)}"
        )
    return Selection(**chosen)


class Retry:
    """One run over the dead letters."""

    def __init__(
        self,
        *,
        queue: Queue,
        dead_letter_queue: DeadLetterQueue,
        dead_letters: DeadLetters,
        orders: Orders,
        brakes: Brakes,
        telemetry: Telemetry,
        now: Clock,
    ) -> None:
        self._queue = queue
        self._dead_letter_queue = dead_letter_queue
        self._dead_letters = dead_letters
        self._orders = orders
        self._brakes = brakes
        self._telemetry = telemetry
        self._now = now

    def run(self, selection: Selection, *, has_time: Callable[[], bool]) -> Retried:
        """Return what is selected, as long as there is time. Raises AwsUnavailable."""
        result = Retried()
        seen: set[str] = set()
        staying: list[Received] = []
        while has_time():
            received = self._dead_letter_queue.receive(hidden_for=HIDDEN_SECONDS)
            messages = [message for message in received if message.message_id not in seen]
            if not messages:
                break
            seen.update(message.message_id for message in messages)
            staying += [
                m for m in messages if not (has_time() and self._retry(m, selection, result))
            ]
        with suppress(AwsUnavailable):  # they come back by themselves
            for message in takewhile(lambda _: has_time(), staying):
                self._dead_letter_queue.release(message)
        return result

    def _retry(self, message: Received, selection: Selection, result: Retried) -> bool:
        """Return a dead letter if it is chosen and nothing holds it; whether it was."""
        connection = message.attributes.get("connection", "unknown")
        order = message.attributes.get("order", "unknown")
        failure = self._failure(message)
        if self._now() - message.sent_at > EXPIRY_WARNING_AFTER:
            self._telemetry.near_expiry()
            self._orders.mark_expiring(connection, order, self._now())
        if not selection.takes(connection, order, failure.reason):
            result.left += 1
        elif self._is_held(failure):
            result.waiting += 1
        else:
            # Sent, unlisted, deleted: after a stop in between it is sent twice, never lost.
            self._queue.send_back(message)
            self._dead_letters.remove(connection=connection, order=order, letter=failure.letter)
            self._dead_letter_queue.delete(message)
            result.returned += 1
            return True
        return False

    def _is_held(self, failure: Failure) -> bool:
        closed = self._brakes.read(failure.brakes) if failure.brakes else {}
        return any(
            brake.closed_since and brake.probe_at and brake.probe_at > self._now() - FORSAKEN_AFTER
            for brake in closed.values()
        )

    def _failure(self, message: Received) -> Failure:
        """Why it is a dead letter; what SQS moved or nobody can read is listed now."""
        try:
            failure = message.failure()
            reason, detail = Reason.RECEIVED_TOO_OFTEN, "SQS moved it after its last receive"
        except UnreadableMessage as error:
            failure = None
            reason, detail = Reason.UNREADABLE_MESSAGE, str(error)
        if failure is not None:
            return failure
        failure = Failure(
            letter=message.message_id,
            reason=reason,
            detail=detail,
            first_try=message.sent_at,
            last_try=self._now(),
        )
        self._dead_letters.add(
            connection=message.attributes.get("connection", "unknown"),
            order=message.attributes.get("order", "unknown"),
            topic=message.attributes.get("topic", "unknown"),
            failure=failure,
        )
        return failure
