"""Having an order compared with what Seven Senders has, and waiting for what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.domain.order_record import Happening, OrderRecord
from seven_senders_adapter.domain.plan import next_step
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.messages import RESYNC, resync
from seven_senders_adapter.queue import Queue
from seven_senders_cli.orders.refusals import open_refusals
from seven_senders_cli.orders.waiting import holds

SECONDS = 30
INTERVAL_SECONDS = 0.5


class End(StrEnum):
    """How a resync ended, as far as it was waited for."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    WAITING = "waiting"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a resync, and what the order's history says of it."""

    end: End
    detail: str = ""
    lines: tuple[Happening, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong, as far as is known."""
        return self.end in (End.DONE, End.QUEUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """One order's resync: ask for it, then look until something has come of it.

    ``settings`` are those of its connection.
    """

    record: OrderRecord
    settings: ConnectionDocument
    ledger: Ledger
    queue: Queue

    def ask(self, now: datetime) -> str:
        """Queue the message; the request's id. Raises AwsUnavailable."""
        request_id = uuid4().hex[:8]
        event = resync(
            connection=self.record.connection,
            platform=self.settings.platform,
            order=self.record.order,
            request_id=request_id,
            now=now,
        )
        self.queue.send(event)
        return request_id

    def wait(self, request_id: str, *, sleep: Callable[[float], None]) -> Outcome:
        """Look until something has come of the request, or the time is up.

        Raises AwsUnavailable or UnreadableRow.
        """
        failed_before = self._failed_at()
        for _ in range(int(SECONDS / INTERVAL_SECONDS)):
            outcome = self._outcome(request_id, failed_before)
            if outcome is not None:
                return outcome
            sleep(INTERVAL_SECONDS)
        return Outcome(end=End.WAITING, detail=f"nothing has come of it after {SECONDS} s")

    def _outcome(self, request_id: str, failed_before: datetime | None) -> Outcome | None:
        connection, order = self.record.connection, self.record.order
        record = self.ledger.orders.load(connection, order)
        if record and record.intent is None and next_step(record) is None:
            lines = _since(record, request_id)
            if lines is not None:
                refused = "; ".join(f"{key}: {why}" for key, why in open_refusals(record))
                return Outcome(
                    end=End.REFUSED if refused else End.DONE, detail=refused, lines=lines
                )
        attempt = self.ledger.attempts.load(connection, order)
        if attempt and attempt.tries and attempt.last_failed_at != failed_before:
            return Outcome(end=End.FAILED, detail=attempt.reason)
        if held := holds(self.settings, self.ledger.brakes):
            return Outcome(end=End.WAITING, detail="; ".join(hold.why for hold in held))
        return None

    def _failed_at(self) -> datetime | None:
        attempt = self.ledger.attempts.load(self.record.connection, self.record.order)
        return attempt.last_failed_at if attempt else None


def _since(record: OrderRecord, request_id: str) -> tuple[Happening, ...] | None:
    """What the history says since the request came; ``None`` if it has not come."""
    details = [line.detail for line in record.history]
    came = f"{RESYNC} {request_id}"
    return record.history[details.index(came) + 1 :] if came in details else None


def in_words(name: str, outcome: Outcome) -> str:
    """What came of an order's resync, in a sentence."""
    sent = [line.detail for line in outcome.lines if line.what == "sent"]
    match outcome.end:
        case End.DONE:
            return f"{name}: {'sent ' + ', '.join(sent) if sent else 'nothing is missing'}"
        case End.QUEUED:
            return f"{name} is queued to be compared: see seven-senders orders show"
        case End.REFUSED:
            return f"{name}: Seven Senders refuses {outcome.detail}"
        case End.FAILED:
            return f"{name}: {outcome.detail}; it is tried again by itself"
        case End.WAITING:
            return f"{name} is queued and waits: {outcome.detail}"
