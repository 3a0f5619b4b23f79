"""How the demonstration finds out whether all came out as expected."""

from dataclasses import replace

import pytest

from seven_senders_local.events import Event
from seven_senders_local.outcome import (
    Arrival,
    Evidence,
    Line,
    OrderName,
    Timeline,
    differing,
    fates,
    surprises,
    timelines,
    unexplained,
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


LOST = replace(PAID, lost=True)
FOUND = ("came", "reconciliation, newer")


def evidence(
    *answers: int | None, history: tuple[Line, ...] = (), dead: tuple[str, ...] = ()
) -> Evidence:
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
        pytest.param(LOST, "healed", evidence(None, history=(FOUND,)), True, id="healed"),
        pytest.param(LOST, "healed", evidence(None), False, id="lost and not healed"),
        pytest.param(
            LOST, "healed", evidence(None, history=(CAME_PAID,)), False, id="lost, but it came"
        ),
        pytest.param(
            LOST, "healed", evidence(200, history=(FOUND,)), False, id="lost, but it was sent"
        ),
        pytest.param(
            PAID, "synced", evidence(200, history=(FOUND,)), False, id="found before it came"
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
    arrivals.append(replace(arrival("4-shipped"), lost=True))
    expected["shopify/4-shipped"] = "healed"
    seen_ = evidence(200, 200, 200, 200, None, history=(*history, FOUND))
    became = fates(arrivals, seen_, expected)
    assert [fate.seen for fate in became] == [
        "came orders/create, the first",
        "came orders/paid, newer; sent state paid",
        "noted deleted in the shop",
        "came orders/paid, newer",
        "came by reconciliation, newer",
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
            evidence(200, history=(CAME_CREATED, ("came", "reconciliation, repeated"))),
            ["demo-shopify 7: 2 deliveries taken up, expected 1"],
            id="reconciled, though it was up to date",
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


def test_orders_that_differ_are_named_also_if_one_side_has_none() -> None:
    less = replace(TIMELINE, states=())
    expected = {("shop", "1"): TIMELINE, ("shop", "2"): TIMELINE, ("shop", "3"): TIMELINE}
    seen = {("shop", "1"): TIMELINE, ("shop", "2"): less, ("shop", "4"): TIMELINE}
    assert differing(expected, seen) == [("shop", "2"), ("shop", "3"), ("shop", "4")]


@pytest.mark.parametrize(
    ("missing", "found"),
    [
        ([ORDER], []),
        ([], ["0 orders were not complete before reconciliation, expected 1"]),
        ([ORDER] * 2, ["2 orders were not complete before reconciliation, expected 1"]),
    ],
)
def test_before_reconciliation_there_lacks_what_was_lost(
    missing: list[OrderName], found: list[str]
) -> None:
    assert unexplained(missing, [CREATED, LOST]) == found


def test_a_second_order_is_not_overlooked() -> None:
    order = {"fields": {}, "states_history": [{"state": "new", "datetime": AT}]}
    seen = timelines({"key": {"#1": [order, order]}}, {"demo-shopify": "key"})
    assert set(seen) == {("demo-shopify", "#1"), ("demo-shopify", "#1 once more")}
