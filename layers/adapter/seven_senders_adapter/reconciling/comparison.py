"""Orders as their shop shows them now, beside what the ledger has of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.domain.observation import Age, age_of, reason_to_leave_out
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.messages import BACKFILL, OrderEvent
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.reading import Body
from seven_senders_adapter.shops.shop import Kind, UnreadableOrder


class Verdict(StrEnum):
    """How the ledger stands to an order of the shop."""

    UP_TO_DATE = "up to date"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    LEFT_OUT = "left out"


NEEDED = frozenset({Verdict.BEHIND, Verdict.UNKNOWN})
"""The verdicts of orders that have to be brought in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One order of the shop. ``event`` would bring it in; ``reason``: why it is left out."""

    event: OrderEvent
    snapshot: Snapshot
    record: OrderRecord | None
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The orders of a page, and what was wrong with those that can't be read."""

    found: Sequence[Found]
    unreadable: Sequence[UnreadableOrder] = ()

    @property
    def needed(self) -> list[Found]:
        """The orders that the ledger does not have as they are."""
        return [one for one in self.found if one.verdict in NEEDED]


class Comparison:
    """Compares orders of one connection. ``topic`` is that of the events that bring them in."""

    def __init__(
        self,
        *,
        connection: str,
        document: ConnectionDocument,
        topic: str,
        orders: Orders,
        now: Clock,
    ) -> None:
        self._connection = connection
        self._document = document
        self._shop = SHOPS[document.platform]
        self._topic = topic
        self._orders = orders
        self._now = now

    def of(self, bodies: Iterable[Body]) -> Compared:
        """Compare the orders of a page, as webhooks would bring them, by one look at the ledger.

        Raises AwsUnavailable or UnreadableRow.
        """
        events: list[OrderEvent] = []
        unreadable: list[UnreadableOrder] = []
        for body in bodies:
            try:
                events.append(self._event(body))
            except UnreadableOrder as error:
                unreadable.append(error)
        records = self._orders.load_all((event.connection, event.order) for event in events)
        known = {record.order: record for record in records}
        return Compared(
            found=[self._found(event, known.get(event.order)) for event in events],
            unreadable=unreadable,
        )

    def _event(self, body: Body) -> OrderEvent:
        projected = self._shop.project(Kind.ORDER, body, self._document.projection_names)
        return OrderEvent(
            connection=self._connection,
            platform=self._document.platform,
            order=projected.order,
            topic=self._topic,
            delivery_id="",
            received_at=self._now(),
            projection=projected.projection,
        )

    def _found(self, event: OrderEvent, record: OrderRecord | None) -> Found:
        snapshot = self._shop.read_snapshot(event.projection, self._document)
        verdict, reason = self._judge(event, snapshot, record)
        return Found(
            event=event, snapshot=snapshot, record=record, verdict=verdict, reason=reason or ""
        )

    def _judge(
        self, event: OrderEvent, snapshot: Snapshot, record: OrderRecord | None
    ) -> tuple[Verdict, str | None]:
        if record is None:
            reason = reason_to_leave_out(
                snapshot, self._document, event.received_at, any_age=event.topic == BACKFILL
            )
            return (Verdict.LEFT_OUT if reason else Verdict.UNKNOWN), reason
        is_newer = age_of(snapshot, event.digest, record) is Age.NEWER
        return (Verdict.BEHIND if is_newer else Verdict.UP_TO_DATE), None


def feed(found: Iterable[Found], queue: Queue) -> None:
    """Queue orders as if their webhooks had come. Raises AwsUnavailable."""
    for one in found:
        queue.send(one.event)
