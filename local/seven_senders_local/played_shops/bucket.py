"""Points for what calls cost: they empty the bucket, and time fills it (source: shopify.dev)."""

from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.clock import Clock


@dataclass
class Bucket:
    """Points of one app in one shop. ``restored``: how many come back a second."""

    now: Clock
    size: float = 2000.0
    restored: float = 100.0
    left: float = 2000.0
    looked_at: datetime | None = None

    def available(self) -> float:
        """The points that are there now."""
        now = self.now()
        seconds = (now - self.looked_at).total_seconds() if self.looked_at else 0.0
        self.left = min(self.size, self.left + seconds * self.restored)
        self.looked_at = now
        return self.left

    def take(self, points: float) -> bool:
        """Take points out, if there are so many."""
        if self.available() < points:
            return False
        self.left -= points
        return True

    def give_back(self, points: float) -> None:
        """Put points back that were taken for nothing."""
        self.left = min(self.size, self.available() + points)

    def status(self) -> dict[str, float]:
        """What every answer says of it."""
        return {
            "maximumAvailable": self.size,
            "currentlyAvailable": self.available(),
            "restoreRate": self.restored,
        }
