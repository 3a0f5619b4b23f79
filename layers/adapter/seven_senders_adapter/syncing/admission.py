"""Whether a message may be worked now: its connection, its brakes, and its workers' deaths."""

from dataclasses import replace
from datetime import timedelta

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import SyncingDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.syncing import ConnectionMissing, SyncingConnections
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.messages import OrderEvent, Received
from seven_senders_adapter.queue import EXPIRY_WARNING_AFTER
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.syncing.brake_guard import BrakeGuard
from seven_senders_adapter.syncing.deadline import Deadline
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.syncing.standing_still import StandingStill
from seven_senders_adapter.syncing.work import Wait, Work
from seven_senders_adapter.telemetry import Telemetry

SECOND_RECEIPT = 2


class Admission:
    """Lets messages in and out; one a process. Raises AwsUnavailable and UnreadableRow."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        connections: SyncingConnections,
        standing_still: StandingStill,
        telemetry: Telemetry,
        pace: Pace,
        now: Clock,
    ) -> None:
        self._ledger = ledger
        self._connections = connections
        self._standing_still = standing_still
        self._telemetry = telemetry
        self._pace = pace
        self._now = now

    def admit(self, message: Received, event: OrderEvent, deadline: Deadline) -> Work:
        """Begin to work a message. Raises Wait if its turn has not come."""
        if self.age(message) > EXPIRY_WARNING_AFTER:
            self._telemetry.near_expiry()
            self._ledger.orders.mark_expiring(event.connection, event.order, self._now())
        settings = self._settings(message, event)
        return Work(
            message=message,
            event=event,
            settings=settings,
            guard=self._pass_brakes(message, event, settings.account),
            attempt=self._begin(message, event),
            deadline=deadline,
        )

    def rest(self, work: Work) -> None:
        """Take the mark away: the worker has not died, and the message has not failed."""
        if work.attempt.running:
            rested = replace(work.attempt, running=False, deaths=0)
            self._ledger.attempts.save(work.event.connection, work.event.order, rested)

    def finish(self, work: Work) -> None:
        """Forget the tries of a message that may be taken off the queue."""
        if work.attempt.running:
            self._ledger.attempts.clear(work.event.connection, work.event.order)

    def give_up(self, work: Work) -> None:
        """Keep the tries of a message that was buried, should SQS deliver it once more."""
        given_up = replace(work.attempt, given_up=True)
        self._ledger.attempts.save(work.event.connection, work.event.order, given_up)

    def age(self, message: Received) -> timedelta:
        """How long a message has been in the queue."""
        return self._now() - message.sent_at

    def _settings(self, message: Received, event: OrderEvent) -> SyncingDocument:
        try:
            settings = self._connections.get(event.connection)
        except (ConnectionMissing, InvalidConnection) as error:
            self._standing_still.failed(event.connection, "document")
            self._telemetry.warn("the connection can't be used, its events wait", error=str(error))
            raise Wait(self._pace.hold(self.age(message))) from error
        if settings.paused:
            self._standing_still.paused(event.connection)
            raise Wait(self._pace.hold(self.age(message)))
        return settings

    def _pass_brakes(self, message: Received, event: OrderEvent, account: Account) -> BrakeGuard:
        guard = BrakeGuard(
            brakes=self._ledger.brakes,
            account=account,
            message_id=message.message_id,
            pace=self._pace,
            now=self._now(),
        )
        if not guard.lets_through():
            self._standing_still.held_back(event.connection, guard.closed)
            raise Wait(self._pace.hold(self.age(message)))
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
