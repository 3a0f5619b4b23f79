"""Which of WooCommerce's orders are asked for, and how their pages follow one another.

Sources: class-wc-rest-crud-controller.php and OrdersTableQuery.php of WooCommerce 5.8 to 11,
class-wp-date-query.php of WordPress.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from seven_senders_adapter.shop_apis.http import expected
from seven_senders_adapter.shop_apis.shop_api import By, Span
from seven_senders_adapter.shops.reading import Body

PER_PAGE = 100
"""The most that WooCommerce gives."""

FIELDS = (
    "id,number,status,date_created_gmt,date_modified_gmt,date_paid_gmt,total,refunds,meta_data"
    ",line_items"
)
"""What the mapping reads, so that no address, name or e-mail is even asked for."""

_WINDOW = {By.CREATION: ("after", "before"), By.CHANGE: ("modified_after", "modified_before")}
_TIME = {By.CREATION: "date_created_gmt", By.CHANGE: "date_modified_gmt"}
_SECOND = timedelta(seconds=1)
_SKIPPED_IN_SPRING = timedelta(hours=1)


def window(span: Span) -> dict[str, str]:
    """The parameters that choose the orders of a span."""
    after, before = _WINDOW[span.by]
    return {
        # Both ends are excluded, and times have whole seconds.
        after: _text(span.begin - _SECOND),
        before: _text(span.end + _SECOND),
        "dates_are_gmt": "true",
    }


def reaching_back(span: Span) -> Span:
    """A span with an hour before its begin.

    WordPress reads also a GMT time by the shop's clock, and moves one in the hour that this clock
    skips in spring an hour on. So a span that begins in that hour would lose what is in it.
    """
    return replace(span, begin=span.begin - _SKIPPED_IN_SPRING)


def is_in(span: Span, order: Body) -> bool:
    """Whether an order is one of a span, by its own times. One that has none is."""
    time = order.get(_TIME[span.by])
    return not isinstance(time, str) or _text(span.begin) <= time <= _text(span.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to read on: the list's first ``unread`` orders, and the highest id that has been read.

    Orders are listed by falling ids, which grow as orders are created, and read from the end of
    the list. What leaves it, by a change or for good, moves those behind it to the front: where
    pages are still to be read, so that some come twice and none is skipped. What comes into it,
    such as an order that is taken from the trash, moves them to the end, past what is read. So each
    page overlaps the one before: it has to show an id that was read, or the list's end. Dates
    would give no such list: without WooCommerce's own tables they are sorted by the shop's clock,
    which goes back in autumn.

    ``size``: of the page that ends here, which is no part of the position.
    """

    unread: int
    read_up_to: int = 0
    size: int = PER_PAGE

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what ``text`` wrote."""
        unread, read_up_to = text.split(":")
        return cls(unread=int(unread), read_up_to=int(read_up_to))

    def text(self) -> str:
        """The place as a position of pages."""
        return f"{self.unread}:{self.read_up_to}"

    def narrowed(self) -> Self:
        """The same place with a page of a tenth."""
        return replace(self, size=self.size // 10)

    @property
    def _skipped(self) -> int:
        return max(0, self.unread - self.size)

    def query(self) -> dict[str, str | int]:
        """The parameters of the page here."""
        return {"orderby": "id", "order": "desc", "per_page": self.size, "offset": self._skipped}

    def joins(self, orders: Sequence[Mapping[str, Any]], total: int) -> bool:
        """Whether nothing lies between the page here and what has been read.

        ``total`` is that of the page's answer, which is 0 behind the end. A page that hides an
        order, as WooCommerce does where one can't be loaded, may hide the one that overlaps.
        """
        is_last = self._skipped + self.size >= total
        hides_some = len(orders) < self.size
        return is_last or hides_some or any(order["id"] <= self.read_up_to for order in orders)

    def back(self) -> Self:
        """Nearer to the end, by half a page so that the pages have other borders than before."""
        return replace(self, unread=self.unread + PER_PAGE // 2)

    def next(self, orders: Sequence[Mapping[str, Any]]) -> Self | None:
        """Nearer to the front, one order overlapping; ``None`` at the front."""
        if self._skipped == 0:
            return None
        ids = [expected(int, order["id"]) for order in orders]
        return replace(self, unread=self._skipped + 1, read_up_to=max([self.read_up_to, *ids]))


def _text(time: datetime) -> str:
    """A time in GMT without a zone: with one it would be turned into the shop's local time."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
