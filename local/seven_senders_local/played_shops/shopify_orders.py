"""The orders of a played Shopify shop: searched, paged, and shown as nodes of GraphQL."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from operator import ge, gt, itemgetter, le, lt
from threading import Lock
from typing import Any

from seven_senders_adapter.clock import Clock
from seven_senders_local.played_shops.graphql import Refused, Resolvers

type Body = Mapping[str, Any]
"""An order as a webhook brings it."""

type Node = Mapping[str, Any]

SEE_ORDERS = frozenset({"read_orders", "write_orders"})
SEE_ALL = "read_all_orders"

MOST_ON_A_PAGE = 250
SHOWN_FOR = timedelta(days=60)
"""How long after its creation an order is shown without ``read_all_orders``."""

_TERM = re.compile(r"(\w+):(<=|>=|<|>)'([0-9TZ:.+-]+)'")
_COMPARE: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip
_SEARCHED = frozenset({"created_at", "updated_at", "processed_at"})
_SORTED_BY = {
    "CREATED_AT": "created_at",
    "UPDATED_AT": "updated_at",
    "PROCESSED_AT": "processed_at",
    "ID": "id",
}
_SHIPPING = {
    "fulfilled": "FULFILLED",
    "partial": "PARTIALLY_FULFILLED",
    "restocked": "RESTOCKED",
    None: "UNFULFILLED",
}


type _Rank = tuple[str, int]
type _Ranked = list[tuple[_Rank, Body]]

_by_rank = itemgetter(0)


@dataclass
class PlayedOrders:
    """``bodies`` by id. ``cursors_expire``: how long one can be used, ``None`` for ever.

    The last list is kept until an order changes, so that paging through many costs what a page
    costs.
    """

    now: Clock
    bodies: dict[int, Body] = field(default_factory=dict)
    cursors_expire: timedelta | None = None
    _listed: tuple[tuple[str | None, str], _Ranked] | None = None
    _lock: Lock = field(default_factory=Lock)

    def put(self, body: Body) -> None:
        """Have an order, in the place of an earlier one."""
        with self._lock:
            self.bodies[int(body["id"])] = body
            self._listed = None

    def delete(self, order: str) -> None:
        """Have an order no more."""
        with self._lock:
            self.bodies.pop(int(order), None)
            self._listed = None

    def resolvers(self, scopes: Collection[str]) -> Resolvers:
        """The fields on top that are about orders, for an app of these scopes."""
        oldest = self.now() - SHOWN_FOR

        def is_shown(body: Body) -> bool:
            return SEE_ALL in scopes or _moment(body["created_at"]) >= oldest

        def orders(
            _info: object,
            sortKey: str,  # noqa: N803 - GraphQL's name
            first: int | None = None,
            after: str | None = None,
            query: str | None = None,
        ) -> object:
            ranked = self._ranked(query, sortKey)
            start = 0
            if after is not None:
                start = bisect_right(ranked, self._place(after, sortKey), key=_by_rank)
            behind = filter(lambda pair: is_shown(pair[1]), islice(ranked, start, None))
            return self._page(behind, _size(first), sortKey)

        def orders_count(_info: object, limit: int | None, query: str | None = None) -> object:
            return _count(sum(map(is_shown, found(query, self._all()))), limit)

        def order(_info: object, id: str) -> object:  # noqa: A002 - GraphQL's name
            bodies = (body for body in self._all() if _gid("Order", body["id"]) == id)
            return next(map(as_node, filter(is_shown, bodies)), None)

        def refund(_info: object, id: str) -> object:  # noqa: A002 - GraphQL's name
            shown = filter(is_shown, self._all())
            refunds = (node for body in shown for node in _refunds(body, _lines(body)))
            return next((node for node in refunds if node["id"] == id), None)

        fields: Resolvers = {
            "order": order,
            "orders": orders,
            "ordersCount": orders_count,
            "refund": refund,
        }
        if SEE_ORDERS.isdisjoint(scopes):
            return {name: _denied(name) for name in fields}
        return fields

    def _all(self) -> list[Body]:
        return list(self.bodies.values())

    def _ranked(self, query: str | None, sort_key: str) -> _Ranked:
        """The orders that a query means, by time and id."""
        asked = query, sort_key
        with self._lock:
            listed = self._listed
            if listed is None or listed[0] != asked:
                ranked = [(_rank(body, sort_key), body) for body in found(query, self._all())]
                listed = self._listed = asked, sorted(ranked, key=_by_rank)
            return listed[1]

    def _page(self, ranked: Iterator[tuple[_Rank, Body]], size: int, sort_key: str) -> Node:
        """A connection of the first orders of many."""
        page = list(islice(ranked, size))
        return {
            "nodes": [as_node(body) for _, body in page],
            "pageInfo": {
                "hasNextPage": next(ranked, None) is not None,
                "endCursor": self._cursor(page[-1][0], sort_key) if page else None,
            },
        }

    def _cursor(self, rank: _Rank, sort_key: str) -> str:
        value = [*rank, sort_key, self.now().isoformat()]
        return urlsafe_b64encode(json.dumps(value).encode()).decode()

    def _place(self, cursor: str, sort_key: str) -> _Rank:
        try:
            value, last_id, sorted_by, made_at = json.loads(urlsafe_b64decode(cursor))
        except ValueError:
            raise _invalid_cursor() from None
        age = self.now() - datetime.fromisoformat(made_at)
        if sorted_by != sort_key or (self.cursors_expire and age > self.cursors_expire):
            raise _invalid_cursor()
        return value, last_id


def found(query: str | None, bodies: Iterable[Body]) -> list[Body]:
    """The orders that a query means. Terms on times that are joined by blanks are understood."""
    terms = [_term(term) for term in (query or "").split()]
    return [
        body
        for body in bodies
        if all(compare(_moment(body[name]), at) for name, compare, at in terms)
    ]


def _term(term: str) -> tuple[str, Callable[[datetime, datetime], bool], datetime]:
    match = _TERM.fullmatch(term)
    if match is None or match[1] not in _SEARCHED:
        raise Refused(f"the played shop does not understand {term}", "BAD_REQUEST")
    return match[1], _COMPARE[match[2]], _moment(match[3])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _rank(body: Body, sort_key: str) -> _Rank:
    value = body[_SORTED_BY[sort_key]]
    return ("" if sort_key == "ID" else _moment(value).isoformat()), int(body["id"])


def _size(first: int | None) -> int:
    if first is None:
        raise Refused("you must provide one of first or last", "BAD_REQUEST")
    if not 0 < first <= MOST_ON_A_PAGE:
        raise Refused(f"first cannot exceed {MOST_ON_A_PAGE}", "BAD_REQUEST")
    return first


def _invalid_cursor() -> Refused:
    return Refused("Invalid cursor for current pagination sort.", "BAD_REQUEST")


def _count(number: int, limit: int | None) -> Node:
    if limit is not None and number > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": number, "precision": "EXACT"}


def _denied(name: str) -> Callable[..., object]:
    def deny(_info: object, **_arguments: object) -> object:
        needed = "Required access: `read_orders` access scope."
        raise Refused(f"Access denied for {name} field. {needed}", "ACCESS_DENIED")

    return deny


def as_node(order: Body) -> Node:
    """An order in GraphQL's words."""
    lines = _lines(order)
    return {
        "id": _gid("Order", order["id"]),
        "legacyResourceId": str(order["id"]),
        "name": order["name"],
        "createdAt": _time(order["created_at"]),
        "updatedAt": _time(order["updated_at"]),
        "processedAt": _time(order.get("processed_at")),
        "cancelledAt": _time(order.get("cancelled_at")),
        "displayFinancialStatus": _enum(order.get("financial_status")),
        "displayFulfillmentStatus": _SHIPPING[order.get("fulfillment_status")],
        "customerLocale": order.get("customer_locale"),
        "tags": [tag for tag in order.get("tags", "").split(", ") if tag],
        "sourceName": order.get("source_name"),
        "test": order.get("test", False),
        "customAttributes": [
            {"key": attribute["name"], "value": attribute["value"]}
            for attribute in order.get("note_attributes", ())
        ],
        "lineItems": _connection(list(lines.values())),
        "refunds": _truncated(_refunds(order, lines)),
    }


