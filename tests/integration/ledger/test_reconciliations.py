"""How far connections were compared with their shops, and what that has corrected."""

from dataclasses import replace
from datetime import timedelta

import pytest

from seven_senders_adapter.ledger.corrections import Correction, Corrections
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations, Window
from seven_senders_adapter.ledger.table import Conflict, Table
from tests.unit.ledger.examples import LATER, NOON

WORKING = Reconciliation(
    since=NOON,
    safe_until=NOON,
    window=Window(begin=NOON, end=LATER, position="40", looked_at=40, queued=3),
    failing_since=LATER,
    failure="the shop is frozen",
)


def test_progress_comes_back_as_it_was_saved(table: Table) -> None:
    rows = Reconciliations(table=table)
    saved = rows.save("demo", WORKING)
    assert saved == replace(WORKING, version=1)
    assert rows.load("demo") == saved


def test_each_connection_has_its_own(table: Table) -> None:
    rows = Reconciliations(table=table)
    rows.save("demo", WORKING)
    assert rows.load("other") is None


def test_of_two_rounds_that_begin_one_goes_on(table: Table) -> None:
    rows = Reconciliations(table=table)
    rows.save("demo", WORKING)
    with pytest.raises(Conflict):
        rows.save("demo", WORKING)


def test_of_two_rounds_with_the_same_version_one_goes_on(table: Table) -> None:
    rows = Reconciliations(table=table)
    first = rows.save("demo", WORKING)
    second = rows.save("demo", replace(first, window=None))
    with pytest.raises(Conflict):
        rows.save("demo", first)
    assert rows.load("demo") == second


def test_what_was_removed_begins_anew(table: Table) -> None:
    rows = Reconciliations(table=table)
    rows.save("demo", WORKING)
    rows.remove("demo")
    assert rows.load("demo") is None
    assert rows.save("demo", WORKING).version == 1


def correction(order: str = "1", minutes: int = 0, connection: str = "demo") -> Correction:
    changed_at = NOON + timedelta(minutes=minutes)
    return Correction(connection=connection, order=order, changed_at=changed_at)


def test_the_corrections_of_a_connection_are_asked_for_by_their_time(table: Table) -> None:
    corrections = Corrections(table=table, now=lambda: NOON)
    later, first, last = correction("1", 5), correction("2"), correction("1", 9)
    for made in (later, first, last, correction("3", connection="other")):
        corrections.add(made)
        corrections.add(made)
    due = corrections.until("demo", NOON + timedelta(minutes=5))
    assert list(due) == [first, later]

    corrections.remove(first)
    corrections.remove(first)
    assert list(corrections.until("demo", NOON + timedelta(minutes=5))) == [later]


def test_a_correction_that_nobody_asked_for_is_forgotten_after_a_month(table: Table) -> None:
    made = correction()
    Corrections(table=table, now=lambda: NOON).add(made)
    long_after = NOON + timedelta(days=31)
    assert list(Corrections(table=table, now=lambda: long_after).until("demo", long_after)) == []
