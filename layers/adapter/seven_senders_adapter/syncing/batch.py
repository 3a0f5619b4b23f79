"""A batch of the queue's messages, with each order's messages one after another."""

from collections.abc import Sequence

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.messages import Received
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.syncing.arrivals import Arrivals
from seven_senders_adapter.syncing.deadline import Deadline, OutOfTime
from seven_senders_adapter.syncing.order_sync import OrderSync
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.syncing.work import Wait
from seven_senders_adapter.telemetry import Telemetry

AT_ONCE = 0


class BatchSync:
    """Works the messages of a batch in turn; one a process."""

    def __init__(
        self,
        *,
        arrivals: Arrivals,
        orders: OrderSync,
        queue: Queue,
        pace: Pace,
        telemetry: Telemetry,
    ) -> None:
        self._arrivals = arrivals
        self._orders = orders
        self._queue = queue
        self._pace = pace
        self._telemetry = telemetry

    def run(self, messages: Sequence[Received], deadline: Deadline) -> list[str]:
        """Work the messages; the ids of those that stay in the queue.

        After one that stays, the later ones of the same order stay as long. Near the Lambda's
        time-out the rest is handed back at once.
        """
        self._arrivals.count(messages)
        staying: list[str] = []
        waits: dict[str, int] = {}
        for message in messages:
            if message.group not in waits:
                wait = self._work(message, deadline)
                if wait is None:
                    continue
                waits[message.group] = wait
            self._hide(message, waits[message.group])
            staying.append(message.message_id)
        return staying

    def _work(self, message: Received, deadline: Deadline) -> int | None:
        """Work one message; for how long it has to stay, if it has to."""
        try:
            self._orders.work(message, deadline)
        except Wait as wait:
            return wait.seconds
        except OutOfTime:
            return AT_ONCE
        except Exception as error:  # noqa: BLE001 - a bug must not hold up the others
            self._telemetry.bug("a message can't be worked", error)
            return self._pace.back_off(message.receives, None)
        return None

    def _hide(self, message: Received, seconds: int) -> None:
        try:
            self._queue.hide(message, seconds)
        except AwsUnavailable as error:
            self._telemetry.warn("a message stays hidden for its time-out", error=str(error))
