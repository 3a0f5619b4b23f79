"""Time: aware and in UTC inside, ISO 8601 at the edge."""

from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def to_text(at: datetime) -> str:
    """A time as ISO 8601 in UTC, with as many digits of the second as it has."""
    return at.astimezone(UTC).isoformat()


def from_text(text: str) -> datetime:
    """Read what ``to_text`` wrote. Raises ValueError, also for a time without an offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return at.astimezone(UTC)
