"""Orders of ``events/`` with some of their values replaced, retyped, repeated or gone."""

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from operator import delitem
from typing import Any, cast

from hypothesis import strategies as st

from seven_senders_local.events import Event, fill, load_events
from tests.attack.personal import PASSING, marked
from tests.unit.receiving.deliveries import NOON, as_event, request, signature

ESSENTIALS = {
    "shopify": {"id", "name", "created_at", "updated_at"},
    "woocommerce": {"id", "number", "date_created_gmt", "date_modified_gmt"},
}
LOOKED_AT = {
    platform: {path.partition(".")[0] for path in paths} | {"note_attributes", "meta_data"}
    for platform, paths in PASSING.items()
}
"""The fields in which there is something that may pass."""

ORDER_TOPICS = (
    *("orders/create", "orders/updated", "orders/paid", "orders/cancelled"),
    *("orders/fulfilled", "orders/partially_fulfilled"),
    *("order.created", "order.updated", "order.restored"),
)

type Place = tuple[Any, Any]
"""An object or array, and a key or index in it."""


def places(value: object) -> Iterator[Place]:
    """All places in a JSON value that hold something."""
    waiting = [value]
    while waiting:
        holder: Any = waiting.pop()
        keys = range(len(holder)) if isinstance(holder, list) else holder
        if isinstance(holder, dict | list):
            for key in keys:
                yield holder, key
                waiting.append(holder[key])


def _orders() -> list[Event]:
    """The signed events that are orders which can be read, marked, and as they are at noon."""
    return [
        replace(event, body=fill(marked(event).body, NOON))
        for event in load_events().values()
        if event.topic in ORDER_TOPICS and "{signature}" in event.headers.values()
        if isinstance(event.body, dict) and event.body.keys() >= ESSENTIALS[event.platform]
    ]


NEARLY: list[object] = [
    *("", "0", "-1", "1e999", "None", "NaN", 0.5, 10**30, True, [], {}, [[]], [{}], {"id": []}),
    *("2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *("paid", "refunded", "fulfilled", "completed", "cancelled", "return", "de-DE-x-y-z-a", "EN"),
]
"""Values that come near to what is expected somewhere."""

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**60, max_value=10**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=30)
)
VALUES = st.sampled_from(NEARLY) | st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)

type Change = tuple[str, Callable[[Any, Any], None]]
"""What happens to a place, in words, and how."""


def _to_text(holder: Any, key: Any) -> None:
    value = holder[key]
    holder[key] = value if isinstance(value, str) else json.dumps(value)


def _to_list(holder: Any, key: Any) -> None:
    holder[key] = [holder[key]]


def _to_object(holder: Any, key: Any) -> None:
    holder[key] = {"value": holder[key]}


def _three_times(holder: Any, key: Any) -> None:
    if isinstance(holder[key], str | list):
        holder[key] = holder[key] * 3


def _replaced(value: object) -> Change:
    def replace_it(holder: Any, key: Any) -> None:
        holder[key] = deepcopy(value)  # it may be put into itself

    return f"replaced by {value!r}", replace_it


RESHAPED: list[Change] = [
    ("removed", delitem),
    ("as a text", _to_text),
    ("in a list", _to_list),
    ("in an object", _to_object),
    ("three times", _three_times),
]
CHANGES: st.SearchStrategy[Change] = st.sampled_from(RESHAPED) | VALUES.map(_replaced)


@dataclass(frozen=True, slots=True, repr=False)
class Mutation:
    """An event whose body was changed."""

    event: Event
    body: object
    changes: Sequence[str]

    def __repr__(self) -> str:
        return f"{self.event.name} with {self.changes}"

    @property
    def is_whole(self) -> bool:
        """Whether it still has, unchanged, all that makes it an order that can be read."""
        before, after = self.event.body, self.body
        return (
            isinstance(before, dict)
            and isinstance(after, dict)
            and all(
                key in after and type(after[key]) is type(before[key]) and after[key] == before[key]
                for key in ESSENTIALS[self.event.platform]
            )
        )

    def signed(self, secret: str, *, as_base64: bool) -> dict[str, object]:
        """The event of API Gateway."""
        raw = json.dumps(self.body).encode()
        headers = {
            name.lower(): value.replace("{signature}", signature(raw, secret))
            for name, value in self.event.headers.items()
        }
        return as_event(request(self.event.connection, headers, raw, as_base64=as_base64))


ORDERS = _orders()
NUMBERS = st.integers(0, 2**32)
"""To choose by: of a narrow range hypothesis draws the ends most of the time."""


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """An order with up to five changes, most of them to what the receiver looks at."""
    event = draw(st.sampled_from(ORDERS))
    body = cast("dict[str, object]", deepcopy(event.body))
    spared = draw(st.sampled_from([ESSENTIALS[event.platform], frozenset[str]()]))
    changes = []
    for name, change in draw(st.lists(CHANGES, min_size=1, max_size=5)):
        fields = draw(st.sampled_from([LOOKED_AT[event.platform], body.keys()])) - spared
        present = [field for field in body if field in fields]
        if not present:
            break
        field = present[draw(NUMBERS) % len(present)]
        inner = list(places(body[field])) if draw(st.booleans()) else []
        holder, key = inner[draw(NUMBERS) % len(inner)] if inner else (body, field)
        change(holder, key)
        changes.append(f"{field}: {key} {name}")
    return Mutation(event, body, changes)
