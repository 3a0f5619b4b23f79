"""How the demonstration finds out whether all came out as expected."""

from dataclasses import replace

import pytest

from seven_senders_local.events import Event
from seven_senders_local.outcome import (
    Arrival,
    Evidence,
    Line,
    Timeline,
    fates,
    surprises,
    timelines,
)

ORDER = ("demo-shopify", "7")
AT = "2026-03-27T14:00:00+00:00"


def arrival(step: str, topic: str = "orders/create") -> Arrival:
    headers = {"X-Shopify-Topic": topic}
    return Arrival(Event(name=f"shopify/{step}", about="", headers=headers, body={"id": 7}))


CREATED, PAID, DELETED = (
    arrival("1-created"),
    arrival("2-paid", "orders/paid"),
    arrival("3-deleted", "orders/delete"),
)
CAME_CREATED, CAME_PAID = ("came", "orders/create, the first"), ("came", "orders/paid, newer")
SENT = ("sent", "state paid")
GONE = ("noted", "deleted in the shop")
REOPENED = "dead letter: reopened_after_cancelled"


def evidence(*answers: int, history: tuple[Line, ...] = (), dead: tuple[str, ...] = ()) -> Evidence:
    return Evidence(
        answers=answers,
        histories={ORDER: history} if history else {},
        dead=frozenset((ORDER, reason) for reason in dead),
    )


@pytest.mark.parametrize(
    ("one", "expected", "seen", "agrees"),
    [
        pytest.param(CREATED, "synced", evidence(200, history=(CAME_CREATED,)), True, id="synced"),
        pytest.param(CREATED, "synced", evidence(200), False, id="no trace in the ledger"),
        pytest.param(
            CREATED, "synced", evidence(200, history=(CAME_PAID,)), False, id="another topic came"
        ),
        pytest.param(
            CREATED, "synced", evidence(503, history=(CAME_CREATED,)), False, id="not answered 200"
        ),
        pytest.param(CREATED, "left", evidence(200), True, id="left"),
        pytest.param(CREATED, "left", evidence(401), False, id="left, but turned away"),
        pytest.param(CREATED, "turned away", evidence(401), True, id="turned away"),
        pytest.param(CREATED, "turned away", evidence(200), False, id="let in"),
        pytest.param(DELETED, "noted", evidence(200, history=(GONE,)), True, id="a deletion"),
        pytest.param(
            DELETED, "noted", evidence(200, history=(CAME_CREATED,)), False, id="not noted"
        ),
        pytest.param(
            CREATED,
            "dead letter: unreadable_order",
            evidence(200, dead=("unreadable_order",)),
            True,
            id="an unreadable one",
        ),
        pytest.param(
            CREATED,
            "dead letter: unreadable_order",
            evidence(200, dead=("state_refused",)),
            False,
            id="a dead letter for another reason",
        ),
        pytest.param(
            PAID,
            REOPENED,
            evidence(200, history=(CAME_PAID,), dead=("reopened_after_cancelled",)),
            True,
            id="taken up and in the dead letters",
        ),
        pytest.param(
            PAID, REOPENED, evidence(200, history=(CAME_PAID,)), False, id="not in the dead letters"
        ),
    ],
)
def test_the_fate_of_a_delivery(one: Arrival, expected: str, seen: Evidence, agrees: bool) -> None:
    [fate] = fates([one], seen, {one.event.name: expected})
    assert fate.agrees is agrees


def test_each_delivery_gets_its_own_part_of_the_history() -> None:
    history = (CAME_CREATED, CAME_PAID, SENT, GONE, CAME_PAID)
    arrivals = [CREATED, PAID, DELETED, PAID]
    expected = {"shopify/1-created": "synced", "shopify/2-paid": "synced"}
    expected["shopify/3-deleted"] = "noted"
    became = fates(arrivals, evidence(200, 200, 200, 200, history=history), expected)
    assert [fate.seen for fate in became] == [
        "came orders/create, the first",
        "came orders/paid, newer; sent state paid",
        "noted deleted in the shop",
        "came orders/paid, newer",
    ]
    assert all(fate.agrees for fate in became)


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        pytest.param(evidence(200, history=(CAME_CREATED,)), [], id="nothing odd"),
        pytest.param(
            evidence(200, history=(CAME_CREATED, CAME_CREATED)),
            ["demo-shopify 7: 2 deliveries taken up, expected 1"],
            id="taken up twice",
        ),
        pytest.param(
            evidence(200, history=(CAME_CREATED,), dead=("state_refused",)),
            ["demo-shopify 7: dead letter state_refused"],
            id="a dead letter that nobody expects",
        ),
    ],
)
def test_what_nobody_expects_is_found(seen: Evidence, found: list[str]) -> None:
    assert surprises([CREATED], seen, {"shopify/1-created": "synced"}) == found


TIMELINE = Timeline(
    fields={"order_date": AT, "order_tags": {"vip": "true"}}, states=[("new", AT), ("paid", AT)]
)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(TIMELINE, True, id="itself"),
        pytest.param(
            replace(TIMELINE, states=[("new", AT), ("paid", "2026-03-27T14:00:00Z")]),
            True,
            id="Z for +00:00",
        ),
        pytest.param(replace(TIMELINE, states=[("new", AT)]), False, id="a state less"),
        pytest.param(
            replace(TIMELINE, states=[("new", AT), ("paid", "2026-03-27T14:00:01Z")]),
            False,
            id="a second later",
        ),
        pytest.param(replace(TIMELINE, fields={"order_date": AT}), False, id="a field less"),
    ],
)
def test_timelines_are_compared(other: Timeline, same: bool) -> None:
    assert TIMELINE.same_as(other) is same


def test_a_second_order_is_not_overlooked() -> None:
    order = {"fields": {}, "states_history": [{"state": "new", "datetime": AT}]}
    seen = timelines({"key": {"#1": [order, order]}}, {"demo-shopify": "key"})
    assert set(seen) == {("demo-shopify", "#1"), ("demo-shopify", "#1 once more")}
