"""How often the message that an order waits for has been tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.ledger.failures import failures, listed
from seven_senders_adapter.ledger.rows import from_row, is_expired, to_row
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.queue import OUTLIVES_MESSAGES

_KIND = "attempt/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was tried for one message.

    ``tries`` are calls that were made and failed, after which it ``waited`` so many seconds in
    all, the last time for ``reason`` with that HTTP ``status``; ``last_failed_at`` may be a failure
    behind a brake, which is no try; ``deaths`` are workers that died
    over it; ``running``: a worker began and has not reported back; ``given_up``: the message is
    a dead letter, so it waits no more.
    """

    message_id: str
    tries: int = 0
    first_failed_at: datetime | None = None
    last_failed_at: datetime | None = None
    waited: int = 0
    reason: str = ""
    status: int | None = None
    deaths: int = 0
    running: bool = False
    given_up: bool = False


class Attempts:
    """One attempt per order, since an order's messages are worked one after another.

    Of two workers on one order, which the queue rules out, the last one counts.
    """

    def __init__(self, *, table: Table, now: Clock = utc_now) -> None:
        self._table = table
        self._now = now

    def load(self, connection: str, order: str) -> Attempt | None:
        """The attempt at an order's current message. Raises AwsUnavailable or UnreadableRow."""
        row = self._table.get(_key(connection, order))
        if row is None or is_expired(row, self._now()):
            return None
        return from_row(Attempt, row)

    def save(self, connection: str, order: str, attempt: Attempt) -> None:
        """Remember an attempt. Raises AwsUnavailable."""
        expires_at = self._now() + OUTLIVES_MESSAGES
        row = to_row(_key(connection, order), attempt, expires_at=expires_at)
        if attempt.last_failed_at and not attempt.given_up:
            row = listed(row, connection=connection, order=order, failed_at=attempt.last_failed_at)
        self._table.put(row)

    def clear(self, connection: str, order: str) -> None:
        """Forget the attempt. Raises AwsUnavailable."""
        self._table.delete(_key(connection, order))

    def failing(self, connection: str) -> Iterator[tuple[str, Attempt]]:
        """The orders of a connection whose message has failed and waits, the oldest failure first.

        May lag behind by a moment. Raises AwsUnavailable or UnreadableRow.
        """
        for row in failures(self._table, _KIND, connection, now=self._now()):
            yield str(row["order"]), from_row(Attempt, row)


def _key(connection: str, order: str) -> str:
    return f"{_KIND}{connection}/{order}"
