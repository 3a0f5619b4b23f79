"""What is done at most once a minute a process."""

from datetime import datetime, timedelta

from seven_senders_adapter.clock import Clock

SELDOM = timedelta(minutes=1)


class Seldom:
    """Remembers when things were done, by their names."""

    def __init__(self, *, now: Clock) -> None:
        self._now = now
        self._done_at: dict[str, datetime] = {}

    def is_due(self, what: str) -> bool:
        """Whether it was not done for a minute; then it counts as done now."""
        now = self._now()
        done_at = self._done_at.get(what)
        if done_at is not None and now - done_at < SELDOM:
            return False
        self._done_at[what] = now
        return True
