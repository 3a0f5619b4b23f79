"""What holds for any order and repetition of one order's snapshots, whatever the API answers."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.observation import REOPENED
from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.domain.plan import AddState, Create, Update
from seven_senders_adapter.domain.snapshot import Snapshot
from tests.unit.domain.derivation import ENDS, STATES, Derivation, shown_states
from tests.unit.domain.orders import MONDAY
from tests.unit.domain.play import FAILURES, TROUBLES, Delivery, Play, Troubles, deliveries, lives


def played(arriving: Sequence[Delivery]) -> Play:
    """What an API that accepts everything has then."""
    play = Play()
    for delivery in arriving:
        play.deliver(delivery)
    return play


def troubled(arriving: Sequence[Delivery], troubles: Troubles) -> Play:
    """What became of the deliveries; those that fail are left where they stand."""
    play = Play(troubles.refuses)
    for place, (delivery, answers) in enumerate(zip(arriving, troubles.answers, strict=False)):
        if place in troubles.forgets:
            play.forget()
        play.deliver(delivery, answers=answers)
    return play


def derived(arriving: Sequence[Delivery]) -> Derivation:
    derivation = Derivation()
    for delivery in arriving:
        derivation.receive(delivery.snapshot, delivery.received_at)
    return derivation


def newest(arriving: Sequence[Delivery]) -> Snapshot:
    found = derived(arriving).newest
    assert found is not None
    return found


# --- what holds whatever the API answers ---


@given(deliveries(), TROUBLES)
def test_no_state_is_sent_twice_or_behind_an_accepted_one(
    arriving: list[Delivery], troubles: Troubles
) -> None:
    for call in troubled(arriving, troubles).calls:
        if isinstance(call.step, AddState):
            reached = [STATES.index(state) for state in call.before.accepted_states]
            assert STATES.index(call.step.state) > max(reached, default=-1)


@given(deliveries(), TROUBLES)
def test_only_states_are_sent_that_the_snapshots_show_and_ends_only_of_the_newest(
    arriving: list[Delivery], troubles: Troubles
) -> None:
    for call in troubled(arriving, troubles).calls:
        if isinstance(call.step, AddState):
            received = arriving[: call.delivery]
            shown = [delivery.snapshot for delivery in received]
            if call.step.state in ENDS:
                shown = [newest(received)]
            assert any(call.step.state in shown_states(snapshot) for snapshot in shown)


@given(deliveries(), TROUBLES)
def test_a_cancelled_order_gets_no_state_but_paid_and_cancelled(
    arriving: list[Delivery], troubles: Troubles
) -> None:
    for call in troubled(arriving, troubles).calls:
        if isinstance(call.step, AddState) and State.CANCELLED in call.before.wanted_states:
            assert call.step.state in (State.PAID, State.CANCELLED)


@given(deliveries(), TROUBLES)
def test_no_state_is_dated_before_its_order_after_its_receipt_or_after_a_higher_state(
    arriving: list[Delivery], troubles: Troubles
) -> None:
    latest = max(delivery.received_at for delivery in arriving)
    for call in troubled(arriving, troubles).calls:
        if isinstance(call.step, AddState):
            rank = STATES.index(call.step.state)
            higher = [t for s, t in call.before.wanted_states.items() if STATES.index(s) > rank]
            assert MONDAY <= call.step.at <= min([latest, *higher])


@given(deliveries(), TROUBLES)
def test_boarding_complete_never_goes_back_to_false(
    arriving: list[Delivery], troubles: Troubles
) -> None:
    said = []
    for call in troubled(arriving, troubles).calls:
        if isinstance(call.step, Create):
            said.append(call.step.fields.boarding_complete)
        elif isinstance(call.step, Update) and "boarding_complete" in call.step.changes:
            said.append(call.step.changes["boarding_complete"])
    assert said == sorted(said)


@given(deliveries(), TROUBLES)
def test_each_update_changes_what_it_names(arriving: list[Delivery], troubles: Troubles) -> None:
    for call in troubled(arriving, troubles).calls:
        if isinstance(call.step, Update):
            assert call.before.accepted is not None
            assert call.step.changes
            for name, value in call.step.changes.items():
                assert value != getattr(call.before.accepted, name)


@given(deliveries(), TROUBLES)
def test_a_refused_step_is_not_tried_again(arriving: list[Delivery], troubles: Troubles) -> None:
    tries = Counter(troubled(arriving, troubles).keys)
    assert all(tries[key] <= 1 for key in troubles.refuses)


# --- what an API that accepts everything has in the end ---


@given(deliveries())
def test_the_accepted_states_are_those_of_the_mapping_step_by_step(
    arriving: list[Delivery],
) -> None:
    assert played(arriving).known.accepted_states == derived(arriving).states


@given(lives())
def test_in_order_of_time_each_state_is_accepted_that_lies_ahead(life: list[Snapshot]) -> None:
    expected: list[State] = []
    for shown in life:
        for state in sorted(shown_states(shown), key=STATES.index):
            if STATES.index(state) > max(map(STATES.index, expected), default=-1):
                expected.append(state)
    assert list(played([Delivery(shown) for shown in life]).known.accepted_states) == expected


@given(deliveries())
def test_the_fields_are_those_of_the_mapping_step_by_step(arriving: list[Delivery]) -> None:
    expected = derived(arriving)
    assert expected.newest is not None
    assert played(arriving).accepted == Fields(
        language=expected.language,
        order_tags=expected.newest.tags,
        promised_delivery_date=expected.promised_at,
        boarding_complete=expected.is_shipped,
    )


@given(deliveries(distinct=True))
def test_with_distinct_times_the_fields_are_those_of_the_newest_snapshot(
    arriving: list[Delivery],
) -> None:
    last, fields = newest(arriving), played(arriving).accepted
    assert fields.order_tags == last.tags
    assert last.language in (None, fields.language)
    assert last.promised_at in (None, fields.promised_delivery_date)
    assert fields.boarding_complete >= last.shipped


@given(deliveries())
def test_a_reopening_is_noted_for_each_end_that_was_taken_back(arriving: list[Delivery]) -> None:
    noted = {key for key in played(arriving).known.refused if key.startswith(REOPENED)}
    assert noted == {f"{REOPENED}{end}" for end in derived(arriving).reopened_after}


@given(deliveries())
def test_delivering_everything_once_more_sends_nothing(arriving: list[Delivery]) -> None:
    assert played([*arriving, *arriving]).keys == played(arriving).keys


# --- what an API mends that failed, refused or forgot ---


@given(deliveries(), FAILURES)
def test_failed_deliveries_that_are_tried_again_in_place_make_the_same_calls(
    arriving: list[Delivery], failures: list[int | None]
) -> None:
    play = Play()
    for delivery, answers in zip(arriving, failures, strict=False):
        left = answers
        while not play.deliver(delivery, answers=left):
            left = (left or 0) + 1  # the API gets better and better
    assert play.keys == played(arriving).keys
    assert play.known.accepted_states == played(arriving).known.accepted_states


@given(deliveries(), TROUBLES)
def test_any_delivery_that_passes_brings_the_order_to_where_it_should_stand(
    arriving: list[Delivery], troubles: Troubles
) -> None:
    play = troubled(arriving, troubles)
    play.deliver(arriving[0])
    record, reached = play.known, [STATES.index(state) for state in play.known.accepted_states]
    missing = {s for s in record.wanted_states if STATES.index(s) > max(reached, default=-1)}
    if State.CANCELLED in missing:
        missing &= {State.PAID, State.CANCELLED}
    assert {f"state {state}" for state in missing} <= troubles.refuses
    assert play.accepted.order_tags == record.wanted.order_tags
    assert play.accepted.boarding_complete == record.wanted.boarding_complete


@given(deliveries(), TROUBLES, st.data())
def test_a_redriven_delivery_tries_again_what_was_refused_and_lies_ahead(
    arriving: list[Delivery], troubles: Troubles, data: st.DataObject
) -> None:
    play = troubled(arriving, troubles)
    play.refuses = ()
    play.deliver(data.draw(st.sampled_from(arriving)), redriven=True)
    accepted, wanted = play.known.accepted_states, play.known.wanted_states
    assert max(map(STATES.index, wanted), default=-1) <= max(
        map(STATES.index, accepted), default=-1
    )
    assert all(key.startswith(REOPENED) for key in play.known.refused)


@given(deliveries(), st.data())
def test_an_order_that_the_api_forgot_is_created_anew_as_the_newest_snapshot_shows_it(
    arriving: list[Delivery], data: st.DataObject
) -> None:
    play, shown = played(arriving), newest(arriving)
    wanted = play.accepted
    play.forget()
    play.calls.clear()
    play.deliver(Delivery(data.draw(st.sampled_from([shown, arriving[0].snapshot]))))
    assert play.keys[0] == "create"
    assert play.accepted == wanted
    assert set(play.known.accepted_states) >= shown_states(shown)
    assert set(play.known.accepted_states) & set(ENDS) == shown_states(shown) & set(ENDS)
