"""The time that a Lambda has left: no call is begun that its time-out could cut."""

from collections.abc import Callable

from seven_senders_adapter.seven_senders.transport import TIME_OUTS

LONGEST_WAIT_FOR_TOKEN = 10
"""Seconds that a worker waits for another one's login, at most."""

LONGEST_STEP_MS = 1000 * (3 * TIME_OUTS.longest + LONGEST_WAIT_FOR_TOKEN)
"""A call, the same once more after a 401, and a login or the wait for one in between."""


class OutOfTime(Exception):
    """What is left of the batch has to be handed back."""


class Deadline:
    """Guards each call. ``remaining_ms`` is the Lambda context's own count."""

    def __init__(self, remaining_ms: Callable[[], int]) -> None:
        self._remaining_ms = remaining_ms

    def check(self) -> None:
        """Raise OutOfTime if a call begun now might be cut."""
        if self._remaining_ms() < LONGEST_STEP_MS:
            raise OutOfTime
