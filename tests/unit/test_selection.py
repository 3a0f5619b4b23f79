"""Which dead letters a person, or the schedule, has returned to the queue."""

import pytest

from seven_senders_adapter.dead_letter_run import Selection
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.retrying import InvalidSelection, read_selection
from tests.unit.ledger.examples import LATER, NOON, dead_letter

SCHEDULE = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-03-28T10:00:00Z",
    "region": "eu-central-1",
    "resources": ["arn:aws:events:eu-central-1:123456789012:rule/hourly"],
    "detail": {},
}


@pytest.mark.parametrize("event", [SCHEDULE, {}], ids=["a schedule", "a bare call"])
@pytest.mark.parametrize("reason", Reason)
def test_without_a_selection_what_can_pass_is_taken(
    event: dict[str, object], reason: Reason
) -> None:
    can_pass = reason in {"failed_for_a_day", "received_too_often"}
    assert read_selection(event).takes(dead_letter(reason)) is can_pass


@pytest.mark.parametrize(
    ("event", "takes"),
    [
        pytest.param({"reasons": ["state_refused"]}, {"acme/1", "acme/2", "other/1"}, id="reason"),
        pytest.param({"reasons": ["order_refused"]}, set(), id="another reason"),
        pytest.param({"reasons": []}, set(), id="no reason"),
        pytest.param(
            {"reasons": ["order_refused", "state_refused"], "connections": ["acme"]},
            {"acme/1", "acme/2"},
            id="reasons and a connection",
        ),
        pytest.param(
            {"reasons": ["state_refused"], "orders": ["1"]}, {"acme/1", "other/1"}, id="an order"
        ),
        pytest.param(
            {"reasons": ["state_refused"], "connections": ["acme"], "orders": ["2", "1"]},
            {"acme/1", "acme/2"},
            id="orders of a connection",
        ),
        pytest.param(
            {"reasons": ["state_refused"], "orders": ["acme/1"]},
            {"acme/1"},
            id="an order of one connection",
        ),
        pytest.param({"connections": ["acme"]}, set(), id="a connection, with what can pass"),
        pytest.param(
            {"reasons": ["state_refused"], "connections": [], "orders": []},
            {"acme/1", "acme/2", "other/1"},
            id="empty lists mean any",
        ),
    ],
)
def test_a_refused_state_is_taken_by(event: dict[str, object], takes: set[str]) -> None:
    selection = read_selection(event)
    refused = [("acme", "1"), ("acme", "2"), ("other", "1")]
    assert {
        f"{connection}/{order}"
        for connection, order in refused
        if selection.takes(dead_letter("state_refused", connection=connection, order=order))
    } == takes


@pytest.mark.parametrize(
    ("event", "says"),
    [
        pytest.param(
            {"reasons": "state_refused"}, "^reasons: expected a list of texts$", id="no list"
        ),
        pytest.param(
            {"connections": {}}, "^connections: expected a list of texts$", id="an object"
        ),
        pytest.param({"orders": [1]}, "^orders: expected a list of texts$", id="a number"),
        pytest.param(
            {"reason": ["state_refused"], "order": ["1"]},
            "^order, reason: unknown, expected reasons, connections, orders$",
            id="misspelt keys",
        ),
        pytest.param(
            {"reasons": ["state_refused", "typo", "slip"]},
            "^reasons: slip, typo unknown, expected of failed_for_a_day, received_too_often, ",
            id="reasons that do not exist",
        ),
    ],
)
def test_a_wrong_selection_is_refused_with_its_key_and_what_is_expected(
    event: dict[str, object], says: str
) -> None:
    with pytest.raises(InvalidSelection, match=says):
        read_selection(event)


@pytest.mark.parametrize(
    ("selection", "takes"),
    [
        pytest.param(Selection(), {"noon", "later"}, id="any time"),
        pytest.param(Selection(tried_before=LATER), {"noon"}, id="before"),
        pytest.param(Selection(tried_since=LATER), {"later"}, id="since, that moment included"),
        pytest.param(Selection(tried_since=NOON, tried_before=NOON), set(), id="no time"),
    ],
)
def test_a_letter_is_taken_by_its_last_try(selection: Selection, takes: set[str]) -> None:
    letters = {
        "noon": dead_letter("odd", last_try=NOON),
        "later": dead_letter("odd", last_try=LATER),
    }
    assert {name for name, letter in letters.items() if selection.takes(letter)} == takes
