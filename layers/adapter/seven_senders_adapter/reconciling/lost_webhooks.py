"""Webhooks that never came: what reconciliation brought in and none has brought since."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.ledger.corrections import Correction, Corrections
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.telemetry import Telemetry

NAMED = 10
"""So many of the orders are named in the log."""


class LostWebhooks:
    """Counts them once a webhook would have come. ``lost_after``: how long that is, by platform."""

    def __init__(
        self,
        *,
        corrections: Corrections,
        orders: Orders,
        telemetry: Telemetry,
        lost_after: Mapping[str, timedelta],
        now: Clock,
    ) -> None:
        self._corrections = corrections
        self._orders = orders
        self._telemetry = telemetry
        self._lost_after = lost_after
        self._now = now

    def count(self, connection: str, platform: str, *, has_time: Callable[[], bool]) -> int:
        """How many orders were corrected and nobody told of it; each correction counts once.

        A webhook of a later change counts for the earlier one too, for it brings all of the order.
        Raises AwsUnavailable or UnreadableRow.
        """
        due = self._now() - self._lost_after[platform]
        lost: list[str] = []
        number = 0
        for correction in self._corrections.until(connection, due):
            if not has_time():
                break
            if not self._was_heard(correction):
                number += 1
                lost = [*lost, correction.order][:NAMED]
                self._telemetry.webhook_lost()
            self._corrections.remove(correction)
        if number:
            self._telemetry.warn("webhooks were lost", number=number, orders=lost)
        return number

    def _was_heard(self, correction: Correction) -> bool:
        record = self._orders.load(correction.connection, correction.order)
        if record is None or record.heard is None:
            return False
        return record.heard >= correction.changed_at
