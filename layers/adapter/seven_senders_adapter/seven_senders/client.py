"""The operations of the Seven Senders API v2, typed. Paths and doubtful names are settings."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from urllib.parse import quote, urlencode

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.domain.snapshot import OrderItem
from seven_senders_adapter.seven_senders import answers
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.seven_senders.api import Api, wire_time
from seven_senders_adapter.seven_senders.errors import (
    LookUpInconclusive,
    OrderNotFound,
    Refused,
    TokenRefused,
    TokenUnavailable,
)
from seven_senders_adapter.seven_senders.transport import Answer, Operation

ITEMS_FIELD = "order_items"
MAX_STRANGER_PAGES = 10
PAGE_SIZE = 100
_EITHER_SIDE = timedelta(days=1)
_A_SECOND = timedelta(seconds=1)
"""The API may leave out the very times that it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order to create. ``items`` are sent inside it if there are any (unverified)."""

    order_id: str
    order_date: datetime
    fields: Fields
    items: tuple[OrderItem, ...] = ()


class TokenSource(Protocol):
    """Where the client has its token from."""

    def current(self) -> str:
        """A token that should be good. Raises TokenUnavailable, and the errors of a login."""

    def refused(self, token: str) -> str:
        """Another token, after a 401 to this one. Raises what ``current`` raises."""

    def is_own(self, token: str) -> bool:
        """Whether a login of this process gave it, rather than another worker's."""


