from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.observation import (
    Age,
    age_of,
    overtaken,
    reason_to_leave_out,
    without_refusals,
)
from seven_senders_adapter.domain.order_record import Refusal
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from tests.unit.domain.orders import MONDAY, SETTINGS, at, calls, deliver, snapshot


@pytest.mark.parametrize(
    ("arriving", "expected"),
    [
        pytest.param([snapshot(0)], ["create"], id="a new order is created"),
        pytest.param(
            [snapshot(9, "in_preparation", "paid", "refunded")],
            ["create", "state paid", "state in_preparation", "state refunded"],
            id="an unknown order is created and brought to where it stands, by rank",
        ),
        pytest.param(
            [snapshot(0), snapshot(1, "paid"), snapshot(2, "paid", "in_preparation")],
            ["create", "state paid", "state in_preparation"],
            id="each state is sent once",
        ),
        pytest.param(
            [snapshot(1, "paid")] * 3, ["create", "state paid"], id="repeats send nothing"
        ),
        pytest.param(
            [snapshot(1, "in_preparation"), snapshot(2, "in_preparation", "paid")],
            ["create", "state in_preparation"],
            id="a state behind an accepted one is not sent: cash on delivery is never paid",
        ),
        pytest.param(
            [snapshot(0), snapshot(9, "paid"), snapshot(5, "in_production")],
            ["create", "state paid", "state in_production"],
            id="an older snapshot adds a state that lies ahead",
        ),
        pytest.param(
            [snapshot(9, "in_preparation"), snapshot(5, "paid")],
            ["create", "state in_preparation"],
            id="an older snapshot adds no state that lies behind",
        ),
        pytest.param(
            [snapshot(9), snapshot(5, "paid", "refunded"), snapshot(4, "cancelled")],
            ["create", "state paid"],
            id="an older snapshot adds no end",
        ),
        pytest.param(
            [snapshot(1, "paid"), snapshot(2, "paid", "cancelled", "in_production")],
            ["create", "state paid", "state cancelled"],
            id="a cancelled order gets no other state",
        ),
        pytest.param(
            [
                snapshot(1, "returned"),
                snapshot(2, "returned", "refunded"),
                snapshot(3, "cancelled"),
            ],
            ["create", "state returned", "state refunded", "state cancelled"],
            id="after an end a higher one may follow",
        ),
        pytest.param(
            [snapshot(1, "cancelled"), snapshot(2, "in_preparation", "paid")],
            ["create", "state cancelled"],
            id="a re-opened order gets no state",
        ),
        pytest.param(
            [snapshot(1), snapshot(2, shipped=True), snapshot(3)],
            ["create", "update boarding_complete"],
            id="boarding_complete becomes true once and stays",
        ),
        pytest.param(
            [snapshot(1, "cancelled"), snapshot(2, "paid", shipped=True, tags={"a": "b"})],
            ["create", "state cancelled", "update order_tags boarding_complete"],
            id="a re-opened order still gets its fields",
        ),
        pytest.param(
            [snapshot(9), snapshot(5, shipped=True, tags={"a": "b"}, language="de")],
            ["create"],
            id="an older snapshot changes no field",
        ),
        pytest.param(
            [
                snapshot(5, tags={"a": "1"}),
                snapshot(5, tags={"a": "2"}),
                snapshot(5, tags={"a": "1"}),
            ],
            ["create", "update order_tags"],
            id="at equal times the later one counts, unless it was seen at that time",
        ),
        pytest.param(
            [
                snapshot(5, tags={"a": "1"}),
                snapshot(6, tags={"a": "2"}),
                snapshot(7, tags={"a": "1"}),
            ],
            ["create", "update order_tags", "update order_tags"],
            id="what was seen at another time is no repeat",
        ),
        pytest.param(
            [snapshot(1, "paid"), snapshot(2, shipped=True, tags={"x": "y"})],
            ["create", "state paid", "update order_tags boarding_complete"],
            id="changed fields go together, after the states",
        ),
    ],
)
def test_calls_for_snapshots_in_their_order_of_arrival(
    arriving: list[Snapshot], expected: list[str]
) -> None:
    assert calls(*arriving) == expected


def test_paid_has_its_own_time_if_the_first_snapshot_shows_it() -> None:
    _, steps = deliver(None, snapshot(30, "paid", paid_at_if_first=at(3)))
    assert [getattr(step, "at", None) for step in steps] == [None, at(3)]


def test_paid_has_the_time_of_the_first_snapshot_that_shows_it() -> None:
    record, _ = deliver(None, snapshot(1))
    record, steps = deliver(record, snapshot(30, "paid", paid_at_if_first=at(3)))
    assert record.accepted_states == {State.PAID: at(30)}
    assert len(steps) == 1


def test_a_state_that_failed_keeps_the_time_of_the_first_snapshot_that_showed_it() -> None:
    record, _ = deliver(None, snapshot(1))
    waiting = replace(record, wanted_states={State.PAID: at(2)})
    record, _ = deliver(waiting, snapshot(9, "paid"))
    assert record.accepted_states == {State.PAID: at(2)}


def test_an_end_that_was_not_accepted_goes_with_the_snapshot_that_showed_it() -> None:
    record, _ = deliver(None, snapshot(1))
    waiting = replace(record, wanted_states={State.CANCELLED: at(2)})
    record, steps = deliver(waiting, snapshot(9, "paid"))
    assert [step.key for step in steps] == ["state paid"]
    assert not record.refused


