"""Orders in Shopify's GraphQL: the queries, and a node in the form of a webhook's body.

Only what the mapping needs is asked for. Note attributes can't be asked for by name, so all come;
they may hold personal data. Sources: shopify.dev, GraphQL Admin API 2026-10, objects ``Order``,
``LineItem``, ``Refund`` and ``RefundLineItem``; ``docs/shop-apis.md`` has both forms side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from seven_senders_adapter.shop_apis.shop_api import By, Span
from seven_senders_adapter.shop_apis.shopify_graphql import next_cursor
from seven_senders_adapter.shops.reading import Body

type Node = Mapping[str, Any]

REFUNDS = 2
"""How many refunds of an order come with it. If there are so many, there may be more."""

# Connections are named alike in queries that complete an order, as `more` of an `owner`.
_LINES = """
fragment Lines on LineItemConnection {
  nodes {
    id sku name quantity currentQuantity requiresShipping
    originalUnitPriceSet { shopMoney { amount currencyCode } }
  }
  pageInfo { hasNextPage endCursor }
}
"""
_REFUND_LINES = """
fragment RefundLines on RefundLineItemConnection {
  nodes { quantity restockType lineItem { id } }
  pageInfo { hasNextPage endCursor }
}
"""
_WHOLE_ORDER = f"""
{_LINES}
{_REFUND_LINES}
fragment WholeOrder on Order {{
  id legacyResourceId name createdAt updatedAt processedAt cancelledAt
  displayFinancialStatus displayFulfillmentStatus customerLocale tags sourceName test
  customAttributes {{ key value }}
  lineItems(first: 8) {{ ...Lines }}
  refunds(first: $refunds) {{ id createdAt refundLineItems(first: 2) {{ ...RefundLines }} }}
}}
"""
PAGE = f"""
query Orders($query: String!, $sortKey: OrderSortKeys!, $after: String, $refunds: Int!) {{
  orders(first: 20, query: $query, sortKey: $sortKey, after: $after) {{
    nodes {{ ...WholeOrder }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{_WHOLE_ORDER}
"""
ORDER = f"""
query Order($id: ID!, $refunds: Int!) {{
  order(id: $id) {{ ...WholeOrder }}
}}
{_WHOLE_ORDER}
"""
MORE_LINES = f"""
query Lines($id: ID!, $after: String) {{
  owner: order(id: $id) {{ more: lineItems(first: 250, after: $after) {{ ...Lines }} }}
}}
{_LINES}
"""
ALL_REFUNDS = """
query Refunds($id: ID!) {
  order(id: $id) { refunds { id createdAt } }
}
"""
MORE_REFUND_LINES = f"""
query RefundLines($id: ID!, $after: String) {{
  owner: refund(id: $id) {{ more: refundLineItems(first: 250, after: $after) {{ ...RefundLines }} }}
}}
{_REFUND_LINES}
"""
COUNT = """
query Count($query: String!) {
  ordersCount(query: $query, limit: null) { count }
}
"""
SCOPES = """
query Scopes {
  currentAppInstallation { accessScopes { handle } }
}
"""

UNREAD: Node = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}
"""A connection of which nothing has been read yet."""

SORT_KEYS: Mapping[By, str] = {By.CREATION: "CREATED_AT", By.CHANGE: "UPDATED_AT"}
_SORTED_BY: Mapping[By, str] = {By.CREATION: "createdAt", By.CHANGE: "updatedAt"}
_FILTERS: Mapping[By, str] = {By.CREATION: "created_at", By.CHANGE: "updated_at"}

_FULFILLMENT: Mapping[str, str] = {
    "FULFILLED": "fulfilled",
    "PARTIALLY_FULFILLED": "partial",
    "RESTOCKED": "restocked",
}
"""All other values say where unshipped lines wait, which a webhook does not tell."""

_NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
)  # ISO 4217
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: among the orders since ``begin``, after the one of ``cursor``.

    ``last`` is the time of that order. Nobody says how long a cursor can be used. Without it one
    goes on among the orders since ``last``: some come again, none is missed.
    """

    begin: str
    last: str
    cursor: str | None

    @classmethod
    def of(cls, span: Span, position: str | None) -> Self:
        """Read a position, ``None`` being the first."""
        if position is None:
            begin = _as_text(span.begin)
            return cls(begin, begin, None)
        begin, last, cursor = position.split(" ", 2)
        return cls(begin, last, cursor)

    def without_cursor(self) -> "Place":
        """The place from which to go on if the cursor is refused."""
        return Place(self.last, self.last, None)

    def after(self, by: By, page: Node) -> str | None:
        """The position after a page that begins here; ``None`` if it is the last one.

        Raises NotDone if Shopify does not say where the next one begins.
        """
        cursor = next_cursor(page, self.cursor)
        if cursor is None:
            return None
        times = [self.last, *(node[_SORTED_BY[by]] for node in page["nodes"])]
        return f"{self.begin} {times[-1]} {cursor}"


def search(span: Span, begin: str | None = None) -> str:
    """A query for the orders of a span, or for those of them since ``begin``.

    Times are quoted, for of others Shopify reads the day only (source: its search syntax).
    """
    name = _FILTERS[span.by]
    since = begin or _as_text(span.begin)
    after_end = _as_text(span.end + timedelta(seconds=1))
    return f"{name}:>='{since}' {name}:<'{after_end}'"


def order_gid(order: str) -> str:
    """The global id of an order."""
    return f"gid://shopify/Order/{order}"


def as_webhook_body(node: Node) -> Body:
    """An order in the form in which a webhook brings it.

    The node has all its lines, refunds and refunded lines.
    """
    return {
        "id": int(node["legacyResourceId"]),
        "name": node["name"],
        "created_at": node["createdAt"],
        "updated_at": node["updatedAt"],
        "processed_at": node["processedAt"],
        "cancelled_at": node["cancelledAt"],
        "financial_status": _lower(node["displayFinancialStatus"]),
        "fulfillment_status": _FULFILLMENT.get(node["displayFulfillmentStatus"]),
        "customer_locale": node["customerLocale"],
        "tags": ", ".join(node["tags"]),
        "source_name": node["sourceName"],
        "test": node["test"],
        "note_attributes": [
            {"name": attribute["key"], "value": attribute["value"]}
            for attribute in node["customAttributes"]
        ],
        "line_items": [_line(line) for line in node["lineItems"]["nodes"]],
        "refunds": [_refund(refund) for refund in node["refunds"]],
    }


def _line(node: Node) -> Body:
    return {
        "id": _number(node["id"]),
        "sku": node["sku"],
        "name": node["name"],
        "quantity": node["quantity"],
        "current_quantity": node["currentQuantity"],
        "requires_shipping": node["requiresShipping"],
        "price": _price(node["originalUnitPriceSet"]["shopMoney"]),
    }


def _refund(node: Node) -> Body:
    lines: Sequence[Node] = node["refundLineItems"]["nodes"]
    return {
        "created_at": node["createdAt"],
        "refund_line_items": [
            {
                "line_item_id": _number(line["lineItem"]["id"]),
                "quantity": line["quantity"],
                "restock_type": _lower(line["restockType"]),
            }
            for line in lines
        ],
    }


def _price(money: Node) -> str:
    """An amount with the decimals of its currency, which GraphQL leaves out if they are zeros."""
    currency = money["currencyCode"]
    decimals = 0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2
    return f"{Decimal(money['amount']):.{decimals}f}"


def _number(gid: str) -> int:
    """The number at the end of a global id such as ``gid://shopify/LineItem/1``."""
    return int(gid.rpartition("/")[2].partition("?")[0])


def _lower(value: str | None) -> str | None:
    return value and value.lower()


def _as_text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
