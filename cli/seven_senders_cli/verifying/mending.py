"""Queueing what mends differences, behind the live orders."""

from seven_senders_adapter.queue import Queue
from seven_senders_cli.backfilling import LOOK_AGAIN_SECONDS, QUIET
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.verifying.differences import Difference


class Mender:
    """Queues events, each only while hardly any others wait to be worked."""

    def __init__(self, *, queue: Queue, pauses: Pauses) -> None:
        self.queued = 0
        self._queue = queue
        self._pauses = pauses

    def mend(self, difference: Difference) -> None:
        """Queue what mends a difference, if anything does. Raises AwsUnavailable."""
        if difference.event is None:
            return
        while self._queue.ready() > QUIET:
            self._pauses.sleep(LOOK_AGAIN_SECONDS)
        self._queue.send(difference.event)
        self.queued += 1
