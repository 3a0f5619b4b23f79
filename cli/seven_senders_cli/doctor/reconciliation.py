"""Whether a connection's orders are compared with its shop, and what brought its events."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from seven_senders_adapter.ledger.reconciliations import Reconciliation
from seven_senders_cli.doctor.finding import Finding, amber, green
from seven_senders_cli.screen import as_text

BEHIND_AFTER = timedelta(hours=2)
"""Far more than the delay of half an hour, and a quarter of an hour between two rounds."""

DAY = timedelta(hours=24)


def look(
    subject: str,
    stands: Reconciliation | None,
    *,
    has_credentials: bool,
    heard: Mapping[datetime, int],
    reconciled: Mapping[datetime, int],
    register: str,
    now: datetime,
) -> Iterator[Finding]:
    """How far the shop's changes were looked at.

    ``heard`` and ``reconciled``: events by their hours. ``register`` is the command that takes
    credentials of the shop's API.
    """
    brought = f"in 24 h {_last_day(heard, now)} events by webhook"
    if not has_credentials:
        what = f"not done, as there are no credentials for the shop's API; {brought}"
        yield amber(subject, what, f"What webhooks miss stays away without: {register}")
        return
    brought += f", {_last_day(reconciled, now)} by reconciliation"
    if stands is None:
        yield amber(subject, f"not done yet; {brought}", "It begins within a quarter of an hour")
        return
    until = f"all changes are in up to {as_text(stands.safe_until)} UTC"
    if stands.failure:
        since = as_text(stands.failing_since)
        what = f"{until}; the shop's API fails since {since} UTC: {stands.failure}"
        yield amber(subject, what, "Mend that; it goes on by itself")
    elif stands.safe_until < now - BEHIND_AFTER:
        window = stands.window
        done = f", {window.looked_at} orders were looked at since" if window else ""
        mend = "It goes on by itself, once nothing is paused or stands still"
        yield amber(subject, f"{until}{done}; {brought}", mend)
    else:
        yield green(subject, f"{until}; {brought}")


def _last_day(counts: Mapping[datetime, int], now: datetime) -> int:
    return sum(count for hour, count in counts.items() if hour > now - DAY)
