"""The brakes: while one is closed the fleet leaves an API or an account alone.

One probe at a time finds out whether it is mended. A brake that fails a little but is not
closed is a row with the names of what failed, and no ``closed_since``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.ledger.rows import FORMAT, from_row, is_expired, seconds
from seven_senders_adapter.ledger.table import Conflict, Table

FORSAKEN_AFTER = timedelta(hours=2)
"""A brake that nobody has probed for so long guards nothing: no event of its account waits."""

FORGOTTEN_AFTER = timedelta(days=2)
"""Failures add up only if no two of them lie further apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """A brake; closed if ``closed_since`` is set, and then ``probe_at`` is too.

    ``failing`` names what failed until it closed: messages by their ids, and logins.
    """

    name: str
    failing: frozenset[str] = frozenset()
    closed_since: datetime | None = None
    probe_at: datetime | None = None
    reason: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it is closed, and somebody still waits for it to open."""
        if self.closed_since is None or self.probe_at is None:
            return False
        return self.probe_at > now - FORSAKEN_AFTER


class Brakes:
    """Brakes by name; every operation raises AwsUnavailable, those that read UnreadableRow."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def read(self, names: Sequence[str]) -> dict[str, Brake]:
        """Those of some brakes that are closed, or near it."""
        rows = self._table.get_all([_key(name) for name in names])
        brakes = [from_row(Brake, row) for row in rows]
        return {brake.name: brake for brake in brakes}

    def fail(
        self,
        name: str,
        *,
        what: str,
        reason: str,
        now: datetime,
        probe_at: datetime,
        limit: int,
    ) -> Brake:
        """Count what failed, by its name; with ``limit`` different names the brake closes.

        A closed brake counts no more; its probe is put off to ``probe_at``, never brought
        forward.
        """
        brake = self._count(name, what=what, reason=reason, now=now)
        stays = brake.probe_at >= probe_at if brake.probe_at else len(brake.failing) < limit
        if stays:
            return brake
        try:
            row = self._table.update(
                _key(name),
                "SET #closed_since = if_not_exists(#closed_since, :now), #probe_at = :probe_at"
                " REMOVE #expires_at",
                condition="#probe_at < :probe_at OR (attribute_not_exists(#probe_at)"
                " AND attribute_exists(#failing) AND size(#failing) >= :limit)",
                values={"now": to_text(now), "probe_at": to_text(probe_at), "limit": limit},
            )
        except Conflict as conflict:  # another worker closed it, or opened it again
            return from_row(Brake, conflict.row) if conflict.row else Brake(name=name)
        return from_row(Brake, row)

    def close(self, name: str, *, reason: str, now: datetime, probe_at: datetime) -> Brake:
        """Close a brake at once; one that is closed keeps its ``closed_since``."""
        row = self._table.update(
            _key(name),
            "SET #format = if_not_exists(#format, :format), #name = :name,"
            " #reason = :reason, #probe_at = :probe_at,"
            " #closed_since = if_not_exists(#closed_since, :now) REMOVE #expires_at",
            values={
                "format": FORMAT,
                "name": name,
                "reason": reason,
                "probe_at": to_text(probe_at),
                "now": to_text(now),
            },
        )
        return from_row(Brake, row)

    def take_probe(self, name: str, *, now: datetime, next_probe_at: datetime) -> bool:
        """Take the probe of a closed brake if it is due: exactly one worker gets it."""
        try:
            self._table.update(
                _key(name),
                "SET #probe_at = :next_probe_at",
                condition="attribute_exists(#closed_since) AND #probe_at <= :now",
                values={"next_probe_at": to_text(next_probe_at), "now": to_text(now)},
            )
        except Conflict:
            return False
        return True

    def open(self, name: str) -> None:
        """Open a brake and forget its failures."""
        self._table.delete(_key(name))

    def _count(self, name: str, *, what: str, reason: str, now: datetime) -> Brake:
        try:
            row = self._table.update(
                _key(name),
                "SET #format = if_not_exists(#format, :format), #name = :name, #reason = :reason,"
                " #expires_at = :expires_at ADD #failing :failing",
                condition="attribute_not_exists(#pk) OR #expires_at > :second",
                values={
                    "format": FORMAT,
                    "name": name,
                    "reason": reason,
                    "expires_at": seconds(now + FORGOTTEN_AFTER),
                    "failing": {what},
                    "second": seconds(now),
                },
            )
        except Conflict as conflict:
            row = conflict.row
        if is_expired(row, now):
            self._forget(name, now)
            return self._count(name, what=what, reason=reason, now=now)
        return from_row(Brake, row)

    def _forget(self, name: str, now: datetime) -> None:
        try:
            self._table.delete(
                _key(name),
                condition="#expires_at <= :second",
                values={"second": seconds(now)},
            )
        except Conflict:  # another worker forgot it, and began anew
            return


def _key(name: str) -> str:
    return f"brake/{name}"
