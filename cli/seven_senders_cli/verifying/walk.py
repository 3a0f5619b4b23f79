"""A walk through a shop's orders and Seven Senders' at the same time, by their dates.

What is kept in memory is a page of the shop and a page of Seven Senders.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.messages import VERIFICATION
from seven_senders_adapter.reconciling.comparison import Compared, Comparison, Found, Verdict
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.shop_apis.shop_api import OrderApi, Span
from seven_senders_cli.orders.situation import Asked
from seven_senders_cli.orders.waiting import holds
from seven_senders_cli.verifying.differences import (
    Circumstances,
    Difference,
    Judgement,
    Kind,
    deleted,
    difference,
    judge,
    unreadable,
)
from seven_senders_cli.verifying.there import There

ON_ITS_WAY = timedelta(minutes=30)
"""What was changed so lately, in the shop or in the ledger, may be on its way, and is left alone.

It is as long as the longest wait behind a brake (source: syncing/pace.py).
"""

_A_SECOND = timedelta(seconds=1)
_ONLY_LISTED = frozenset({Kind.CHANGED_THERE, Kind.REOPENED})
"""A list may show less of an order than a look at it alone."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was looked at so far.

    ``looked_at``: orders of the shop, of which ``on_their_way`` were left alone and ``not_told``
    could not be found out at Seven Senders. ``others``: orders there that are not this
    connection's. ``deleted``: orders there that the shop has deleted, as the ledger says too.
    ``until``: all orders created before it were looked at.
    """

    until: datetime
    looked_at: int = 0
    differing: defaultdict[Kind, int] = field(default_factory=lambda: defaultdict(int))
    left_out: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    on_their_way: int = 0
    not_told: int = 0
    others: int = 0
    deleted: int = 0


class Walk:
    """Compares the orders of one connection, the oldest first."""

    def __init__(
        self,
        *,
        connection: str,
        document: ConnectionDocument,
        api: OrderApi,
        there: There,
        ledger: Ledger,
        span: Span,
        now: Clock,
    ) -> None:
        self.tally = Tally(until=span.begin)
        self._connection = connection
        self._document = document
        self._api = api
        self._there = there
        self._ledger = ledger
        self._span = span
        self._now = now
        self._comparison = Comparison(
            connection=connection,
            document=document,
            topic=VERIFICATION,
            orders=ledger.orders,
            now=now,
        )
        self._listed_until = span.begin - _A_SECOND
        self._left_over: list[RemoteOrder] = []
        """Those of the last second that was listed: the shop may show them on its next page."""

    def differences(self, looked_at: Callable[[int], None]) -> Iterator[Difference]:
        """Each order that differs, as it is found. Nothing is changed.

        ``looked_at`` is told after each page how many orders were.

        Raises ShopApiError, SevenSendersError, AwsUnavailable and UnreadableRow.
        """
        around = _Around(self._connection, self._document, self._ledger)
        position: str | None = None
        while True:
            page = self._api.page(self._span, position)
            compared = self._comparison.of(page.orders)
            compared.check_rows()
            end = self._span.end if page.next is None else _newest(compared)
            for one in self._page(compared, end, around):
                self.tally.differing[one.kind] += 1
                yield one
            looked_at(self.tally.looked_at)
            self.tally.until = max(self.tally.until, end or self.tally.until)
            if page.next is None:
                return
            position = page.next

    def _page(
        self, compared: Compared, end: datetime | None, around: "_Around"
    ) -> Iterator[Difference]:
        there: dict[str, RemoteOrder] = {}
        yield from self._strangers(compared, end, there)
        for error in compared.unreadable:
            self.tally.looked_at += 1
            yield unreadable(self._connection, error)
        for found in compared.found:
            self.tally.looked_at += 1
            if judgement := self._judged(found, there):
                yield difference(found, judgement, around.of(found.event.order))

    # --- the shop's orders ---

    def _judged(self, found: Found, there: dict[str, RemoteOrder]) -> Judgement | None:
        if found.verdict is Verdict.LEFT_OUT:
            self.tally.left_out[found.reason] += 1
            return None
        if self._is_on_its_way(found.snapshot.updated_at, found.record):
            self.tally.on_their_way += 1
            return None
        listed = there.get(self._order_id(found))
        asked = Asked(order=listed) if listed else self._asked(found.record)
        judgement = judge(found, asked, self._document)
        if listed and judgement and judgement.kind in _ONLY_LISTED:
            asked = self._asked(found.record)
            judgement = judge(found, asked, self._document)
        if asked.why_not and judgement is None:
            self.tally.not_told += 1
        return judgement

    def _asked(self, record: OrderRecord | None) -> Asked:
        if record is None or record.accepted is None:
            return Asked()
        return self._there.ask(record)

    def _order_id(self, found: Found) -> str:
        if found.record is None:
            return self._there.order_id_of(found.snapshot.number)
        return self._there.order_id(found.record)

    def _is_on_its_way(self, changed_at: datetime, record: OrderRecord | None) -> bool:
        if record and record.changed_at:
            changed_at = max(changed_at, record.changed_at)
        return self._now() - changed_at < ON_ITS_WAY

    # --- Seven Senders' orders ---

    def _strangers(
        self, compared: Compared, end: datetime | None, there: dict[str, RemoteOrder]
    ) -> Iterator[Difference]:
        """What differs of the orders that only Seven Senders has; the others go into ``there``."""
        taken = (found for found in compared.found if found.verdict is not Verdict.LEFT_OUT)
        expected = set(map(self._order_id, taken))
        for order in self._next_to(end):
            if order.order_id in expected:
                there[order.order_id] = order
            elif order.order_date == end != self._span.end:
                self._left_over.append(order)
            else:
                yield from self._stranger(order)

    def _next_to(self, end: datetime | None) -> Iterator[RemoteOrder]:
        """What was left over, then the orders that follow it up to an end."""
        left_over, self._left_over = self._left_over, []
        yield from left_over
        if end is not None and end > self._listed_until:
            begin, self._listed_until = self._listed_until + _A_SECOND, end
            yield from self._there.between(begin, end)

    def _stranger(self, order: RemoteOrder) -> Iterator[Difference]:
        record = self._ours(order)
        if record is None:
            self.tally.others += 1
        elif record.deleted_at:
            self.tally.deleted += 1
        elif not self._is_on_its_way(record.newest, record):
            yield from self._if_deleted(record)

    def _ours(self, order: RemoteOrder) -> OrderRecord | None:
        """The record of an order that this connection has sent."""
        number = self._there.number_of(order.order_id)
        named = self._ledger.orders.numbered(number) if number else []
        own = [name for name in named if name[0] == self._connection]
        for record in self._ledger.orders.load_all(own):
            if record.accepted is not None and self._there.order_id(record) == order.order_id:
                return record
        return None

    def _if_deleted(self, record: OrderRecord) -> Iterator[Difference]:
        body = self._api.order(record.order)
        if body is None:
            yield deleted(record, platform=self._document.platform, now=self._now())
            return
        for found in self._comparison.of([body]).found:
            judgement = judge(found, Asked(), self._document)
            if judgement and judgement.kind is Kind.DELETED:
                yield difference(found, judgement, Circumstances())


class _Around:
    """What stands in the way of a connection's orders; its dead letters as they are now."""

    def __init__(self, connection: str, document: ConnectionDocument, ledger: Ledger) -> None:
        self._connection = connection
        self._attempts = ledger.attempts
        self._holds = holds(document, ledger.brakes)
        self._letters = list(ledger.dead_letters.list(connection))

    def of(self, order: str) -> Circumstances:
        """What stands in the way of one order."""
        attempt = self._attempts.load(self._connection, order)
        return Circumstances(
            attempt=None if attempt and attempt.given_up else attempt,
            letters=[letter for letter in self._letters if letter.order == order],
            holds=self._holds,
        )


def _newest(compared: Compared) -> datetime | None:
    """The whole second in which the newest order of a page was created."""
    created = (found.snapshot.created_at for found in compared.found)
    newest = max(created, default=None)
    return newest.replace(microsecond=0) if newest else None
