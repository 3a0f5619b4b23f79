"""Connections whose events have to wait: counted, and noted for the hourly check."""

from contextlib import suppress

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import Clock
from seven_senders_adapter.ledger.standstills import PAUSED, Standstills
from seven_senders_adapter.syncing.seldom import Seldom
from seven_senders_adapter.telemetry import Telemetry


class StandingStill:
    """Tells of connections that stand still; one a process."""

    def __init__(self, *, standstills: Standstills, telemetry: Telemetry, now: Clock) -> None:
        self._standstills = standstills
        self._telemetry = telemetry
        self._now = now
        self._seldom = Seldom(now=now)

    def failed(self, connection: str, reason: str) -> None:
        """The connection was found to fail: its document, its API, its account, its ledger."""
        self._telemetry.connection_failed(reason)
        self._note(connection, reason)

    def held_back(self, connection: str, reason: str) -> None:
        """A closed brake still holds the connection: that of its ``api`` or its ``account``."""
        self._telemetry.held_back()
        self._note(connection, reason)

    def paused(self, connection: str) -> None:
        """The connection stands still as it is told."""
        self._note(connection, PAUSED)

    def _note(self, connection: str, reason: str) -> None:
        if self._seldom.is_due(f"{connection} {reason}"):
            with suppress(AwsUnavailable):  # a later look notes it
                self._standstills.note(connection, reason, self._now())
