"""What became of the deliveries in ``events/``, beside what is expected of them.

``events/expected.json`` was written by hand from the mapping; nothing in it is computed.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from seven_senders_adapter.messages import RECONCILIATION
from seven_senders_local.events import EVENTS, Event, fill

CAME = "came"
SYNCED = "synced"
HEALED = "healed"
NOTED = "noted"
LEFT = "left"
TURNED_AWAY = "turned away"
DEAD_LETTER = "dead letter: "
UNREADABLE = "dead letter: unreadable_order"

type OrderName = tuple[str, str]
"""A connection, and the shop's id of the order or its ``order_id``."""

type Line = tuple[str, str]
"""A line of an order's history: ``what`` (came, sent, skipped, ...) and its detail."""

type RemoteOrders = Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]
"""The sandbox's orders: by access key, by ``order_id``."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery in the order of arrival; ``why`` it comes here, if not at its place.

    One that is ``lost`` is sent by nobody.
    """

    event: Event
    why: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One order at Seven Senders: its fields, and its states with their times."""

    fields: Mapping[str, object]
    states: Sequence[tuple[str, str]]

    def same_as(self, other: "Timeline") -> bool:
        """Whether both say the same; a time in UTC may end in Z or in +00:00."""
        mine, others = (
            _plain([timeline.fields, [list(state) for state in timeline.states]])
            for timeline in (self, other)
        )
        return mine == others


NOTHING = Timeline(fields={}, states=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """``orders`` by connection and ``order_id``; ``deliveries``: what becomes of each event."""

    orders: Mapping[OrderName, Timeline]
    deliveries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What can be seen when all is worked.

    ``answers``: HTTP status by place in the order of arrival, ``None`` for what was lost.
    ``histories`` and ``dead`` (order and reason) go by the shop's ids.
    """

    answers: Sequence[int | None]
    histories: Mapping[OrderName, Sequence[Line]]
    dead: frozenset[tuple[OrderName, str]]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one arrival, in words; ``agrees``: it is what was expected."""

    arrival: Arrival
    status: int | None
    expected: str
    seen: str
    agrees: bool


def load_arrivals(events: Mapping[str, Event], folder: Path = EVENTS) -> list[Arrival]:
    """The deliveries in the order in which they arrive, some twice, some late."""
    rows = json.loads((folder / "order-of-arrival.json").read_text(encoding="utf-8"))
    return [
        Arrival(events[row["delivery"]], row.get("why", ""), row.get("lost", False)) for row in rows
    ]


def load_expected(now: datetime, folder: Path = EVENTS) -> Expected:
    """What is expected of deliveries that were filled with this ``now``."""
    text = (folder / "expected.json").read_text(encoding="utf-8")
    document = json.loads(text, object_hook=lambda value: fill(value, now))
    orders = {
        (connection, order_id): Timeline(
            fields=order["fields"], states=[(state, at) for state, at in order["states"]]
        )
        for connection, by_order_id in document["orders"].items()
        for order_id, order in by_order_id.items()
    }
    return Expected(orders=orders, deliveries=document["deliveries"])


def timelines(remote: RemoteOrders, access_keys: Mapping[str, str]) -> dict[OrderName, Timeline]:
    """The orders at Seven Senders; ``access_keys`` by connection. A second order shows as one."""
    result = {}
    for connection, key in access_keys.items():
        for order_id, orders in remote.get(key, {}).items():
            for number, order in enumerate(orders, 1):
                name = order_id if number == 1 else f"{order_id} once more"
                result[connection, name] = _remote_timeline(order)
    return result


def differing(
    expected: Mapping[OrderName, Timeline], seen: Mapping[OrderName, Timeline]
) -> list[OrderName]:
    """The orders that are not as expected, by name."""
    return [
        name
        for name in sorted(expected.keys() | seen.keys())
        if not seen.get(name, NOTHING).same_as(expected.get(name, NOTHING))
    ]


def fates(
    arrivals: Sequence[Arrival], evidence: Evidence, expected: Mapping[str, str]
) -> list[Fate]:
    """What became of each arrival.

    A history tells what came by topic only. So the arrivals of one order that should stand in
    it are laid beside it in their order, and have to fit one by one.
    """
    told = {order: iter(_chapters(lines)) for order, lines in evidence.histories.items()}
    result = []
    for arrival, status in zip(arrivals, evidence.answers, strict=True):
        event, becomes = arrival.event, expected[arrival.event.name]
        order, reason = shop_order(event), _reason(becomes)
        chapter: Sequence[Line] = ()
        if _is_told(becomes):
            chapter = next(told.get(order, iter(())), ())
        seen = [_in_words(what, detail) for what, detail in chapter]
        if reason and (order, reason) in evidence.dead:
            seen.append(becomes)
        agrees = (
            status == _answer_due(arrival, becomes)
            and (not reason or becomes in seen)
            and (not _is_told(becomes) or _tells_of(event, becomes, chapter))
        )
        result.append(Fate(arrival, status, becomes, "; ".join(seen) or "nothing", agrees))
    return result


def surprises(
    arrivals: Iterable[Arrival], evidence: Evidence, expected: Mapping[str, str]
) -> list[str]:
    """What was seen without a delivery that should have led to it."""
    letters, due = set(), Counter[OrderName]()
    for arrival in arrivals:
        order, becomes = shop_order(arrival.event), expected[arrival.event.name]
        letters.add((order, _reason(becomes)))
        due[order] += _is_told(becomes)
    dead = [f"{' '.join(order)}: dead letter {why}" for order, why in evidence.dead - letters]
    more = [
        f"{' '.join(order)}: {came} deliveries taken up, expected {due[order]}"
        for order, lines in evidence.histories.items()
        if (came := len(_chapters(lines))) != due[order]
    ]
    return sorted(dead + more)


def unexplained(missing: Sequence[OrderName], arrivals: Iterable[Arrival]) -> list[str]:
    """What was missing before reconciliation otherwise than by the deliveries that were lost."""
    lost = sum(arrival.lost for arrival in arrivals)
    if len(missing) == lost:
        return []
    return [f"{len(missing)} orders were not complete before reconciliation, expected {lost}"]


def shop_order(event: Event) -> OrderName:
    """The order that an event is about, by connection and the shop's id; empty if none."""
    shop_id = event.body.get("id", "") if isinstance(event.body, dict) else ""
    return event.connection, str(shop_id)