def test_no_state_is_dated_after_a_higher_one_that_an_earlier_snapshot_showed() -> None:
    record, _ = deliver(None, snapshot(1))
    waiting = replace(record, wanted_states={State.IN_PREPARATION: at(10)})
    newer, _ = deliver(waiting, snapshot(20, "paid", "in_preparation"))
    older, _ = deliver(replace(waiting, newest=at(30)), snapshot(20, "paid"))
    for record in (newer, older):
        assert record.accepted_states == {State.PAID: at(10), State.IN_PREPARATION: at(10)}


def test_an_end_that_the_shop_took_back_is_not_sent_to_an_order_created_anew() -> None:
    record, _ = deliver(None, snapshot(1, "paid", "cancelled"))
    record, _ = deliver(record, reopened := snapshot(2, "paid", "in_preparation"))
    forgotten = replace(record, accepted=None, accepted_states={})
    _, steps = deliver(forgotten, reopened)
    assert [step.key for step in steps] == ["create", "state paid", "state in_preparation"]


@pytest.mark.parametrize("end", ["returned", "refunded", "cancelled"])
def test_a_reopened_order_is_noted_once(end: str) -> None:
    record, _ = deliver(None, snapshot(1, end))
    record, _ = deliver(record, snapshot(2, "paid"))
    (key,) = record.refused
    assert key == record.refused[key].reason == f"reopened_after_{end}"
    assert record.refused[key].at > at(0)
    reported = {key: replace(record.refused[key], reported=True)}
    record, _ = deliver(replace(record, refused=reported), snapshot(3, "paid", "in_preparation"))
    assert record.refused == reported


@pytest.mark.parametrize(
    ("before", "after", "reopened"),
    [
        pytest.param("refunded", "returned", True, id="a lower end"),
        pytest.param("refunded", "refunded", False, id="the same end"),
        pytest.param("refunded", "cancelled", False, id="a higher end"),
    ],
)
def test_only_a_lower_end_reopens(before: str, after: str, *, reopened: bool) -> None:
    record, _ = deliver(None, snapshot(1, before))
    record, _ = deliver(record, snapshot(2, after))
    assert bool(record.refused) is reopened


def test_an_older_snapshot_without_the_end_reopens_nothing() -> None:
    record, _ = deliver(None, snapshot(5, "cancelled"))
    record, _ = deliver(record, snapshot(2, "paid"))
    assert not record.refused


@pytest.mark.parametrize(
    ("shown", "digest", "age"),
    [
        pytest.param(snapshot(6), "new", Age.NEWER, id="a later time"),
        pytest.param(snapshot(4), "new", Age.OLDER, id="an earlier time"),
        pytest.param(snapshot(5), "new", Age.NEWER, id="the same time, another content"),
        pytest.param(snapshot(5), "seen", Age.REPEATED, id="the same time and content"),
        pytest.param(snapshot(6), "seen", Age.NEWER, id="a later time, the same content"),
    ],
)
def test_age_of_a_snapshot(shown: Snapshot, digest: str, age: Age) -> None:
    record, _ = deliver(None, snapshot(5))
    assert age_of(shown, digest, replace(record, digests=("seen",))) is age


def test_a_changed_number_is_noted_but_the_order_id_stays() -> None:
    record, _ = deliver(None, snapshot(1))
    record = replace(record, order_id="#1001")
    record, steps = deliver(record, snapshot(2, number="#1001-B"))
    assert (record.number, record.order_id, steps) == ("#1001-B", "#1001", [])


def test_states_that_come_too_late_are_named_once() -> None:
    record, _ = deliver(None, snapshot(5, "in_preparation"))
    late, _ = deliver(record, snapshot(4, "paid"))
    again, _ = deliver(late, snapshot(3, "paid"))
    assert overtaken(record, late) == [State.PAID]
    assert overtaken(late, again) == []


def test_a_retry_by_a_person_forgets_refusals_but_no_reopening() -> None:
    record, _ = deliver(None, snapshot(1, "cancelled"))
    record, _ = deliver(record, snapshot(2))
    refusal = Refusal(reason="state_refused", detail="", status=400, at=at(3))
    record = replace(record, refused={**record.refused, "state paid": refusal})
    assert list(without_refusals(record, at(4)).refused) == ["reopened_after_cancelled"]


def test_a_retry_keeps_what_was_refused_since_it_was_asked_for() -> None:
    record, _ = deliver(None, snapshot(1))
    refusal = Refusal(reason="state_refused", detail="", status=400, at=at(3))
    record = replace(record, refused={"state paid": refusal})
    assert without_refusals(record, at(3)).refused == {"state paid": refusal}


@pytest.mark.parametrize(
    ("shown", "settings", "reason"),
    [
        pytest.param(snapshot(1), SETTINGS, None, id="an order like any other"),
        pytest.param(snapshot(1, left_out="test_order"), SETTINGS, "test_order", id="the shop's"),
        pytest.param(
            snapshot(1, created_at=MONDAY - timedelta(days=90, seconds=1)),
            SETTINGS,
            "too_old",
            id="created more than 90 days before its receipt",
        ),
        pytest.param(
            snapshot(1, created_at=MONDAY - timedelta(days=90)), SETTINGS, None, id="90 days"
        ),
        pytest.param(
            snapshot(1, created_at=MONDAY - timedelta(days=4000)),
            MappingSettings(max_order_age_days=0),
            None,
            id="0 takes any age",
        ),
        pytest.param(
            snapshot(1),
            MappingSettings(orders_since=at(1)),
            "before_orders_since",
            id="created before the first one wanted",
        ),
        pytest.param(
            snapshot(1), MappingSettings(orders_since=MONDAY), None, id="the first wanted"
        ),
    ],
)
def test_unknown_orders_that_are_left_out(
    shown: Snapshot, settings: MappingSettings, reason: str | None
) -> None:
    assert reason_to_leave_out(shown, settings, MONDAY) == reason
