"""How many events arrive: each counts at its first receipt, whether or not it can be worked."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import Clock, from_text
from seven_senders_adapter.ledger.traffic import Traffic
from seven_senders_adapter.messages import FOUND, RECONCILIATION, RESYNC, Received
from seven_senders_adapter.syncing.seldom import Seldom


class Arrivals:
    """Adds events up by connection and hour; one a process.

    ``heard`` counts webhooks, written at most once a minute a connection. What a process has not
    written when it ends is lost, and never its first event. ``reconciled`` counts what
    reconciliation found, written at once: it is little, and a lost one is a sign.
    """

    def __init__(self, *, heard: Traffic, reconciled: Traffic, now: Clock) -> None:
        self._heard = heard
        self._reconciled = reconciled
        self._seldom = Seldom(now=now)
        self._counts: defaultdict[tuple[str, Traffic, date], Counter[int]] = defaultdict(Counter)

    def count(self, messages: Iterable[Received]) -> None:
        """Count a batch. What DynamoDB does not take now is written later."""
        for message in messages:
            traffic = self._traffic_of(message)
            if traffic is not None and (arrival := _arrival(message)) is not None:
                connection, at = arrival
                self._counts[connection, traffic, at.date()][at.hour] += 1
        try:
            for connection, traffic in {
                (connection, traffic) for connection, traffic, _ in self._counts
            }:
                if traffic is self._reconciled or self._seldom.is_due(connection):
                    self._write(connection, traffic)
        except AwsUnavailable:
            return

    def _traffic_of(self, message: Received) -> Traffic | None:
        """Where a message counts; one that a person has caused counts nowhere."""
        topic = message.attributes.get("topic")
        if topic == RECONCILIATION:
            return self._reconciled
        return None if topic == RESYNC or topic in FOUND else self._heard

    def _write(self, connection: str, traffic: Traffic) -> None:
        for key in [key for key in self._counts if key[:2] == (connection, traffic)]:
            traffic.add(connection, key[2], self._counts[key])
            del self._counts[key]


def _arrival(message: Received) -> tuple[str, datetime] | None:
    """Whose event arrives here for the first time, and when it was sent or found."""
    attributes = message.attributes
    if message.receives > 1 or "redriven" in attributes:
        return None
    try:
        return attributes["connection"], from_text(attributes["received_at"])
    except (KeyError, ValueError):  # it can't be read and is buried
        return None
