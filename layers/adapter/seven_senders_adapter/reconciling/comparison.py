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
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.messages import BACKFILL, OrderEvent
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.reading import Body
from seven_senders_adapter.shops.shop import Kind, NotAnOrder, UnreadableOrder, project


class Verdict(StrEnum):
    """How the ledger stands to an order of the shop."""

    UP_TO_DATE = "up to date"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    LEFT_OUT = "left out"
    UNREADABLE_ROW = "unreadable row"


NEEDED = frozenset({Verdict.BEHIND, Verdict.UNKNOWN, Verdict.UNREADABLE_ROW})
"""The verdicts of orders that have to be brought in.

The event of one whose row can't be read waits until a version runs that can.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One order of the shop. ``event`` would bring it in.

    ``reason``: why it is left out, or what is wrong with its row in the ledger.
    """

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

    def check_rows(self) -> None:
        """Raise UnreadableRow if a row of the ledger can't be read."""
        for one in self.found:
            if one.verdict is Verdict.UNREADABLE_ROW:
                raise UnreadableRow(one.reason)


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

        What is no order at all is left. Raises AwsUnavailable.
        """
        read: list[tuple[OrderEvent, Snapshot]] = []
        unreadable: list[UnreadableOrder] = []
        for body in bodies:
            try:
                event = self._event(body)
                read.append((event, self._snapshot(event)))
            except UnreadableOrder as error:
                unreadable.append(error)
            except NotAnOrder:
                continue
        known = self._orders.load_each(self._connection, [event.order for event, _ in read])
        return Compared(
            found=[
                self._found(event, snapshot, known.get(event.order)) for event, snapshot in read
            ],
            unreadable=unreadable,
        )

    def _event(self, body: Body) -> OrderEvent:
        projected = project(self._shop, Kind.ORDER, body, self._document.projection_names)
        return OrderEvent(
            connection=self._connection,
            platform=self._document.platform,
            order=projected.order,
            topic=self._topic,
            delivery_id="",
            received_at=self._now(),
            projection=projected.projection,
        )

    def _snapshot(self, event: OrderEvent) -> Snapshot:
        try:
            return self._shop.read_snapshot(event.projection, self._document)
        except (KeyError, TypeError, ValueError) as error:
            what = f"the expected form: {type(error).__name__} in the projection"
            raise UnreadableOrder(event.order, [what]) from None

    def _found(
        self, event: OrderEvent, snapshot: Snapshot, row: OrderRecord | UnreadableRow | None
    ) -> Found:
        if isinstance(row, UnreadableRow):
            return Found(
                event=event,
                snapshot=snapshot,
                record=None,
                verdict=Verdict.UNREADABLE_ROW,
                reason=str(row),
            )
        verdict, reason = self._judge(event, snapshot, row)
        return Found(
            event=event, snapshot=snapshot, record=row, verdict=verdict, reason=reason or ""
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
