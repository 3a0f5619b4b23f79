"""Whether orders that are not live may be queued now: they go behind those that are."""

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.syncing.brake_guard import brake_names


class Room:
    """For the orders of one account. Every call raises AwsUnavailable or UnreadableRow.

    ``most_ready``: while more order events are ready to be worked, no others are queued.
    """

    def __init__(
        self, *, queue: Queue, brakes: Brakes, account: Account, most_ready: int, now: Clock
    ) -> None:
        self._queue = queue
        self._brakes = brakes
        self._names = brake_names(account)
        self._most_ready = most_ready
        self._now = now

    def stands_still(self) -> str:
        """Why Seven Senders takes nothing of the account; empty if it does.

        What is queued then only waits, as the webhooks' own events do already.
        """
        closed = self._brakes.read(self._names).values()
        return next((brake.reason for brake in closed if brake.holds(self._now())), "")

    def crowd(self) -> int:
        """How many order events go first; 0 if they are few enough."""
        ready = self._queue.ready()
        return ready if ready > self._most_ready else 0
