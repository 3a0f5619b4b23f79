"""Webhooks that never came: what reconciliation brought in and none has brought since."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.corrections import Correction, Corrections
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.ledger.table import MAX_KEYS
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

    def count(
        self, connection: str, platform: str, *, since: datetime, has_time: Callable[[], bool]
    ) -> None:
        """Count the orders that were corrected and nobody told of; each correction counts once.

        A webhook of a later change counts for the earlier one too, for it brings all of the order.
        None is missed of a change made before ``since``. Raises AwsUnavailable or UnreadableRow.
        """
        due = self._corrections.until(connection, self._now() - self._lost_after[platform])
        number, named = 0, list[str]()
        for corrections in batched(due, MAX_KEYS, strict=False):
            if not has_time():
                break
            lost = self._lost(connection, corrections, since)
            number, named = number + len(lost), [*named, *lost][:NAMED]
        if number:
            self._telemetry.webhooks_lost(number)
            self._telemetry.warn("webhooks were lost", number=number, orders=named)

    def _lost(
        self, connection: str, corrections: Sequence[Correction], since: datetime
    ) -> list[str]:
        """The orders of some corrections, which are forgotten, of which nobody has told."""
        records = self._orders.load_each(connection, {one.order for one in corrections})
        lost: dict[str, None] = {}
        for correction in corrections:
            record = records.get(correction.order)
            if isinstance(record, UnreadableRow):
                continue
            if correction.changed_at >= since and not _was_heard(correction, record):
                lost[correction.order] = None
            self._corrections.remove(correction)
        return list(lost)


def _was_heard(correction: Correction, record: OrderRecord | None) -> bool:
    """Whether a webhook has told of the change since, or of a later one."""
    if record is None or record.heard is None:
        return False
    return record.heard >= correction.changed_at
