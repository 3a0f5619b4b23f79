from datetime import datetime

import pytest

from seven_senders_adapter.domain.milestones import State, dated, rank
from tests.unit.domain.orders import MONDAY, at

NOW = at(1000)


def test_states_stand_in_the_order_of_the_mapping() -> None:
    ranking = "new paid in_production warehouse_handover in_preparation shipped completed returned"
    ranking += " refunded cancelled"
    ranks = [rank(state) for state in ranking.split()]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_an_unknown_state_lies_before_all() -> None:
    assert rank("something_new") < rank("new")


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        pytest.param({"paid": 5}, {"paid": 5}, id="a time that fits stays"),
        pytest.param({"paid": -5}, {"paid": 0}, id="none before the order's date"),
        pytest.param({"paid": 2000}, {"paid": 1000}, id="none after the delivery's receipt"),
        pytest.param(
            {"paid": 30, "in_preparation": 20},
            {"paid": 20, "in_preparation": 20},
            id="one after a higher state of the same snapshot is pulled to it",
        ),
        pytest.param(
            {"paid": 30, "in_production": 40, "in_preparation": 20},
            {"paid": 20, "in_production": 20, "in_preparation": 20},
            id="all are pulled to the earliest higher one",
        ),
        pytest.param(
            {"paid": 30, "returned": -10},
            {"paid": 0, "returned": 0},
            id="a higher state before the order's date pulls no other one there",
        ),
        pytest.param(
            {"paid": 5, "in_preparation": 6, "returned": 7, "refunded": 8, "cancelled": 9},
            {"paid": 5, "cancelled": 9},
            id="a cancelled order keeps paid and cancelled only",
        ),
        pytest.param({}, {}, id="no state, none sent"),
    ],
)
def test_times_of_a_snapshots_states(shown: dict[str, int], sent: dict[str, int]) -> None:
    states: dict[State, datetime] = {State(state): at(m) for state, m in shown.items()}
    result = dated(states, order_date=MONDAY, received_at=NOW)
    assert result == {State(state): at(minutes) for state, minutes in sent.items()}
    assert list(result) == sorted(result, key=rank)