def _reason(becomes: str) -> str:
    """The reason of a dead letter; empty for another fate."""
    return becomes.removeprefix(DEAD_LETTER) if becomes.startswith(DEAD_LETTER) else ""


def _is_told(becomes: str) -> bool:
    """Whether the history of its order tells of a delivery with this fate."""
    return becomes not in (LEFT, TURNED_AWAY, UNREADABLE)


def _answer_due(arrival: Arrival, becomes: str) -> HTTPStatus | None:
    if arrival.lost:
        return None
    return HTTPStatus.UNAUTHORIZED if becomes == TURNED_AWAY else HTTPStatus.OK


def _in_words(what: str, detail: str) -> str:
    by = "by " if what == CAME and detail.startswith(RECONCILIATION) else ""
    return f"{what} {by}{detail}"


def _tells_of(event: Event, becomes: str, chapter: Sequence[Line]) -> bool:
    what, detail = chapter[0] if chapter else ("", "")
    if becomes == NOTED:
        return what == NOTED
    topic = RECONCILIATION if becomes == HEALED else event.topic
    return what == CAME and detail.startswith(f"{topic},")


def _chapters(lines: Sequence[Line]) -> list[list[Line]]:
    """A history cut where a delivery was taken up: one came, or a deletion was noted."""
    chapters: list[list[Line]] = []
    for what, detail in lines:
        if what == CAME or (what == NOTED and detail.startswith("deleted")):
            chapters.append([])
        chapters[-1].append((what, detail))
    return chapters


def _remote_timeline(order: Mapping[str, object]) -> Timeline:
    fields, history = order["fields"], order["states_history"]
    if not (isinstance(fields, dict) and isinstance(history, list)):
        raise TypeError("the sandbox shows an order in a form that is not known here")
    return Timeline(
        fields=fields, states=[(entry["state"], entry["datetime"]) for entry in history]
    )


def _plain(value: object) -> object:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case str() if value.endswith("Z"):
            return value.removesuffix("Z") + "+00:00"
        case _:
            return value
