"""A shop's orders and how its REST API lists them (source: class-wc-rest-crud-controller.php)."""

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from seven_senders_local.played_shops.loopback import Said
from seven_senders_local.played_shops.wordpress import (
    Rule,
    date_time,
    error,
    list_of,
    number,
    one_of,
    refusal,
)

type Body = Mapping[str, Any]

STATUSES = "pending processing on-hold completed cancelled refunded failed checkout-draft".split()
NOT_IN_ANY = frozenset({"trash", "auto-draft", "checkout-draft"})
FIELDS = (
    "id parent_id status currency version prices_include_tax date_created date_created_gmt"
    " date_modified date_modified_gmt discount_total discount_tax shipping_total shipping_tax"
    " cart_tax total total_tax customer_id order_key billing shipping payment_method"
    " payment_method_title transaction_id customer_ip_address customer_user_agent created_via"
    " customer_note date_completed date_completed_gmt date_paid date_paid_gmt cart_hash number"
    " meta_data line_items tax_lines shipping_lines fee_lines coupon_lines refunds payment_url"
    " is_editable needs_payment needs_processing"
).split()
ENDS = {
    "after": ("created", True),
    "before": ("created", False),
    "modified_after": ("modified", True),
    "modified_before": ("modified", False),
}
"""What a parameter bounds, and whether from below."""

EARLIEST, LATEST = "", "~"
"""What is before all times and after all, as texts."""

ONE: Mapping[str, Rule] = {"_fields": list_of(one_of(*FIELDS))}


@dataclass(frozen=True, slots=True)
class _Row:
    """An order as the shop stores it: times as text, in GMT and by the shop's clock."""

    body: Body
    times: Mapping[str, str]

    @property
    def id(self) -> int:
        id_: int = self.body["id"]
        return id_


@dataclass
class PlayedOrders:
    """The orders of a shop whose clock shows the time of ``time_zone``.

    ``broken``: those that can't be loaded, which are listed and not shown. A list is kept until an
    order changes, so that paging through many costs what a page costs.
    """

    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Berlin"))
    broken: set[int] = field(default_factory=set)
    rows: dict[int, _Row] = field(default_factory=dict)
    _ids: list[int] = field(default_factory=list)
    _lists: dict[tuple[tuple[str, str], ...], list[_Row]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def put(self, body: Body) -> None:
        """Create or change an order."""
        row = _Row(body, _times(body, self.time_zone))
        with self._lock:
            if row.id not in self.rows:
                insort(self._ids, row.id)
            self.rows[row.id] = row
            self._lists.clear()

    def delete(self, order: str) -> None:
        """Delete an order for good."""
        with self._lock:
            del self.rows[int(order)]
            self._ids.remove(int(order))
            self._lists.clear()

    def one(self, order: str, query: Mapping[str, str]) -> Said:
        """Answer what asks for one order."""
        if wrong := refusal(query, ONE):
            return wrong
        row = self.rows.get(int(order))
        if row is None or row.id in self.broken:
            return error("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
        return Said(content=_shown(row, query))

    def page(self, query: Mapping[str, str]) -> Said:
        """Answer what asks for a page of orders."""
        if wrong := refusal(query, self._rules()):
            return wrong
        size = int(query.get("per_page", "10"))
        begin = int(query.get("offset", (int(query.get("page", "1")) - 1) * size))
        with self._lock:
            rows = self._listed(query)
            shown = rows[begin : begin + size]
        # Where there are no orders on a page, they are not counted.
        total = len(rows) if shown else 0
        pages = -(-total // size)
        return Said(
            content=[_shown(row, query) for row in shown if row.id not in self.broken],
            headers={"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)},
        )

    def _rules(self) -> Mapping[str, Rule]:
        return {
            **ONE,
            **dict.fromkeys(ENDS, date_time),
            "dates_are_gmt": one_of("true", "false", "1", "0"),
            "status": list_of(self._is_status),
            "orderby": one_of("id", "date", "modified"),
            "order": one_of("asc", "desc"),
            "page": number(least=1),
            "offset": number(),
            "per_page": number(least=1, most=100),
        }

    def _is_status(self, text: str) -> bool:
        own = (row.body["status"] for row in self.rows.values())
        return text in {"any", "trash", *STATUSES, *own} - {"auto-draft"}

    def _listed(self, query: Mapping[str, str]) -> list[_Row]:
        chosen = {name: query[name] for name in query if name not in {"page", "offset", "per_page"}}
        key = tuple(sorted(chosen.items()))
        if key not in self._lists:
            self._lists[key] = self._list(query)
        return self._lists[key]

    def _list(self, query: Mapping[str, str]) -> list[_Row]:
        rows = [self.rows[id_] for id_ in self._ids]
        kind = "_gmt" if query.get("dates_are_gmt") in {"true", "1"} else ""
        for name in ENDS.keys() & query.keys():
            time, is_above = ENDS[name]
            column, end = time + kind, self._local(query[name])
            low, high = (end, LATEST) if is_above else (EARLIEST, end)
            rows = [row for row in rows if low < row.times[column] < high]
        asked = set(query.get("status", "any").split(","))
        if "any" in asked:
            rows = [row for row in rows if row.body["status"] not in NOT_IN_ANY]
        else:
            rows = [row for row in rows if row.body["status"] in asked]
        sort = {"date": "created_gmt", "modified": "modified_gmt"}
        by = query.get("orderby", "date")
        if by in sort:
            rows.sort(key=lambda row: (row.times[sort[by]], row.id))
        return rows if query.get("order") == "asc" else rows[::-1]

    def _local(self, text: str) -> str:
        """A time as WordPress reads it, by the shop's clock, even if GMT is meant.

        What this clock skips in spring comes out an hour later.
        """
        read = datetime.fromisoformat(text)
        there = read if read.tzinfo else read.replace(tzinfo=self.time_zone)
        return _text(there.astimezone(UTC).astimezone(self.time_zone))


def _times(body: Body, time_zone: ZoneInfo) -> Mapping[str, str]:
    times: dict[str, str] = {}
    for name in ("created", "modified"):
        gmt = datetime.fromisoformat(body[f"date_{name}_gmt"]).replace(tzinfo=UTC)
        times |= {f"{name}_gmt": _text(gmt), name: _text(gmt.astimezone(time_zone))}
    return times


def _text(time: datetime) -> str:
    return time.replace(tzinfo=None).isoformat(timespec="seconds")


def _shown(row: _Row, query: Mapping[str, str]) -> Body:
    if "_fields" not in query:
        return row.body
    names: Sequence[str] = query["_fields"].split(",")
    return {name: value for name, value in row.body.items() if name in names}