def _lines(order: Body) -> Mapping[int, Node]:
    refunds = order.get("refunds", ())
    refunded = [entry for refund in refunds for entry in refund["refund_line_items"]]
    return {line["id"]: _line(line, refunded) for line in order["line_items"]}


def _refunds(order: Body, lines: Mapping[int, Node]) -> list[Node]:
    numbered = enumerate(order.get("refunds", ()))
    return [_refund(refund, f"{order['id']}{number}", lines) for number, refund in numbered]


def _line(line: Body, refunded: Sequence[Body]) -> Node:
    back = sum(entry["quantity"] for entry in refunded if entry["line_item_id"] == line["id"])
    price = Decimal(line.get("price", "0"))
    return {
        "id": _gid("LineItem", line["id"]),
        "sku": line.get("sku"),
        "name": line.get("name", "A thing"),
        "quantity": line["quantity"],
        "currentQuantity": line.get("current_quantity", line["quantity"] - back),
        "requiresShipping": line.get("requires_shipping", True),
        "originalUnitPriceSet": {
            "shopMoney": {"amount": _shortest(price), "currencyCode": line.get("currency", "EUR")}
        },
    }


def _shortest(price: Decimal) -> str:
    """As Shopify writes decimals: 19.9 for 19.90, and 8.0 for 8."""
    text = f"{price.normalize():f}"
    return text if "." in text else f"{text}.0"


def _refund(refund: Body, number: str, lines: Mapping[int, Node]) -> Node:
    entries = [
        {
            "lineItem": lines[entry["line_item_id"]],
            "quantity": entry["quantity"],
            "restockType": _enum(entry["restock_type"]),
        }
        for entry in refund["refund_line_items"]
    ]
    return {
        "id": _gid("Refund", refund.get("id", number)),
        "createdAt": _time(refund["created_at"]),
        "refundLineItems": _connection(entries),
    }


def _connection(entries: Sequence[Node]) -> Callable[..., Node]:
    def page(_info: object, first: int | None = None, after: str | None = None) -> Node:
        start = int(after or 0)
        end = start + _size(first)
        info = {"hasNextPage": end < len(entries), "endCursor": str(end)}
        return {"nodes": entries[start:end], "pageInfo": info}

    return page


def _truncated(entries: Sequence[Node]) -> Callable[..., Sequence[Node]]:
    def some(_info: object, first: int | None = None) -> Sequence[Node]:
        return entries[:first]

    return some


def _gid(kind: str, number: object) -> str:
    return f"gid://shopify/{kind}/{number}"


def _time(text: str | None) -> str | None:
    return f"{_moment(text):%Y-%m-%dT%H:%M:%SZ}" if text else None


def _enum(value: str | None) -> str | None:
    return value.upper() if value else None
