"""One order event, from the message to the calls that are missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import SyncingDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.syncing import ConnectionMissing, SyncingConnections
from seven_senders_adapter.domain.observation import (
    Age,
    age_of,
    first_record,
    observe,
    overtaken,
    reason_to_leave_out,
    without_refusals,
)
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.ledger.table import Conflict
from seven_senders_adapter.messages import OrderEvent, Received, UnreadableMessage
from seven_senders_adapter.queue import EXPIRY_WARNING_AFTER, DeadLetterQueue
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.client import SevenSendersClient
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    LookUpInconclusive,
    OrderNotFound,
    SevenSendersError,
    TemporaryFailure,
    TokenUnavailable,
)
from seven_senders_adapter.shops.shop import Shop
from seven_senders_adapter.syncing.brake_guard import BrakeGuard, brake_names
from seven_senders_adapter.syncing.burial import Burial
from seven_senders_adapter.syncing.deadline import Deadline, OutOfTime
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.syncing.steps import READ_TIME_OUT, NotSettled, StepRunner
from seven_senders_adapter.telemetry import Telemetry

DEATHS_ALLOWED = 5
SECOND_RECEIPT = 2
PROGRESS_NOTED_EVERY = timedelta(minutes=1)


class Wait(Exception):
    """The message stays in the queue, hidden for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"for {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One message in hand."""

    message: Received
    event: OrderEvent
    settings: SyncingDocument
    account: Account
    guard: BrakeGuard
    attempt: Attempt
    deadline: Deadline


