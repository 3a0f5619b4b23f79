"""The ledger: who may write, what is read, and what is forgotten."""

from tests.breaks.table import PACKAGE, Break

ORDERS = f"{PACKAGE}/ledger/orders.py"
BRAKES = f"{PACKAGE}/ledger/brakes.py"
TABLE = f"{PACKAGE}/ledger/table.py"
ROWS = f"{PACKAGE}/ledger/rows.py"
LEASES = f"{PACKAGE}/ledger/leases.py"

OF_ORDERS = "tests/integration/ledger/test_orders.py"
OF_BRAKES = "tests/integration/ledger/test_brakes.py"
OF_CALLS = "tests/integration/ledger/test_calls.py"
ONE_OWNER = "tests/integration/ledger/test_one_owner.py"
OF_TABLE = "tests/unit/ledger/test_table.py"

BREAKS = (
    Break(
        name="writes an order's row over what another worker wrote",
        file=ORDERS,
        old="put_over(to_row(key, saved, expires_at=expires_at), version=record.version)",
        new="put(to_row(key, saved, expires_at=expires_at))",
        tests=(f"{OF_ORDERS}::test_of_two_workers_with_the_same_version_one_writes",),
    ),
    Break(
        name="lets two workers begin one order",
        file=TABLE,
        old='            self.put(row, condition="attribute_not_exists(#pk)")\n',
        new="            self.put(row)\n",
        tests=(f"{OF_ORDERS}::test_of_two_workers_that_know_no_record_one_writes",),
    ),
    Break(
        name="forgets orders that are not finished",
        file=ORDERS,
        old="ends = record.changed_at if record.is_finished else None",
        new="ends = record.changed_at",
        tests=(f"{OF_ORDERS}::test_rows_of_finished_orders_expire",),
    ),
    Break(
        name="reads a row as it was some time ago",
        file=TABLE,
        old='Key={"pk": {"S": pk}}, ConsistentRead=True',
        new='Key={"pk": {"S": pk}}, ConsistentRead=False',
        tests=(f"{OF_CALLS}::test_what_was_written_last_is_read_to",),
    ),
    Break(
        name="reads brakes as they were some time ago",
        file=TABLE,
        old='                "ConsistentRead": True,\n',
        new='                "ConsistentRead": False,\n',
        tests=(f"{OF_CALLS}::test_brakes_are_read_as_they_were_written_last",),
    ),
    Break(
        name="takes brakes that DynamoDB left out for open",
        file=TABLE,
        old="            if not asked:\n",
        new="            if rows is not None:\n",
        tests=(f"{OF_TABLE}::test_keys_that_dynamodb_left_out_are_asked_for_again",),
    ),
    Break(
        name="lets two shops write to one order",
        file=f"{PACKAGE}/ledger/claims.py",
        old="            return from_row(Holder, conflict.row)\n",
        new="            return None if conflict.row else claimant\n",
        tests=(f"{ONE_OWNER}::test_an_order_id_belongs_to_who_claimed_it_first",),
    ),
    Break(
        name="gives a lease to two workers",
        file=LEASES,
        old='condition="attribute_not_exists(#pk) OR #until <= :now OR #holder = :holder",',
        new='condition="attribute_not_exists(#pk) OR #until >= :now OR #holder = :holder",',
        tests=(f"{ONE_OWNER}::test_while_a_lease_is_held",),
    ),
    Break(
        name="gives back the lease that another holds by now",
        file=LEASES,
        old='_key(name), condition="#holder = :holder", values={"holder": holder})',
        new="_key(name))",
        tests=(f"{ONE_OWNER}::test_who_comes_late_does_not_give_back_the_lease_of_another",),
    ),
    Break(
        name="gives a probe to two workers",
        file=BRAKES,
        old='condition="attribute_exists(#closed_since) AND #probe_at <= :now",',
        new='condition="attribute_exists(#closed_since) OR #probe_at <= :now",',
        tests=(f"{OF_BRAKES}::test_exactly_one_worker_takes_a_probe",),
    ),
    Break(
        name="closes a brake again that a probe has opened",
        file=BRAKES,
        old='            " AND attribute_exists(#failing) AND size(#failing) >= :limit)",\n',
        new='            " AND :limit > :limit) OR attribute_not_exists(#pk)",\n',
        tests=(f"{OF_BRAKES}::test_a_brake_that_was_opened_meanwhile_is_not_closed_again",),
    ),
    Break(
        name="adds up failures of different days",
        file=BRAKES,
        old="        if is_expired(row, now):\n",
        new="        if not row:\n",
        tests=(f"{OF_BRAKES}::test_failures_of_different_days_do_not_add_up",),
    ),
    Break(
        name="lets DynamoDB drop a brake that is closed",
        file=BRAKES,
        old='" REMOVE #expires_at",\n                condition=',
        new='"",\n                condition=',
        tests=(f"{OF_BRAKES}::test_a_brake_expires_only_while_it_is_not_closed",),
    ),
    Break(
        name="sets the progress of a connection back",
        file=f"{PACKAGE}/ledger/progress.py",
        old='condition="attribute_not_exists(#pk) OR #got_through_at < :at",',
        new='condition="attribute_not_exists(#pk) OR #got_through_at <> :at",',
        tests=(f"{ONE_OWNER}::test_progress_goes_forward_only_and_by_connection",),
    ),
    Break(
        name="reads rows of another version as its own",
        file=ROWS,
        old='if (version := row.get("format")) != FORMAT:',
        new='if (version := row.get("format")) is None:',
        tests=("tests/unit/ledger/test_rows.py", OF_BRAKES),
    ),
    Break(
        name="believes rows whose time is up",
        file=ROWS,
        old="return isinstance(expires_at, Decimal) and expires_at <= seconds(now)",
        new="return isinstance(expires_at, Decimal) and expires_at <= 0",
        tests=("tests/unit/ledger/test_rows.py::test_a_row_is_expired_before_dynamodb_drops_it",),
    ),
    Break(
        name="lets a row grow beyond what DynamoDB takes",
        file=f"{PACKAGE}/domain/order_record.py",
        old="history=(*self.history, line)[-HISTORY_LENGTH:])",
        new="history=(*self.history, line))",
        tests=("tests/unit/domain/test_order_record.py",),
    ),
)
