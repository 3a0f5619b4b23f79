"""Queueing what mends differences, behind the live orders."""

from collections.abc import Callable
from dataclasses import replace

from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reconciling.room import Room
from seven_senders_cli.making_room import wait_for_room
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.verifying.differences import Difference


class Mender:
    """Queues events, each only while there is room for it. ``tell`` hears why it waits."""

    def __init__(
        self, *, queue: Queue, room: Room, pauses: Pauses, tell: Callable[[str], None]
    ) -> None:
        self.queued = 0
        self._queue = queue
        self._room = room
        self._pauses = pauses
        self._tell = tell

    def mend(self, difference: Difference) -> None:
        """Queue what mends a difference, if anything does.

        Raises AwsUnavailable or UnreadableRow.
        """
        if difference.event is None:
            return
        wait_for_room(self._room, self._pauses, self._tell)
        self._queue.send(replace(difference.event, received_at=self._pauses.now()))
        self.queued += 1
