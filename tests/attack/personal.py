"""Marks in the bodies of ``events/``, on all that may go no further than the receiver.

That is no list of names and addresses: it is whatever stands where ``PASSING``, written from the
mapping, lets nothing through. So what is found with a mark has leaked, whatever it is.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from seven_senders_local.events import Event

type Path = tuple[str, ...]
"""The keys that lead to a value; ``*`` stands for a place in an array."""

PASSING: Mapping[str, frozenset[str]] = {
    "shopify": frozenset(
        """
        id name created_at updated_at processed_at cancelled_at financial_status
        fulfillment_status customer_locale tags source_name test
        line_items.*.id line_items.*.quantity line_items.*.current_quantity
        line_items.*.requires_shipping refunds.*.created_at
        refunds.*.refund_line_items.*.line_item_id refunds.*.refund_line_items.*.quantity
        refunds.*.refund_line_items.*.restock_type
        """.split()
    ),
    "woocommerce": frozenset(
        """
        id number status date_created_gmt date_modified_gmt date_paid_gmt total refunds.*.total
        """.split()
    ),
}
NAMED = frozenset(
    {"Delivery date", "_delivery_day", "_customer_group", "wpml_language", "trp_language"}
)
"""The attributes and meta keys that the connections of ``events/`` name."""

MARK = re.compile(r"q7x\d+z|770770770\d*")
_TELLING = re.compile(r"(?=.*[A-Za-z]{3})(?=.*[ @0-9])[^{].{8,}|\+.{8,}")
"""Single and short words are found anywhere by chance."""


def marked(event: Event) -> Event:
    """The event with a mark on each text and number that may not pass."""
    numbers = count(1)

    def mark(value: object) -> object:
        match value:
            case str():
                return f"q7x{next(numbers)}z {value} q7x{next(numbers)}z"
            case bool() | None:
                return value
            case _:
                return 770_770_770_000_000 + next(numbers)

    return replace(event, body=_changed(event.body, event.platform, mark))


def words(event: Event) -> set[str]:
    """The texts that may not pass, as far as they could be found by no chance."""
    found: set[str] = set()

    def note(value: object) -> object:
        if isinstance(value, str) and _TELLING.fullmatch(value):
            found.add(value)
        return value

    _changed(event.body, event.platform, note)
    return found


def _changed(body: object, platform: str, change: Callable[[object], object]) -> object:
    """A body with all changed that may not pass; a form is none."""

    def walk(value: object, path: Path) -> object:
        match value:
            case {"key": name} | {"name": name} if name in NAMED:
                return value
            case dict():
                return {key: walk(inner, (*path, key)) for key, inner in value.items()}
            case list():
                return [walk(inner, (*path, "*")) for inner in value]
            case _:
                return value if ".".join(path) in PASSING[platform] else change(value)

    return walk(body, ()) if isinstance(body, dict) else body


def leaks(text: str) -> Iterator[str]:
    """The marks in a text, each with what stands around it."""
    for found in MARK.finditer(text):
        yield text[max(0, found.start() - 40) : found.end() + 40]


def readable(value: object) -> str:
    """A value as text without escapes, so that all letters can be found in it."""
    return json.dumps(value, ensure_ascii=False, default=str)
