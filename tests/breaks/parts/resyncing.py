"""Resyncing: what a person has compared with what Seven Senders shows, and what follows."""

from tests.breaks.table import PACKAGE, Break

STEPS = f"{PACKAGE}/syncing/steps.py"
LOOKING = f"{PACKAGE}/syncing/looking.py"
ORDER_SYNC = f"{PACKAGE}/syncing/order_sync.py"

RESYNC = "tests/integration/syncing/test_resync.py"
KILLED = "tests/integration/syncing/test_kills.py::test_killed_at_any_point"

BREAKS = (
    Break(
        name="takes a resync for what a shop has sent",
        file=ORDER_SYNC,
        old="        if event.is_resync:\n",
        new="        if event.is_resync and event.projection:\n",
        tests=(RESYNC,),
    ),
    Break(
        name="makes a record of an order that only a person has named",
        file=ORDER_SYNC,
        old='            self._telemetry.skipped("resync_unknown")\n            return\n',
        new='            self._telemetry.skipped("resync_unknown")\n',
        tests=(f"{RESYNC}::test_an_order_that_the_ledger_does_not_know_is_left",),
    ),
    Break(
        name="compares an order while it is open what became of a call",
        file=ORDER_SYNC,
        old="        runner.settle()\n        runner.record = without_refusals(",
        new="        runner.record = without_refusals(",
        tests=(RESYNC, KILLED),
    ),
    Break(
        name="tries nothing anew that was refused",
        file=ORDER_SYNC,
        old="without_refusals(runner.record, before=work.message.sent_at)",
        new="runner.record",
        tests=(RESYNC,),
    ),
    Break(
        name="says of one resync that it came as often as it is tried",
        file=ORDER_SYNC,
        old="        if all(line.detail != came for line in stored.history):\n",
        new="        if came:\n",
        tests=(RESYNC, KILLED),
    ),
    Break(
        name="does not look at what Seven Senders shows",
        file=ORDER_SYNC,
        old="        runner.compare()\n",
        new="",
        tests=(RESYNC,),
    ),
    Break(
        name="creates a refused order that a person has made there since",
        file=STEPS,
        old=" or recreating or work.event.is_resync",
        new=" or recreating",
        tests=(f"{RESYNC}::test_a_refused_order_is_looked_for_and_then_created",),
    ),
    Break(
        name="does not notice that an order is gone at Seven Senders",
        file=STEPS,
        old="        if remote is None:\n            self._forget_order()\n",
        new="        if remote is None:\n            return\n",
        tests=(f"{RESYNC}::test_an_order_that_is_gone_there_is_made_anew_with_its_states",),
    ),
    Break(
        name="does not send a state again that is lost at Seven Senders",
        file=LOOKING,
        old="if -1 < highest < rank(state)]",
        new="if highest < -1]",
        tests=(f"{RESYNC}::test_a_state_that_is_lost_there_is_sent_again",),
    ),
    Break(
        name="does not send a field again that was changed at Seven Senders",
        file=LOOKING,
        old="        accepted=fields,\n",
        new="        accepted=before,\n",
        tests=(f"{RESYNC}::test_a_field_that_somebody_changed_there_is_sent_again",),
    ),
    Break(
        name="takes all states for lost where Seven Senders shows none",
        file=LOOKING,
        old="if -1 < highest < rank(state)]",
        new="if highest < rank(state)]",
        tests=(f"{RESYNC}::test_where_no_state_is_shown_none_counts_as_lost",),
    ),
    Break(
        name="still tells of an end that a person took away at Seven Senders",
        file=LOOKING,
        old="            if not key.startswith(REOPENED) or key.removeprefix(",
        new="            if key or key.removeprefix(",
        tests=(f"{RESYNC}::test_an_end_that_a_person_took_away_there_is_no_end_any_more",),
    ),
)
