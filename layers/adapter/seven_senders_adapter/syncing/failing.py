"""What follows when a call has failed: a brake, another try, or the dead letters."""

from dataclasses import replace
from datetime import datetime, timedelta

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import Clock
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.messages import Received
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    SevenSendersError,
    TemporaryFailure,
    TokenUnavailable,
)
from seven_senders_adapter.syncing.admission import Admission
from seven_senders_adapter.syncing.burial import Burial
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.syncing.standing_still import StandingStill
from seven_senders_adapter.syncing.steps import READ_TIME_OUT
from seven_senders_adapter.syncing.work import Wait, Work
from seven_senders_adapter.telemetry import Telemetry


class Failing:
    """Judges failures; one a process. All methods raise Wait, unless they bury the message."""

    def __init__(
        self,
        *,
        admission: Admission,
        burial: Burial,
        ledger: Ledger,
        standing_still: StandingStill,
        telemetry: Telemetry,
        pace: Pace,
        now: Clock,
    ) -> None:
        self._admission = admission
        self._burial = burial
        self._ledger = ledger
        self._standing_still = standing_still
        self._telemetry = telemetry
        self._pace = pace
        self._now = now

    def api_failed(self, work: Work, failure: TemporaryFailure) -> None:
        """A call failed for now: behind a brake nobody's try, else the message's own.

        It is its own behind a brake too, if others of the connection got through since it failed
        last: several orders that fail for ever would else keep the brake closed for one another.
        """
        now = self._now()
        asked = failure.retry_after
        closed = work.guard.api_failed(failure, now, now + asked if asked else None)
        if closed or work.guard.probing:
            self._standing_still.failed(work.event.connection, "api")
            if not self._got_through_since(work.attempt.last_failed_at, work.event.connection):
                failed = replace(work, attempt=replace(work.attempt, last_failed_at=now))
                self._wait_for_probe(failed, failure)
        wait = self._pace.back_off(work.attempt.tries + 1, asked)
        if not failure.answered:
            wait = max(wait, self._pace.until(READ_TIME_OUT))
        self._try_later(work, failure, wait)

    def account_failed(self, work: Work, failure: AccountFailure) -> None:
        """The account, its key or the base URL is refused: nothing of it goes on."""
        work.guard.account_failed(failure.reason, self._now())
        self._standing_still.failed(work.event.connection, "account")
        self._telemetry.warn("the account is refused, its events wait", error=str(failure))
        self._wait_for_probe(work, failure)

    def token_unavailable(self, work: Work, failure: TokenUnavailable) -> None:
        """Nobody's fault and no try. A probe without a token has found out nothing."""
        if work.guard.probing:
            self._standing_still.held_back(work.event.connection, work.guard.closed)
        self._telemetry.aws_failed()
        self._telemetry.warn("there is no token, the event waits", error=str(failure))
        self._admission.rest(work)
        raise Wait(self._pace.hold(self._admission.age(work.message))) from failure

    def aws_failed(self, message: Received, failure: AwsUnavailable) -> None:
        """Nobody's fault and no try, the same."""
        self._telemetry.aws_failed()
        self._telemetry.warn("AWS failed, the event waits", error=str(failure))
        raise Wait(self._pace.hold(self._admission.age(message))) from failure

    def order_failed(self, work: Work, failure: SevenSendersError) -> None:
        """Something is wrong with this order alone that may pass."""
        self._try_later(work, failure, self._pace.back_off(work.attempt.tries + 1, None))

    def _wait_for_probe(self, work: Work, failure: SevenSendersError) -> None:
        """Come back soon, however late the next probe may be: what is held back is counted."""
        self._admission.rest(work)
        message = work.message
        wait = self._pace.probe_again(self._admission.age(message), message.receives)
        raise Wait(wait) from failure

    def _try_later(self, work: Work, failure: SevenSendersError, wait: int) -> None:
        """Count a try of the message's own; after a day of them it is a dead letter."""
        if self._has_failed_for_long(work.attempt, work.event.connection):
            self._burial.bury_work(
                work, Reason.FAILED_FOR_A_DAY, str(failure), status=failure.status
            )
            self._admission.give_up(work)
            return
        now = self._now()
        attempt = replace(
            work.attempt,
            tries=work.attempt.tries + 1,
            first_failed_at=work.attempt.first_failed_at or now,
            last_failed_at=now,
            waited=work.attempt.waited + wait,
            reason=str(failure),
            status=failure.status,
            deaths=0,
            running=False,
        )
        self._ledger.attempts.save(work.event.connection, work.event.order, attempt)
        self._telemetry.retried()
        raise Wait(wait) from failure

    def _has_failed_for_long(self, attempt: Attempt, connection: str) -> bool:
        if timedelta(seconds=attempt.waited) < self._pace.give_up_after:
            return False
        return self._got_through_since(attempt.first_failed_at, connection)

    def _got_through_since(self, since: datetime | None, connection: str) -> bool:
        last = self._ledger.progress.last(connection)
        return last is not None and since is not None and last >= since
