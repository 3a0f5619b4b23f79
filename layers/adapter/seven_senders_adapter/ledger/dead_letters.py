"""The list of the dead letters, so that they can be seen without taking them off the queue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.ledger.failures import failures, failures_since, listed
from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import Failure, Received
from seven_senders_adapter.queue import OUTLIVES_MESSAGES

_KIND = "dead/"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter: which order it is about, and why it failed."""

    connection: str
    order: str
    topic: str
    failure: Failure

    @classmethod
    def of(cls, message: Received, failure: Failure) -> "DeadLetter":
        """A message that failed, readable or not."""
        return cls(
            connection=message.attributes.get("connection", "unknown"),
            order=message.attributes.get("order", "unknown"),
            topic=message.attributes.get("topic", "unknown"),
            failure=failure,
        )


class DeadLetters:
    """Dead letters by connection, order and letter. Every operation raises AwsUnavailable."""

    def __init__(self, *, table: Table, now: Clock = utc_now) -> None:
        self._table = table
        self._now = now

    def add(self, letter: DeadLetter) -> None:
        """List a dead letter; once more changes nothing."""
        row = to_row(_key(letter), letter, expires_at=self._now() + OUTLIVES_MESSAGES)
        where = {"connection": letter.connection, "order": letter.order}
        self._table.put(listed(row, **where, failed_at=letter.failure.last_try))

    def add_missing(self, letters: Sequence[DeadLetter]) -> None:
        """List those of 1 to ``MAX_KEYS`` dead letters that are not listed."""
        rows = self._table.get_all([_key(letter) for letter in letters])
        known = {row["pk"] for row in rows}
        for letter in letters:
            if _key(letter) not in known:
                self.add(letter)

    def remove(self, letter: DeadLetter) -> None:
        """Take a dead letter off the list, if it is there."""
        self._table.delete(_key(letter))

    def list(self, connection: str | None = None) -> Iterator[DeadLetter]:
        """The dead letters of a connection, the oldest failure first, or all in no order.

        May lag behind by a moment. Raises UnreadableRow.
        """
        for row in failures(self._table, _KIND, connection, now=self._now()):
            yield from_row(DeadLetter, row)

    def since(self, connection: str, at: datetime) -> Iterator[DeadLetter]:
        """The dead letters of a connection that failed since a time, the oldest failure first.

        May lag behind by a moment. Raises UnreadableRow.
        """
        for row in failures_since(self._table, _KIND, connection, at, now=self._now()):
            yield from_row(DeadLetter, row)


def _key(letter: DeadLetter) -> str:
    return f"{_KIND}{letter.connection}/{letter.order}/{letter.failure.letter}"