class SevenSendersClient:
    """One account's client. Every method raises the errors of ``errors`` and no others."""

    def __init__(self, *, api: Api, tokens: TokenSource) -> None:
        self._api = api
        self._tokens = tokens
        self._wire = api.wire

    def create_order(self, order: NewOrder) -> str | None:
        """Create an order and return Seven Senders' id; ``None`` if the answer names none."""
        fields = order.fields
        payload = {
            "order_id": order.order_id,
            "order_date": order.order_date,
            "order_url": fields.order_url,
            "language": fields.language,
            "boarding_complete": fields.boarding_complete,
            "order_tags": dict(fields.order_tags) or None,
            "promised_delivery_date": fields.promised_delivery_date,
            ITEMS_FIELD: [_item(item) for item in order.items] or None,
        }
        read = partial(answers.read_created_id, order_id=order.order_id)
        return self._call(Operation.CREATE_ORDER, "POST", self._wire.orders_path, payload, read)

    def get_order(self, remote_id: str) -> RemoteOrder:
        """Read an order by Seven Senders' id. Raises OrderNotFound among others."""
        path = self._order_path(Operation.GET_ORDER, remote_id)
        return self._call(Operation.GET_ORDER, "GET", path, None, answers.read_order)

    def list_orders(self, filters: Mapping[str, str | int]) -> list[RemoteOrder | None]:
        """One page of orders, ``None`` for each that can't be read.

        Filters are ``order_id``, ``state``, ``order_date[after]``, ``order_date[before]``
        (source: client), ``limit`` (the API takes 20 without) and ``offset`` (source: help).
        The API may ignore them: check what comes.
        """
        query = urlencode(filters, quote_via=quote, safe="", errors="replace")
        path = f"{self._wire.orders_path}?{query}" if query else self._wire.orders_path
        return self._call(Operation.LIST_ORDERS, "GET", path, None, answers.read_orders)

    def find_order(
        self, order_id: str, order_date: datetime, *, before_page: Callable[[], None]
    ) -> RemoteOrder | None:
        """Look an order up by the shop's id; ``None`` if it certainly is not there.

        The caller checks the date of what is found. If there are several, one with this
        ``order_date`` goes first. Raises LookUpInconclusive if the list is not filtered and
        does not show the order, or if the API refuses the filter.

        ``before_page`` is called before each of the up to ten pages; what it raises comes through.
        """
        try:
            for page in self._pages(order_id, order_date, before_page):
                same = [order for order in page if order is not None and order.order_id == order_id]
                if same:
                    return max(same, key=lambda order: order.is_dated(order_date))
        except Refused as error:
            raise _inconclusive("the API refuses to filter by order_id", error.status) from error
        else:
            return None

    def _pages(
        self, order_id: str, order_date: datetime, before_page: Callable[[], None]
    ) -> Iterator[list[RemoteOrder | None]]:
        before_page()
        page = self.list_orders({"order_id": order_id})
        yield page
        if not page:
            return
        begin, end = order_date - _EITHER_SIDE, order_date + _EITHER_SIDE
        offset = 0
        for _ in range(MAX_STRANGER_PAGES - 1):
            before_page()
            page = self._page(begin, end, offset, order_id=order_id)
            if not page:
                break
            yield page
            offset += len(page)
        raise _inconclusive("the list is not filtered by order_id and does not show the order")

    def orders_dated(self, begin: datetime, end: datetime) -> Iterator[list[RemoteOrder]]:
        """All orders whose date lies between two whole seconds, these included, page by page.

        An order that is made or deleted meanwhile may let another one come twice, or not at all;
        what can't be read is left out. Raises LookUpInconclusive if the API refuses to filter, or
        if what it shows says that it ignores the dates or ``offset``.
        """
        before: list[str] | None = None
        offset = 0
        while page := self._page_dated(begin, end, offset):
            orders = [order for order in page if order is not None]
            ids = [order.id or order.order_id for order in orders]
            if ids == before:
                raise _inconclusive("the list shows the same orders again and again")
            if not all(_is_near(order, begin, end) for order in orders):
                raise _inconclusive("the list is not filtered by order_date")
            yield [order for order in orders if _is_dated_in(order, begin, end)]
            before = ids
            offset += len(page)  # a short page is no end: the API may give fewer than asked for

    def _page_dated(self, begin: datetime, end: datetime, offset: int) -> list[RemoteOrder | None]:
        try:
            return self._page(begin - _A_SECOND, end + _A_SECOND, offset)
        except Refused as error:
            raise _inconclusive("the API refuses to filter by order_date", error.status) from error

    def _page(
        self, begin: datetime, end: datetime, offset: int, **filters: str
    ) -> list[RemoteOrder | None]:
        return self.list_orders(
            {
                **filters,
                "order_date[after]": wire_time(begin),
                "order_date[before]": wire_time(end),
                "limit": PAGE_SIZE,
                "offset": offset,
            }
        )

    def update_order(self, remote_id: str, changes: Mapping[str, object]) -> None:
        """Change some fields of an order, by their names on the wire. ``None`` is left out."""
        path = self._order_path(Operation.UPDATE_ORDER, remote_id)
        self._call(Operation.UPDATE_ORDER, "PUT", path, changes, answers.read_done)

    def delete_order(self, remote_id: str) -> None:
        """Delete an order."""
        path = self._order_path(Operation.DELETE_ORDER, remote_id)
        self._call(Operation.DELETE_ORDER, "DELETE", path, None, answers.read_done)

    def add_state(
        self, order_id: str, state: str, at: datetime, location: str | None = None
    ) -> None:
        """Add a state to an order, by the shop's id of the order."""
        payload = {
            self._wire.state_order_id_field: order_id,
            "state": state,
            "datetime": at,
            "location": location,
        }
        self._call(Operation.ADD_STATE, "POST", self._wire.states_path, payload, answers.read_done)

    def _order_path(self, operation: Operation, remote_id: str) -> str:
        if not answers.is_path_safe(remote_id):
            raise OrderNotFound(operation, None, "the id may not stand in a URL: look the order up")
        return f"{self._wire.orders_path}/{remote_id}"

    def _call[T](
        self,
        operation: Operation,
        method: str,
        path: str,
        payload: Mapping[str, object] | None,
        read: Callable[[Answer], T],
    ) -> T:
        def attempt(token: str) -> T:
            return self._api.call(operation, method, path, read=read, payload=payload, token=token)

        token = self._tokens.current()
        try:
            return attempt(token)
        except TokenRefused:
            token = self._tokens.refused(token)
        try:
            return attempt(token)
        except TokenRefused as error:
            if self._tokens.is_own(token):
                raise
            # Only a fresh login tells a bad account from a token that was cut off.
            raise TokenUnavailable(
                operation, error.status, "another worker's token is refused too"
            ) from error


def _item(item: OrderItem) -> dict[str, str]:
    return {name: value for name, value in asdict(item).items() if value is not None}


def _is_near(order: RemoteOrder, begin: datetime, end: datetime) -> bool:
    """Whether the API has looked at the dates, as it may do by whole days."""
    return _is_dated_in(order, begin - _EITHER_SIDE, end + _EITHER_SIDE)


def _is_dated_in(order: RemoteOrder, begin: datetime, end: datetime) -> bool:
    return order.order_date is not None and begin <= order.order_date <= end


def _inconclusive(why: str, status: int | None = None) -> LookUpInconclusive:
    return LookUpInconclusive(Operation.LIST_ORDERS, status, why)
