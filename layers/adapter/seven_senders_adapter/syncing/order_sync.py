"""One order event, from the message to the calls that are missing."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import Clock, to_text
from seven_senders_adapter.connections.syncing import SyncingConnections
from seven_senders_adapter.domain.observation import (
    Age,
    age_of,
    first_record,
    heard,
    observe,
    overtaken,
    reason_to_leave_out,
    without_refusals,
)
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.snapshot import OrderItem, Snapshot
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.corrections import Correction
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.ledger.table import Conflict
from seven_senders_adapter.messages import (
    BACKFILL,
    RECONCILIATION,
    OrderEvent,
    Received,
    UnreadableMessage,
)
from seven_senders_adapter.queue import DeadLetterQueue
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
from seven_senders_adapter.syncing.admission import Admission
from seven_senders_adapter.syncing.burial import Burial
from seven_senders_adapter.syncing.deadline import Deadline, OutOfTime
from seven_senders_adapter.syncing.failing import Failing
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.syncing.seldom import Seldom
from seven_senders_adapter.syncing.standing_still import StandingStill
from seven_senders_adapter.syncing.steps import NotSettled, StepRunner
from seven_senders_adapter.syncing.work import Wait, Work
from seven_senders_adapter.telemetry import Telemetry

DEATHS_ALLOWED = 5


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
        self._clients = clients
        self._shops = shops
        self._telemetry = telemetry
        self._pace = pace
        self._now = now
        self._seldom = Seldom(now=now)
        self._burial = Burial(
            dead_letter_queue=dead_letter_queue,
            dead_letters=ledger.dead_letters,
            telemetry=telemetry,
            now=now,
        )
        self._standing_still = StandingStill(
            standstills=ledger.standstills, telemetry=telemetry, now=now
        )
        self._admission = Admission(
            ledger=ledger,
            connections=connections,
            standing_still=self._standing_still,
            telemetry=telemetry,
            pace=pace,
            now=now,
        )
        self._failing = Failing(
            admission=self._admission,
            burial=self._burial,
            ledger=ledger,
            standing_still=self._standing_still,
            telemetry=telemetry,
            pace=pace,
            now=now,
        )

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
            elif event.platform not in self._shops:
                detail = f"platform is {event.platform!r}, expected of {', '.join(self._shops)}"
                self._bury_unread(message, Reason.UNREADABLE_MESSAGE, detail)
            else:
                self._work(message, event, deadline)

    def _bury_unread(self, message: Received, reason: Reason, detail: str) -> None:
        try:
            self._burial.bury(message, reason, detail)
        except AwsUnavailable as error:
            self._failing.aws_failed(message, error)

    def _work(self, message: Received, event: OrderEvent, deadline: Deadline) -> None:
        try:
            work = self._admission.admit(message, event, deadline)
            deaths = work.attempt.deaths
            if deaths >= DEATHS_ALLOWED:
                detail = f"its worker died {deaths} times"
                self._burial.bury_work(work, Reason.KILLS_ITS_WORKER, detail)
                self._admission.give_up(work)
            else:
                self._sync(work)
        except AwsUnavailable as error:
            self._failing.aws_failed(message, error)
        except UnreadableRow as error:
            self._standing_still.failed(event.connection, "ledger")
            self._telemetry.warn("the ledger can't be read, the event waits", error=str(error))
            raise Wait(self._pace.hold(self._admission.age(message))) from error

    def _sync(self, work: Work) -> None:
        """Work the message."""
        try:
            self._bring_forward(work)
        except TemporaryFailure as failure:
            self._failing.api_failed(work, failure)
        except AccountFailure as failure:
            self._failing.account_failed(work, failure)
        except (LookUpInconclusive, OrderNotFound) as failure:
            self._failing.order_failed(work, failure)
        except TokenUnavailable as error:
            self._failing.token_unavailable(work, error)
        except Conflict as error:
            self._admission.rest(work)
            raise Wait(self._pace.shortly()) from error
        except NotSettled as error:
            self._admission.rest(work)
            raise Wait(self._pace.until(error.read_from - self._now())) from error
        except (AwsUnavailable, UnreadableRow, OutOfTime):
            self._admission.rest(work)
            raise
        else:
            self._admission.finish(work)

    def _bring_forward(self, work: Work) -> None:
        event = work.event
        stored = self._ledger.orders.load(event.connection, event.order)
        if event.is_deletion:
            self._note_deletion(stored)
            return
        if event.is_resync:
            self._resync(stored, work)
            return
        try:
            snapshot = self._shops[event.platform].read_snapshot(event.projection, work.settings)
        except (KeyError, TypeError, ValueError) as error:
            detail = f"{type(error).__name__} in the projection"
            self._burial.bury_work(work, Reason.UNREADABLE_ORDER, detail)
            return
        if stored is None:
            record = self._first(snapshot, work)
            if record is None:
                return
            runner = self._runner(record, None, snapshot.items, work)
        else:
            runner = self._runner(stored, stored, snapshot.items, work)
            runner.settle()
            runner.record = self._observed(runner.record, snapshot, work)
        self._run(runner, work)
        if runner.has_sent and not event.redriven:
            self._telemetry.lagged((self._now() - event.received_at).total_seconds())
        self._got_through(event.connection)

    def _runner(
        self,
        record: OrderRecord,
        stored: OrderRecord | None,
        items: tuple[OrderItem, ...],
        work: Work,
    ) -> StepRunner:
        return StepRunner(
            record=record,
            stored=stored,
            items=items,
            work=work,
            client=self._clients(work.settings.account),
            ledger=self._ledger,
            telemetry=self._telemetry,
            now=self._now,
        )

    def _note_deletion(self, stored: OrderRecord | None) -> None:
        if stored is None:
            self._telemetry.skipped("deleted_unknown")
            return
        now = self._now()
        deleted = replace(stored, deleted_at=now).noting(now, "noted", "deleted in the shop")
        self._ledger.orders.save(deleted)

    def _resync(self, stored: OrderRecord | None, work: Work) -> None:
        """Send what Seven Senders lacks of a known order, what it refused before included."""
        if stored is None:
            self._telemetry.skipped("resync_unknown")
            return
        runner = self._runner(stored, stored, (), work)
        runner.settle()
        runner.record = without_refusals(runner.record, before=work.message.sent_at)
        came = f"{work.event.topic} {work.event.delivery_id}"
        if all(line.detail != came for line in stored.history):
            runner.note("came", came)
        runner.compare()
        self._run(runner, work)
        self._got_through(work.event.connection)

    def _first(self, snapshot: Snapshot, work: Work) -> OrderRecord | None:
        """The record of an order that is not known yet, unless it is left out."""
        event, settings = work.event, work.settings
        reason = reason_to_leave_out(
            snapshot, settings, event.received_at, any_age=event.topic == BACKFILL
        )
        if reason is not None:
            self._telemetry.skipped(reason)
            return None
        record = first_record(
            event.connection,
            snapshot,
            settings,
            received_at=event.received_at,
            digest=event.digest,
        )
        record = self._credited(record, snapshot, event, age=Age.NEWER)
        return record.noting(self._now(), "came", f"{event.topic}, the first")

    def _observed(self, known: OrderRecord, snapshot: Snapshot, work: Work) -> OrderRecord:
        """The record of a known order with what the snapshot asks for."""
        event = work.event
        age = age_of(snapshot, event.digest, known)
        if event.redriven:
            known = without_refusals(known, before=work.message.sent_at)
        record = observe(
            known,
            snapshot,
            work.settings,
            received_at=event.received_at,
            digest=event.digest,
        )
        record = self._credited(record, snapshot, event, age=age)
        if age is Age.REPEATED and work.message.receives > 1:
            return record  # most likely this very message, tried again
        record = record.noting(self._now(), "came", f"{event.topic}, {age}")
        for state in overtaken(known, record):
            record = record.noting(self._now(), "skipped", f"state {state} lies behind")
        return record

    def _credited(
        self, record: OrderRecord, snapshot: Snapshot, event: OrderEvent, *, age: Age
    ) -> OrderRecord:
        """The record with a webhook's merit; what reconciliation had to bring in is noted.

        It is noted before the record is stored: a worker that is killed in between does it again.
        """
        if event.is_webhook:
            return heard(record, snapshot)
        if event.topic == RECONCILIATION and age is Age.NEWER:
            self._ledger.corrections.add(
                Correction(
                    connection=event.connection,
                    order=event.order,
                    changed_at=snapshot.updated_at,
                )
            )
        return record

    def _run(self, runner: StepRunner, work: Work) -> None:
        try:
            runner.run()
        except (SevenSendersError, OutOfTime):
            self._report_refusals(runner, work)
            raise
        self._report_refusals(runner, work)

    def _report_refusals(self, runner: StepRunner, work: Work) -> None:
        """Each refusal goes to the dead letters once, and is then marked as reported."""
        for key, refusal in runner.record.refused.items():
            if refusal.reported:
                continue
            about = f"{key} {to_text(refusal.at)}"
            self._burial.bury_work(
                work, Reason(refusal.reason), refusal.detail, status=refusal.status, about=about
            )
            reported = {**runner.record.refused, key: replace(refusal, reported=True)}
            runner.record = replace(runner.record, refused=reported)
        runner.save()

    def _got_through(self, connection: str) -> None:
        if self._seldom.is_due(connection):
            self._ledger.progress.got_through(connection, self._now())
