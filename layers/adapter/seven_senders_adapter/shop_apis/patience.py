"""Reading orders of a shop that now and then does not answer."""

from collections.abc import Callable, Sequence
from datetime import datetime

from seven_senders_adapter.shop_apis.shop_api import (
    NotDone,
    OrderApi,
    Page,
    ShopApiError,
    ShopUnreachable,
    Span,
)
from seven_senders_adapter.shops.reading import Body


class PatientOrders:
    """Asks again while a shop can't answer, and sees to it that its pages move on.

    One that throttles was waited for already.

    ``waits`` are the seconds between one try and the next; after the last one its error is raised.
    ``tell`` is told of each error and how long it waits then.
    """

    def __init__(
        self,
        api: OrderApi,
        *,
        waits: Sequence[float],
        sleep: Callable[[float], None],
        tell: Callable[[ShopApiError, float], None],
    ) -> None:
        self._api = api
        self._waits = waits
        self._sleep = sleep
        self._tell = tell

    def count(self, span: Span) -> int:
        """How many orders there are in a span now."""
        return self._patiently(lambda: self._api.count(span))

    def page(self, span: Span, position: str | None) -> Page:
        """The orders of a span from a position on."""
        page = self._patiently(lambda: self._api.page(span, position))
        if page.next is not None and page.next == position:
            raise NotDone(
                "the shop shows the same page of orders again and again: look whether a plugin or"
                " a proxy changes its answers"
            )
        return page

    def order(self, order: str) -> Body | None:
        """One order by the shop's id."""
        return self._patiently(lambda: self._api.order(order))

    def oldest_shown(self, now: datetime) -> datetime | None:
        """Orders created earlier are not shown."""
        return self._patiently(lambda: self._api.oldest_shown(now))

    def _patiently[T](self, ask: Callable[[], T]) -> T:
        for wait in self._waits:
            try:
                return ask()
            except ShopUnreachable as error:
                self._tell(error, wait)
                self._sleep(wait)
        return ask()
