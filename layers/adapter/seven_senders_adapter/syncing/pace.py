"""How long what failed waits. Everything here grows with one base, in seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from random import random

QUICK_RECEIVES = 100
"""So often, at most, a message is received soon to be the next probe."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits in whole seconds, at least 1. ``jitter`` gives a number from 0 to below 1."""

    base: float = 30.0
    jitter: Callable[[], float] = random

    @property
    def give_up_after(self) -> timedelta:
        """How long a message fails of its own before it is a dead letter: 24 h at base 30."""
        return timedelta(seconds=2880 * self.base)

    @property
    def probe_interval(self) -> timedelta:
        """How often a closed brake lets one message through: 20 s at base 30."""
        return timedelta(seconds=max(1.0, self.base * 2 / 3))

    def back_off(self, tries: int, retry_after: timedelta | None) -> int:
        """After so many failed tries: full jitter below a bound that doubles up to 1 h."""
        bound = min(120 * self.base, self.base * 2.0 ** min(tries - 1, 16))
        asked = (retry_after or timedelta(0)).total_seconds()
        return _whole(max(bound * self.jitter(), asked))

    def hold(self, age: timedelta) -> int:
        """Behind a brake or a pause: a quarter of the message's age, from 30 s to 30 min.

        A message that waits for its queue's whole 14 days is received some 790 times, and 870
        with all its quick receives: below the 1,000 after which SQS itself moves it.
        """
        longest = min(max(age.total_seconds() / 4, self.base), 60 * self.base)
        return _whole(longest * (3 + self.jitter()) / 4)

    def probe_again(self, age: timedelta, receives: int) -> int:
        """After a probe that failed: soon after the next one is due, unless it probed enough.

        Not always first, so that a message with a fault of its own does not take every probe.
        """
        if receives < QUICK_RECEIVES:
            return _whole(self.probe_interval.total_seconds() * (1 + self.jitter()))
        return self.hold(age)

    def shortly(self) -> int:
        """Until another worker will be through."""
        return _whole(self.base * (1 + self.jitter()) / 6)

    def until(self, wait: timedelta) -> int:
        """For a wait that does not grow with the base."""
        return _whole(wait.total_seconds())


def _whole(seconds: float) -> int:
    return max(1, ceil(seconds))
