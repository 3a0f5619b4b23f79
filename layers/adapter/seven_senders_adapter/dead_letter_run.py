"""One run over the dead letters: what is chosen is taken off their queue, the rest stays there."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, takewhile

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import Clock
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.messages import Failure, Received, UnreadableMessage
from seven_senders_adapter.queue import BATCH, EXPIRY_WARNING_AFTER, DeadLetterQueue
from seven_senders_adapter.reasons import Reason

HIDDEN_SECONDS = 360
"""How long a dead letter is hidden while a run has it, so that no other has it too."""

type Action = Callable[[Received, DeadLetter], bool]
"""Does with a chosen dead letter what it is taken off for; false if it has to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which dead letters to take: ``None`` means any.

    ``orders`` are the shops' ids, of any connection or as ``connection/id``. The last try lies
    before ``tried_before``, and not before ``tried_since``.
    """

    reasons: Collection[str] | None = None
    connections: Collection[str] | None = None
    orders: Collection[str] | None = None
    tried_before: datetime | None = None
    tried_since: datetime | None = None

    def takes(self, letter: DeadLetter) -> bool:
        """Whether a dead letter is chosen."""
        whose, last_try = f"{letter.connection}/{letter.order}", letter.failure.last_try
        return (
            (self.reasons is None or letter.failure.reason in self.reasons)
            and (self.connections is None or letter.connection in self.connections)
            and (self.orders is None or letter.order in self.orders or whose in self.orders)
            and (self.tried_before is None or last_try < self.tried_before)
            and (self.tried_since is None or last_try >= self.tried_since)
        )


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many dead letters were taken off, have to wait, and are left where they are."""

    taken: int = 0
    waiting: int = 0
    left: int = 0

    @property
    def seen(self) -> int:
        """How many there were so far."""
        return self.taken + self.waiting + self.left


def always() -> bool:
    """There is time."""
    return True


def unobserved(_: object) -> None:
    """Nobody looks."""


class DeadLetterRun:
    """Goes through the dead letters, which can't be looked at without hiding them from others.

    ``near_expiry`` is told of each that SQS will soon drop.
    """

    def __init__(
        self,
        *,
        queue: DeadLetterQueue,
        index: DeadLetters,
        now: Clock,
        near_expiry: Callable[[DeadLetter], None] = unobserved,
    ) -> None:
        self._queue = queue
        self._index = index
        self._now = now
        self._near_expiry = near_expiry

    def run(
        self,
        selection: Selection,
        action: Action,
        *,
        has_time: Callable[[], bool] = always,
        progress: Callable[[Tally], None] = unobserved,
    ) -> Tally:
        """Take off what is selected, as long as there is time; ``progress`` sees each letter.

        What comes while it runs is left: what it has sent back may fail again at once. However it
        ends, what it has not taken off can be had by others again, at once or, if nothing can be
        done any more, after ``HIDDEN_SECONDS``. Raises AwsUnavailable.
        """
        began = self._now()
        tally = Tally()
        held: dict[str, Received] = {}
        try:
            while has_time() and (page := self._receive(held)):
                staying = []
                for message in takewhile(lambda _: has_time(), page):
                    letter = _dead_letter(message)
                    chosen = message.sent_at <= began and selection.takes(letter)
                    if self._take(message, letter, action if chosen else None, tally):
                        del held[message.message_id]
                    else:
                        staying.append(letter)
                    progress(tally)
                if staying:
                    self._index.add_missing(staying)
        finally:
            self._release(held.values(), has_time)
        return tally

    def _receive(self, held: dict[str, Received]) -> list[Received]:
        """Dead letters that were not met yet; none if there are no more. All are held from now on.

        Those that are met again, in a run of more than ``HIDDEN_SECONDS``, have a new receipt.
        """
        while received := self._queue.receive(hidden_for=HIDDEN_SECONDS):
            new = [message for message in received if message.message_id not in held]
            held |= {message.message_id: message for message in received}
            if new:
                return new
        return []

    def _take(
        self, message: Received, letter: DeadLetter, action: Action | None, tally: Tally
    ) -> bool:
        """Take a dead letter off if it has an action and need not wait; whether it was."""
        if self._now() - message.sent_at > EXPIRY_WARNING_AFTER:
            self._near_expiry(letter)
        if action is None:
            tally.left += 1
        # Then unlisted, then deleted: what is stopped in between is met again by the next run.
        elif not action(message, letter):
            tally.waiting += 1
        else:
            self._index.remove(letter)
            self._queue.delete(message)
            tally.taken += 1
            return True
        return False

    def _release(self, messages: Iterable[Received], has_time: Callable[[], bool]) -> None:
        with suppress(AwsUnavailable):  # they come back by themselves
            for some in takewhile(lambda _: has_time(), batched(messages, BATCH, strict=False)):
                self._queue.release(some)


def _dead_letter(message: Received) -> DeadLetter:
    """What the index lists of a message, be it one that SQS moved or that nobody can read."""
    try:
        failure = message.failure() or _failure(
            message, Reason.RECEIVED_TOO_OFTEN, "SQS moved it after its last receive"
        )
    except UnreadableMessage as error:
        failure = _failure(message, Reason.UNREADABLE_MESSAGE, str(error))
    return DeadLetter.of(message, failure)


def _failure(message: Received, reason: Reason, detail: str) -> Failure:
    return Failure(
        letter=message.message_id,
        reason=reason,
        detail=detail,
        first_try=message.sent_at,
        last_try=message.sent_at,
    )
