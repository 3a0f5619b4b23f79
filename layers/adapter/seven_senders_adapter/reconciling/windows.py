"""The orders that a shop changed, in windows of time, page by page, compared and brought in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.reconciliations import Progress, Reconciliations, Window
from seven_senders_adapter.messages import RECONCILIATION
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reconciling.comparison import Comparison, feed
from seven_senders_adapter.shop_apis.shop_api import By, OrderApi, Span
from seven_senders_adapter.telemetry import Telemetry

OVERLAP = timedelta(minutes=30)
"""So much of what was looked at is looked at again: clocks differ, and shops commit late."""

LONGEST_READY = 1000
"""While so many order events wait to be worked no more are added."""

LOOK_AGAIN_SECONDS = 10.0


class Windows:
    """Goes through a shop's changes. ``delay``: younger ones are left to their webhooks."""

    def __init__(
        self,
        *,
        progress: Reconciliations,
        orders: Orders,
        queue: Queue,
        telemetry: Telemetry,
        delay: timedelta,
        now: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._progress = progress
        self._orders = orders
        self._queue = queue
        self._telemetry = telemetry
        self._delay = delay
        self._now = now
        self._sleep = sleep

    def run(
        self,
        connection: str,
        document: ConnectionDocument,
        api: OrderApi,
        *,
        has_time: Callable[[], bool],
    ) -> Progress:
        """Look at all that has changed, as long as there is time; how far it came.

        Each page's orders are queued before its progress is saved: killed in between, they are
        queued twice, which changes nothing. Raises ShopApiError, AwsUnavailable, UnreadableRow,
        and Conflict if another run is at it.
        """
        comparison = Comparison(
            connection=connection,
            document=document,
            topic=RECONCILIATION,
            orders=self._orders,
            now=self._now,
        )
        progress = self._opened(self._progress.load(connection))
        while (window := progress.window) is not None and self._may_feed(has_time):
            progress = self._after(progress, self._worked(window, api, comparison))
            progress = self._progress.save(connection, progress)
        return progress

    def _opened(self, known: Progress | None) -> Progress:
        """The progress with a window to work; without one if all has been looked at."""
        end = self._now().replace(microsecond=0) - self._delay
        progress = known or Progress(safe_until=end - OVERLAP)
        if progress.window is None and progress.safe_until < end:
            window = Window(begin=progress.safe_until - OVERLAP, end=end)
            progress = replace(progress, window=window)
        return replace(progress, failing_since=None, failure="")

    def _may_feed(self, has_time: Callable[[], bool]) -> bool:
        while has_time():
            if self._queue.ready() < LONGEST_READY:
                return True
            self._sleep(LOOK_AGAIN_SECONDS)
        return False

    def _worked(self, window: Window, api: OrderApi, comparison: Comparison) -> Window:
        span = Span(by=By.CHANGE, begin=window.begin, end=window.end)
        page = api.page(span, window.position)
        compared = comparison.of(page.orders)
        feed(compared.needed, self._queue)
        self._telemetry.orders_found(len(compared.needed))
        for error in compared.unreadable:
            self._telemetry.skipped("unreadable_order")
            self._telemetry.warn("an order can't be read", order=error.order, lacks=error.missing)
        return replace(
            window,
            position=page.next,
            looked_at=window.looked_at + len(page.orders),
            queued=window.queued + len(compared.needed),
        )

    def _after(self, progress: Progress, window: Window) -> Progress:
        if window.position is not None:
            return replace(progress, window=window)
        self._telemetry.note("reconciled", looked_at=window.looked_at, queued=window.queued)
        return replace(progress, window=None, safe_until=window.end)