class OrderSync:
    """Works one message after another; one a process."""

    def __init__(
        self,
        *,
        dead_letter_queue: DeadLetterQueue,
        ledger: Ledger,
        connections: SyncingConnections,
        clients: Callable[[Account], SevenSendersClient],
        shops: Mapping[str, Shop],
        telemetry: Telemetry,
        pace: Pace,
        now: Clock,
    ) -> None:
        self._ledger = ledger
        self._burial = Burial(
            dead_letter_queue=dead_letter_queue,
            dead_letters=ledger.dead_letters,
            telemetry=telemetry,
            now=now,
        )
        self._connections = connections
        self._clients = clients
        self._shops = shops
        self._telemetry = telemetry
        self._pace = pace
        self._now = now
        self._noted_progress: dict[str, datetime] = {}

    def work(self, message: Received, deadline: Deadline) -> None:
        """Bring the message's order to where it should stand, or say why not.

        Returns when the message may be taken off the queue. Raises Wait if it has to stay,
        and OutOfTime if it was not begun or not finished.
        """
        deadline.check()
        try:
            event = message.event()
        except UnreadableMessage as error:
            self._bury_unread(message, Reason.UNREADABLE_MESSAGE, str(error))
            return
        with self._telemetry.about(
            connection=event.connection, order=event.order, delivery_id=event.delivery_id
        ):
            if event.unreadable:
                self._bury_unread(message, Reason.UNREADABLE_ORDER, event.unreadable)
            else:
                self._work(message, event, deadline)

    def _bury_unread(self, message: Received, reason: Reason, detail: str) -> None:
        try:
            self._burial.bury(message, reason, detail)
        except AwsUnavailable as error:
            self._telemetry.warn("AWS failed, the event waits", error=str(error))
            raise Wait(self._pace.shortly()) from error

    def _work(self, message: Received, event: OrderEvent, deadline: Deadline) -> None:
        try:
            self._watch_expiry(message, event)
            settings = self._settings(message, event)
            guard = self._pass_brakes(message, settings.account)
            attempt = self._begin(message, event)
            work = _Work(
                message=message,
                event=event,
                settings=settings,
                account=settings.account,
                guard=guard,
                attempt=attempt,
                deadline=deadline,
            )
            if attempt.deaths >= DEATHS_ALLOWED:
                detail = f"its worker died {attempt.deaths} times"
                self._bury(work, Reason.KILLS_ITS_WORKER, detail, None)
            else:
                self._sync(work)
            if attempt.running:
                self._ledger.attempts.clear(event.connection, event.order)
        except AwsUnavailable as error:
            self._telemetry.warn("AWS failed, the event waits", error=str(error))
            raise Wait(self._pace.shortly()) from error
        except UnreadableRow as error:
            self._telemetry.connection_failed("ledger")
            self._telemetry.warn("the ledger can't be read, the event waits", error=str(error))
            raise Wait(self._pace.hold(self._age(message))) from error

    # --- before the first call ---

    def _watch_expiry(self, message: Received, event: OrderEvent) -> None:
        if self._age(message) > EXPIRY_WARNING_AFTER:
            self._telemetry.near_expiry()
            self._ledger.orders.mark_expiring(event.connection, event.order, self._now())

    def _settings(self, message: Received, event: OrderEvent) -> SyncingDocument:
        try:
            settings = self._connections.get(event.connection)
        except (ConnectionMissing, InvalidConnection) as error:
            self._telemetry.connection_failed("document")
            self._telemetry.warn("the connection can't be used, its events wait", error=str(error))
            raise Wait(self._pace.hold(self._age(message))) from error
        if settings.paused:
            raise Wait(self._pace.hold(self._age(message)))
        return settings

    def _pass_brakes(self, message: Received, account: Account) -> BrakeGuard:
        guard = BrakeGuard(
            brakes=self._ledger.brakes,
            account=account,
            message_id=message.message_id,
            pace=self._pace,
            now=self._now(),
        )
        if not guard.lets_through():
            raise Wait(self._pace.hold(self._age(message)))
        return guard

    def _begin(self, message: Received, event: OrderEvent) -> Attempt:
        """The message's attempt so far, marked as running from its second receipt on.

        A mark that is still there tells that a worker died. The first receipt leaves none, to
        spare healthy messages two writes: a second one that finds nothing counts it as a death.
        """
        if message.receives < SECOND_RECEIPT:
            return Attempt(message_id=message.message_id)
        stored = self._ledger.attempts.load(event.connection, event.order)
        if stored is None or stored.message_id != message.message_id:
            unmarked = int(message.receives == SECOND_RECEIPT)
            attempt = Attempt(message_id=message.message_id, deaths=unmarked, running=True)
        else:
            attempt = replace(stored, deaths=stored.deaths + stored.running, running=True)
        self._ledger.attempts.save(event.connection, event.order, attempt)
        return attempt

    def _rest(self, work: _Work) -> None:
        """Take the mark away: the worker has not died, and the message has not failed."""
        if work.attempt.running:
            rested = replace(work.attempt, running=False)
            self._ledger.attempts.save(work.event.connection, work.event.order, rested)

    # --- the work itself ---

    def _sync(self, work: _Work) -> None:
        try:
            self._bring_forward(work)
        except TemporaryFailure as failure:
            self._api_failed(work, failure)
        except AccountFailure as failure:
            self._account_failed(work, failure)
        except (LookUpInconclusive, OrderNotFound) as failure:
            self._try_later(work, failure, self._pace.back_off(work.attempt.tries + 1, None))
        except (TokenUnavailable, Conflict) as error:
            self._rest(work)
            raise Wait(self._pace.shortly()) from error
        except NotSettled as error:
            self._rest(work)
            raise Wait(self._pace.until(error.read_from - self._now())) from error
        except (AwsUnavailable, UnreadableRow, OutOfTime):
            self._rest(work)
            raise

    def _bring_forward(self, work: _Work) -> None:
        event = work.event
        stored = self._ledger.orders.load(event.connection, event.order)
        if event.is_deletion:
            self._note_deletion(stored)
            return
        try:
            snapshot = self._shops[event.platform].read_snapshot(event.projection, work.settings)
        except (KeyError, TypeError, ValueError) as error:
            self._bury(work, Reason.UNREADABLE_ORDER, type(error).__name__, None)
            return
        record = self._observe(stored, snapshot, work)
        if record is None:
            return
        runner = StepRunner(
            record=record,
            stored=stored,
            message_id=work.message.message_id,
            settings=work.settings,
            account=work.account.fingerprint,
            items=snapshot.items,
            client=self._clients(work.account),
            orders=self._ledger.orders,
            claims=self._ledger.claims,
            guard=work.guard,
            deadline=work.deadline,
            telemetry=self._telemetry,
            now=self._now,
        )
        self._run(runner, work)
        if runner.has_sent:
            self._telemetry.lagged((self._now() - snapshot.updated_at).total_seconds())
        self._got_through(event.connection)

    def _note_deletion(self, stored: OrderRecord | None) -> None:
        if stored is None:
            self._telemetry.skipped("deleted_unknown")
            return
        now = self._now()
        deleted = replace(stored, deleted_at=now).noting(now, "noted", "deleted in the shop")
        self._ledger.orders.save(deleted)

    def _observe(
        self, stored: OrderRecord | None, snapshot: Snapshot, work: _Work
    ) -> OrderRecord | None:
        event, settings, received_at = work.event, work.settings, work.event.received_at
        if stored is None:
            if (reason := reason_to_leave_out(snapshot, settings, received_at)) is not None:
                self._telemetry.skipped(reason)
                return None
            record = first_record(
                event.connection, snapshot, settings, received_at=received_at, digest=event.digest
            )
            return record.noting(self._now(), "came", f"{event.topic}, the first")
        age = age_of(snapshot, event.digest, stored)
        known = without_refusals(stored) if event.redriven else stored
        record = observe(known, snapshot, settings, received_at=received_at, digest=event.digest)
        if age is Age.REPEATED and work.message.receives > 1:
            return record  # most likely this very message, tried again
        record = record.noting(self._now(), "came", f"{event.topic}, {age}")
        for state in overtaken(stored, record):
            record = record.noting(self._now(), "skipped", f"state {state} lies behind")
        return record

    def _run(self, runner: StepRunner, work: _Work) -> None:
        try:
            runner.run()
        except (SevenSendersError, OutOfTime):
            self._report_refusals(runner, work)
            raise
        self._report_refusals(runner, work)

    def _report_refusals(self, runner: StepRunner, work: _Work) -> None:
        """Each refusal goes to the dead letters once, and is then marked as reported."""
        for key, refusal in runner.record.refused.items():
            if refusal.reported:
                continue
            self._bury(work, Reason(refusal.reason), refusal.detail, refusal.status, key)
            reported = {**runner.record.refused, key: replace(refusal, reported=True)}
            runner.record = replace(runner.record, refused=reported)
        runner.save()

    def _got_through(self, connection: str) -> None:
        now = self._now()
        noted = self._noted_progress.get(connection)
        if noted is None or now - noted >= PROGRESS_NOTED_EVERY:
            self._ledger.progress.got_through(connection, now)
            self._noted_progress[connection] = now

    # --- what failed ---

    def _api_failed(self, work: _Work, failure: TemporaryFailure) -> None:
        now = self._now()
        asked = failure.retry_after
        closed = work.guard.api_failed(failure.reason, now, now + asked if asked else None)
        if closed or work.guard.probing:
            self._telemetry.connection_failed("api")
            self._rest(work)
            raise Wait(self._probe_again(work, asked))
        wait = self._pace.back_off(work.attempt.tries + 1, asked)
        if not failure.answered:
            wait = max(wait, self._pace.until(READ_TIME_OUT))
        self._try_later(work, failure, wait)

    def _account_failed(self, work: _Work, failure: AccountFailure) -> None:
        work.guard.account_failed(failure.reason, self._now())
        self._telemetry.connection_failed("account")
        self._telemetry.warn("the account is refused, its events wait", error=str(failure))
        self._rest(work)
        raise Wait(self._probe_again(work, None)) from failure

    def _probe_again(self, work: _Work, asked: timedelta | None) -> int:
        wait = self._pace.probe_again(self._age(work.message), work.message.receives)
        return max(wait, self._pace.back_off(1, asked)) if asked else wait

    def _try_later(self, work: _Work, failure: SevenSendersError, wait: int) -> None:
        """Count a try of the message's own; after a day of them it is a dead letter."""
        now = self._now()
        attempt = replace(
            work.attempt,
            tries=work.attempt.tries + 1,
            first_failed_at=work.attempt.first_failed_at or now,
            last_failed_at=now,
            waited=work.attempt.waited + wait,
            reason=str(failure),
            status=failure.status,
            running=False,
        )
        if self._has_failed_for_long(work.attempt, work.event.connection):
            self._bury(
                replace(work, attempt=attempt),
                Reason.FAILED_FOR_A_DAY,
                str(failure),
                failure.status,
            )
            return
        self._ledger.attempts.save(work.event.connection, work.event.order, attempt)
        self._telemetry.retried()
        raise Wait(wait) from failure

    def _has_failed_for_long(self, attempt: Attempt, connection: str) -> bool:
        if timedelta(seconds=attempt.waited) < self._pace.give_up_after:
            return False
        last = self._ledger.progress.last(connection)
        since = attempt.first_failed_at
        return last is not None and since is not None and last >= since

    def _bury(
        self, work: _Work, reason: Reason, detail: str, status: int | None, about: str = ""
    ) -> None:
        self._burial.bury(
            work.message,
            reason,
            detail,
            status=status,
            about=about,
            first_try=work.attempt.first_failed_at,
            brakes=brake_names(work.account),
        )

    def _age(self, message: Received) -> timedelta:
        return self._now() - message.sent_at
