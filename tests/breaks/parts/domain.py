"""The domain: which states and fields an order should have, and which call comes next."""

from tests.breaks.table import PACKAGE, Break

MILESTONES = f"{PACKAGE}/domain/milestones.py"
OBSERVATION = f"{PACKAGE}/domain/observation.py"
FIELDS = f"{PACKAGE}/domain/fields.py"
PLAN = f"{PACKAGE}/domain/plan.py"

TIMES = "tests/unit/domain/test_milestones.py"
SNAPSHOTS = "tests/unit/domain/test_observation.py"
PLANS = "tests/unit/domain/test_plan.py"
KNOWN_FIELDS = "tests/unit/domain/test_fields.py"
CALLS = f"{SNAPSHOTS}::test_calls_for_snapshots_in_their_order_of_arrival"
NOT_ACCEPTED = (
    f"{SNAPSHOTS}::test_an_end_that_was_not_accepted_goes_with_the_snapshot_that_showed_it"
)

BREAKS = (
    Break(
        name="swaps the ranks of two states",
        file=MILESTONES,
        old="    State.IN_PRODUCTION,\n    State.WAREHOUSE_HANDOVER,\n",
        new="    State.WAREHOUSE_HANDOVER,\n    State.IN_PRODUCTION,\n",
        tests=(f"{TIMES}::test_states_stand_in_the_order_of_the_mapping",),
    ),
    Break(
        name="dates a state later than a higher one",
        file=MILESTONES,
        old="times = accumulate((states[state] for state in falling), min)",
        new="times = [states[state] for state in falling]",
        tests=(f"{TIMES}::test_times_of_a_snapshots_states",),
    ),
    Break(
        name="dates a state earlier than its order",
        file=MILESTONES,
        old="min(max(at, order_date), received_at)",
        new="min(at, received_at)",
        tests=(f"{TIMES}::test_times_of_a_snapshots_states",),
    ),
    Break(
        name="dates a state later than its receipt",
        file=MILESTONES,
        old="min(max(at, order_date), received_at)",
        new="max(at, order_date)",
        tests=(f"{TIMES}::test_times_of_a_snapshots_states",),
    ),
    Break(
        name="keeps the mapped states of a cancelled order",
        file=MILESTONES,
        old="    if State.CANCELLED in shown:\n",
        new="    if not shown:\n",
        tests=(f"{TIMES}::test_times_of_a_snapshots_states",),
    ),
    Break(
        name="sends a cancelled order the states that it was to get before",
        file=PLAN,
        old="    if State.CANCELLED in record.wanted_states:\n",
        new="    if not record.wanted_states:\n",
        tests=(
            f"{PLANS}::test_a_cancelled_order_gets_of_the_missing_states_only_paid_and_cancelled",
        ),
    ),
    Break(
        name="sends a state that lies behind",
        file=PLAN,
        old="if rank(state) > reached and",
        new="if state not in record.accepted_states and",
        tests=(CALLS,),
    ),
    Break(
        name="sends the highest of the missing states first",
        file=PLAN,
        old="return min(missing,",
        new="return max(missing,",
        tests=(CALLS,),
    ),
    Break(
        name="sends fields before states",
        file=PLAN,
        old="return _missing_state(record) or _changed_fields(record, record.accepted)",
        new="return _changed_fields(record, record.accepted) or _missing_state(record)",
        tests=(f"{PLANS}::test_missing_states_go_before_changed_fields",),
    ),
    Break(
        name="ends an order by an older snapshot",
        file=OBSERVATION,
        old="late = {state: at for state, at in shown.items() if state not in ENDS}",
        new="late = dict(shown)",
        tests=(CALLS,),
    ),
    Break(
        name="takes the later one of two equally old snapshots for older",
        file=OBSERVATION,
        old="if snapshot.updated_at < record.newest:",
        new="if snapshot.updated_at <= record.newest:",
        tests=(f"{SNAPSHOTS}::test_age_of_a_snapshot",),
    ),
    Break(
        name="takes a repeated snapshot for a newer one",
        file=OBSERVATION,
        old="digest in record.digests:",
        new="digest in record.digests[:0]:",
        tests=(f"{SNAPSHOTS}::test_age_of_a_snapshot",),
    ),
    Break(
        name="remembers only the last of several snapshots of one second",
        file=OBSERVATION,
        old="earlier = record.digests if snapshot.updated_at == record.newest else ()",
        new="earlier = ()",
        tests=(CALLS, SNAPSHOTS),
    ),
    Break(
        name="takes an older snapshot's fields",
        file=OBSERVATION,
        old="    if age is Age.OLDER:\n        return replace(",
        new="    if not age:\n        return replace(",
        tests=(CALLS,),
    ),
    Break(
        name="dates paid of a first snapshot by its update",
        file=OBSERVATION,
        old="if State.PAID in shown and snapshot.paid_at_if_first is not None:",
        new="if not shown and snapshot.paid_at_if_first is not None:",
        tests=(f"{SNAPSHOTS}::test_paid_has_its_own_time_if_the_first_snapshot_shows_it",),
    ),
    Break(
        name="dates a state anew with each snapshot that shows it",
        file=OBSERVATION,
        old="return pulled({**shown, **kept})",
        new="return pulled({**kept, **shown})",
        tests=(
            (
                f"{SNAPSHOTS}::test_a_state_that_failed_keeps_the_time_of_the_first_snapshot_that"
                "_showed_it"
            ),
        ),
    ),
    Break(
        name="sends an end that the shop has taken back",
        file=OBSERVATION,
        old="if state not in ENDS or (state in shown and state in record.accepted_states)",
        new="if state not in ENDS or state",
        tests=(NOT_ACCEPTED,),
    ),
    Break(
        name="says nothing of an order that the shop has opened again",
        file=OBSERVATION,
        old="    if accepted is None or any(",
        new="    if accepted is not None or any(",
        tests=(f"{SNAPSHOTS}::test_a_reopened_order_is_noted_once",),
    ),
    Break(
        name="reports an order that was opened again at each snapshot",
        file=OBSERVATION,
        old="    if reason in record.refused:\n",
        new="    if not reason:\n",
        tests=(f"{SNAPSHOTS}::test_a_reopened_order_is_noted_once",),
    ),
    Break(
        name="tries again no refusal that a person returned",
        file=OBSERVATION,
        old="if refusal.at >= before or key.startswith(REOPENED)",
        new="if refusal.at or before",
        tests=(f"{SNAPSHOTS}::test_a_retry_by_a_person_forgets_refusals_but_no_reopening",),
    ),
    Break(
        name="creates orders that are too old",
        file=OBSERVATION,
        old="        settings.max_order_age_days\n",
        new="        not settings.max_order_age_days\n",
        tests=(f"{SNAPSHOTS}::test_unknown_orders_that_are_left_out",),
    ),
    Break(
        name="takes the word back that all has shipped",
        file=FIELDS,
        old="boarding_complete=snapshot.shipped\n        or (known is not None and"
        " known.fields.boarding_complete),",
        new="boarding_complete=snapshot.shipped,",
        tests=(f"{KNOWN_FIELDS}::test_that_all_has_shipped_is_never_taken_back",),
    ),
    Break(
        name="opens an order again that stands complete at Seven Senders",
        file=PLAN,
        old="    if accepted.boarding_complete:\n",
        new="    if not accepted:\n",
        tests=(PLANS,),
    ),
    Break(
        name="forgets a promised date that the shop shows no more",
        file=FIELDS,
        old="promised = known.fields.promised_delivery_date",
        new="promised = None",
        tests=(f"{KNOWN_FIELDS}::test_a_promised_date_that_is_gone_stays",),
    ),
    Break(
        name="leaves the last tag on an order for ever",
        file=PLAN,
        old="if (wanted := getattr(record.wanted, name)) is not None\n",
        new="if (wanted := getattr(record.wanted, name))\n",
        tests=(f"{PLANS}::test_changed_fields",),
    ),
    Break(
        name="tries a refused create again at each event",
        file=PLAN,
        old="return None if CREATE in record.refused else Create(",
        new="return Create(",
        tests=(f"{PLANS}::test_a_refused_create_is_not_tried_again",),
    ),
    Break(
        name="tries a refused state again at each event",
        file=PLAN,
        old="and state_key(state) not in record.refused",
        new="and state",
        tests=(f"{PLANS}::test_after_a_refused_state_the_later_ones_go_on",),
    ),
    Break(
        name="tries a refused field again at each event",
        file=PLAN,
        old="        and field_key(name, wanted) not in record.refused\n",
        new="",
        tests=(f"{PLANS}::test_a_refused_value_is_not_sent_again_but_another_one_is",),
    ),
    Break(
        name="never sends a field again of which one value was refused",
        file=PLAN,
        old='return f"{name} {sha256(str(value).encode()).hexdigest()[:8]}"',
        new="return name",
        tests=(f"{PLANS}::test_a_refused_value_is_not_sent_again_but_another_one_is",),
    ),
)
