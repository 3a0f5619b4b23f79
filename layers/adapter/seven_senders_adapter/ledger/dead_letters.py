"""The list of the dead letters, so that they can be seen without taking them off the queue."""

from collections.abc import Iterator
from dataclasses import dataclass

from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.ledger.failures import failures, listed
from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import Failure
from seven_senders_adapter.queue import OUTLIVES_MESSAGES

_KIND = "dead/"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter: which order it is about, and why it failed."""

    connection: str
    order: str
    topic: str
    failure: Failure


class DeadLetters:
    """Dead letters by connection, order and letter. Every operation raises AwsUnavailable."""

    def __init__(self, *, table: Table, now: Clock = utc_now) -> None:
        self._table = table
        self._now = now

    def add(self, *, connection: str, order: str, topic: str, failure: Failure) -> None:
        """List a dead letter; once more changes nothing."""
        letter = DeadLetter(connection=connection, order=order, topic=topic, failure=failure)
        row = to_row(
            _key(connection, order, failure.letter),
            letter,
            expires_at=self._now() + OUTLIVES_MESSAGES,
        )
        self._table.put(listed(row, connection=connection, order=order, failed_at=failure.last_try))

    def remove(self, *, connection: str, order: str, letter: str) -> None:
        """Take a dead letter off the list, if it is there."""
        self._table.delete(_key(connection, order, letter))

    def list(self, connection: str | None = None) -> Iterator[DeadLetter]:
        """The dead letters of a connection, the oldest failure first, or all in no order.

        May lag behind by a moment. Raises UnreadableRow.
        """
        for row in failures(self._table, _KIND, connection, now=self._now()):
            yield from_row(DeadLetter, row)


def _key(connection: str, order: str, letter: str) -> str:
    return f"{_KIND}{connection}/{order}/{letter}"
