"""The orders that a shop changed, in windows of time, page by page, compared and brought in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations, Window
from seven_senders_adapter.messages import RECONCILIATION
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reconciling.comparison import Compared, Comparison, feed
from seven_senders_adapter.reconciling.room import Room
from seven_senders_adapter.shop_apis.shop_api import By, OrderApi, ShopApiError, Span
from seven_senders_adapter.telemetry import Telemetry

OVERLAP = timedelta(minutes=30)
"""So much of what was looked at is looked at again: clocks differ, and shops commit late."""

MOST_READY = 1000
"""While more order events wait to be worked none are added."""

LOOK_AGAIN_SECONDS = 10.0


class Windows:
    """Goes through a shop's changes. ``delay``: younger ones are left to their webhooks."""

    def __init__(
        self,
        *,
        reconciliations: Reconciliations,
        orders: Orders,
        queue: Queue,
        telemetry: Telemetry,
        delay: timedelta,
        now: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._reconciliations = reconciliations
        self._orders = orders
        self._queue = queue
        self._telemetry = telemetry
        self._delay = delay
        self._now = now
        self._sleep = sleep

    def begin(self, connection: str) -> Reconciliation:
        """How far it is. The first time is noted, so that all changes since then are found.

        Raises AwsUnavailable, UnreadableRow, and Conflict if another round is at it.
        """
        known = self._reconciliations.load(connection)
        if known is not None:
            return known
        first = Reconciliation(since=self._now(), safe_until=self._end() - OVERLAP)
        return self._reconciliations.save(connection, first)

    def run(
        self,
        connection: str,
        document: ConnectionDocument,
        api: OrderApi,
        room: Room,
        *,
        has_time: Callable[[], bool],
    ) -> None:
        """Look at all that has changed, as long as there is time and Seven Senders takes orders.

        Each page's orders are queued before its progress is saved: killed in between, they are
        queued twice, which changes nothing. Raises what ``begin`` does, and ShopApiError.
        """
        comparison = Comparison(
            connection=connection,
            document=document,
            topic=RECONCILIATION,
            orders=self._orders,
            now=self._now,
        )
        stands = self._opened(self.begin(connection))
        while (window := stands.window) is not None and has_time():
            span = Span(by=By.CHANGE, begin=window.begin, end=window.end)
            page = api.page(span, window.position)
            compared = comparison.of(page.orders)
            if compared.needed and not self._finds_room(room, has_time):
                return
            self._bring_in(compared)
            worked = replace(
                window,
                position=page.next,
                looked_at=window.looked_at + len(page.orders),
                queued=window.queued + len(compared.needed),
            )
            stands = self._reconciliations.save(connection, self._after(stands, worked))

    def fail(self, connection: str, error: ShopApiError) -> None:
        """Note that the shop does not answer, and since when. Raises what ``begin`` does."""
        stands = self.begin(connection)
        since = stands.failing_since or self._now()
        failing = replace(stands, failing_since=since, failure=str(error))
        self._reconciliations.save(connection, failing)

    def _end(self) -> datetime:
        return self._now().replace(microsecond=0) - self._delay

    def _opened(self, stands: Reconciliation) -> Reconciliation:
        """The same with a window to work; without one if all has been looked at."""
        end = self._end()
        if stands.window is None and stands.safe_until < end:
            window = Window(begin=stands.safe_until - OVERLAP, end=end)
            stands = replace(stands, window=window)
        return replace(stands, failing_since=None, failure="")

    def _finds_room(self, room: Room, has_time: Callable[[], bool]) -> bool:
        while not room.stands_still():
            if not room.crowd():
                return True
            if not has_time():
                return False
            self._sleep(LOOK_AGAIN_SECONDS)
        return False

    def _bring_in(self, compared: Compared) -> None:
        feed(compared.needed, self._queue)
        self._telemetry.orders_found(len(compared.needed))
        for error in compared.unreadable:
            self._telemetry.skipped("unreadable_order")
            self._telemetry.warn("an order can't be read", order=error.order, lacks=error.missing)

    def _after(self, stands: Reconciliation, window: Window) -> Reconciliation:
        if window.position is not None:
            return replace(stands, window=window)
        self._telemetry.note("reconciled", looked_at=window.looked_at, queued=window.queued)
        return replace(stands, window=None, safe_until=window.end)
