"""Messages that a person has to look at go to the dead letters, and into their index."""

from datetime import datetime
from hashlib import sha256

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.messages import Failure, Received
from seven_senders_adapter.queue import DeadLetterQueue
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.syncing.work import Work
from seven_senders_adapter.telemetry import Telemetry


class Burial:
    """Buries messages; one a process."""

    def __init__(
        self,
        *,
        dead_letter_queue: DeadLetterQueue,
        dead_letters: DeadLetters,
        telemetry: Telemetry,
        now: Clock,
    ) -> None:
        self._dead_letter_queue = dead_letter_queue
        self._dead_letters = dead_letters
        self._telemetry = telemetry
        self._now = now

    def bury(
        self,
        message: Received,
        reason: Reason,
        detail: str,
        *,
        status: int | None = None,
        about: str = "",
        first_try: datetime | None = None,
        brakes: tuple[str, ...] = (),
    ) -> None:
        """Copy a message to the dead letters; ``about`` names what of its order was refused.

        What is buried once more, by this message or by another of its order, stands in the index
        once. The message itself stays where it is. Raises AwsUnavailable.
        """
        now = self._now()
        failure = Failure(
            letter=_letter(message, about),
            reason=reason,
            detail=detail,
            status=status,
            first_try=first_try or now,
            last_try=now,
            brakes=brakes,
        )
        self._dead_letter_queue.bury(message, failure)
        self._dead_letters.add(DeadLetter.of(message, failure))
        self._telemetry.dead_lettered(reason)
        self._telemetry.warn("a dead letter", reason=reason, detail=detail, status=status)

    def bury_work(
        self, work: Work, reason: Reason, detail: str, *, status: int | None = None, about: str = ""
    ) -> None:
        """Bury a message that was worked, with its tries and the brakes that it obeys."""
        self.bury(
            work.message,
            reason,
            detail,
            status=status,
            about=about,
            first_try=work.attempt.first_failed_at,
            brakes=work.guard.names,
        )


def _letter(message: Received, about: str) -> str:
    if not about:
        return message.message_id
    return sha256(f"{message.group} {about}".encode()).hexdigest()[:32]
