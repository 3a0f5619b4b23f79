"""The time that a Lambda has left: no call is begun that its time-out could cut."""

from collections.abc import Callable

LONGEST_STEP_MS = 50_000
"""A call of up to 13 s, repeated once after a 401, with a login and its wait in between."""


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
