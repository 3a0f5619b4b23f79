"""Time that is played: it passes when somebody waits or works."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class PlayedClock:
    """The time of the whole stack and of the API, in epoch seconds."""

    seconds: float

    def now(self) -> datetime:
        """The time, as the adapter wants it."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def epoch(self) -> float:
        """The time, as the sandbox wants it."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def reach(self, seconds: float) -> None:
        """Let time pass until then; if it is later already, nothing happens."""
        self.seconds = max(self.seconds, seconds)


@dataclass(frozen=True, slots=True)
class PlayedContext:
    """What a function learns about its invocation, under the name that Lambda gives it."""

    clock: PlayedClock
    ends_at: float

    def get_remaining_time_in_millis(self) -> int:
        """Until the time-out, in milliseconds."""
        return max(0, int(1000 * (self.ends_at - self.clock.seconds)))
