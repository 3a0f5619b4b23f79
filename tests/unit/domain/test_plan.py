from dataclasses import replace

import pytest

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.order_record import Fields, OrderRecord, Refusal
from seven_senders_adapter.domain.plan import AddState, Create, Update, field_key, next_step
from tests.unit.domain.orders import MONDAY, at

TAGS = {"vip": "true"}
NEW = OrderRecord(connection="demo", order="1", number="#1001", order_date=MONDAY, newest=MONDAY)
CREATED = replace(NEW, accepted=Fields())
REFUSED = Refusal(reason="", detail="", status=400, at=MONDAY)


def test_a_record_that_is_not_created_yet_is_created_first() -> None:
    record = replace(NEW, wanted=Fields(order_tags=TAGS), wanted_states={State.PAID: at(1)})
    assert next_step(record) == Create(Fields(order_tags=TAGS))


def test_a_refused_create_is_not_tried_again() -> None:
    assert next_step(replace(NEW, refused={"create": REFUSED})) is None


def test_a_refused_field_is_left_out_of_the_create() -> None:
    wanted = Fields(order_tags=TAGS, language="de")
    record = replace(NEW, wanted=wanted, refused={field_key("order_tags", TAGS): REFUSED})
    assert next_step(record) == Create(Fields(language="de"))


def test_after_a_refused_state_the_later_ones_go_on() -> None:
    record = replace(
        CREATED,
        wanted_states={State.PAID: at(1), State.IN_PREPARATION: at(2)},
        refused={"state paid": REFUSED},
    )
    assert next_step(record) == AddState(State.IN_PREPARATION, at(2))


def test_a_cancelled_order_gets_of_the_missing_states_only_paid_and_cancelled() -> None:
    times = {State.PAID: at(1), State.IN_PREPARATION: at(2), State.CANCELLED: at(3)}
    record = replace(CREATED, wanted_states=times)
    assert next_step(record) == AddState(State.PAID, at(1))
    paid = replace(record, accepted_states={State.PAID: at(1)})
    assert next_step(paid) == AddState(State.CANCELLED, at(3))


def test_missing_states_go_before_changed_fields() -> None:
    wanted = Fields(boarding_complete=True)
    record = replace(CREATED, wanted=wanted, wanted_states={State.PAID: at(1)})
    assert next_step(record) == AddState(State.PAID, at(1))


@pytest.mark.parametrize(
    ("wanted", "accepted", "changes"),
    [
        pytest.param(Fields(), Fields(), None, id="nothing to change"),
        pytest.param(Fields(language="de"), Fields(), {"language": "de"}, id="a new value"),
        pytest.param(Fields(), Fields(language="de"), None, id="no value takes nothing back"),
        pytest.param(Fields(), Fields(order_tags=TAGS), {"order_tags": {}}, id="no tags any more"),
        pytest.param(
            Fields(boarding_complete=True), Fields(), {"boarding_complete": True}, id="all shipped"
        ),
        pytest.param(Fields(), Fields(boarding_complete=True), None, id="never back to false"),
    ],
)
def test_changed_fields(
    wanted: Fields, accepted: Fields, changes: dict[str, object] | None
) -> None:
    record = replace(CREATED, wanted=wanted, accepted=accepted)
    assert next_step(record) == (Update(changes) if changes else None)


def test_a_refused_value_is_not_sent_again_but_another_one_is() -> None:
    refused = {field_key("order_tags", TAGS): REFUSED}
    same = replace(CREATED, wanted=Fields(order_tags=TAGS), refused=refused)
    other = replace(same, wanted=Fields(order_tags={"vip": "no"}))
    assert next_step(same) is None
    assert next_step(other) == Update({"order_tags": {"vip": "no"}})


def test_the_order_of_tags_makes_no_other_value() -> None:
    assert field_key("order_tags", {"a": "1", "b": "2"}) == field_key(
        "order_tags", {"b": "2", "a": "1"}
    )
