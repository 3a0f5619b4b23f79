"""Dead letters and their way back; the settings of connections as syncing reads them."""

from tests.breaks.table import PACKAGE, Break

RETRYING = f"{PACKAGE}/retrying.py"
RUN = f"{PACKAGE}/dead_letter_run.py"
BURIAL = f"{PACKAGE}/syncing/burial.py"
CONNECTIONS = f"{PACKAGE}/connections/syncing.py"

TESTS = "tests/integration/test_retrying.py"
STOPPED = "tests/integration/syncing/test_retrying_killed.py"
OF_CONNECTIONS = "tests/unit/connections/test_syncing.py"

ACT = "        elif not action(message, letter):\n            tally.waiting += 1\n        else:\n"
UNLIST = "            self._index.remove(letter)\n"
DELETE = "            self._queue.delete(message)\n"

BREAKS = (
    Break(
        name="deletes a dead letter before it has sent it",
        file=RUN,
        old=ACT,
        new=DELETE + ACT,
        tests=(STOPPED,),
    ),
    Break(
        name="deletes a dead letter before it has unlisted it",
        file=RUN,
        old=UNLIST + DELETE,
        new=DELETE + UNLIST,
        tests=(STOPPED,),
    ),
    Break(
        name="leaves what it has returned in the list",
        file=RUN,
        old=UNLIST,
        new="",
        tests=(
            f"{TESTS}::test_what_can_pass_returns_marked_and_the_rest_stays_listed_and_visible",
        ),
    ),
    Break(
        name="returns a dead letter without deleting it",
        file=RUN,
        old=DELETE,
        new="",
        tests=(
            f"{TESTS}::test_what_can_pass_returns_marked_and_the_rest_stays_listed_and_visible",
        ),
    ),
    Break(
        name="sends back for ever what fails again at once",
        file=RUN,
        old="chosen = message.sent_at <= began and selection.takes(letter)",
        new="chosen = selection.takes(letter)",
        tests=(f"{STOPPED}::test_what_fails_again_at_once_is_left_to_the_next_run",),
    ),
    Break(
        name="ends when it meets dead letters again that it has in hand",
        file=RUN,
        old="        while received := self._queue.receive(hidden_for=HIDDEN_SECONDS):\n",
        new="        if received := self._queue.receive(hidden_for=HIDDEN_SECONDS):\n",
        tests=(f"{STOPPED}::test_a_run_that_takes_longer_than_letters_are_hidden_meets_each_once",),
    ),
    Break(
        name="counts the dead letters again that it meets again",
        file=RUN,
        old="if message.message_id not in held]",
        new="if message.message_id]",
        tests=(f"{STOPPED}::test_a_run_that_takes_longer_than_letters_are_hidden_meets_each_once",),
    ),
    Break(
        name="hides the other dead letters when a person interrupts it",
        file=RUN,
        old="        finally:\n",
        new="        except AwsUnavailable:\n",
        tests=(
            (
                f"{STOPPED}::test_ctrl_c_at_any_point_ends_it_after_a_letter"
                "_and_the_next_run_has_the_rest_at_once"
            ),
        ),
    ),
    Break(
        name="leaves a dead letter unlisted that a stopped drop has unlisted",
        file=RUN,
        old="                if staying:\n",
        new="                if not staying:\n",
        tests=(
            (
                f"{STOPPED}::test_what_a_killed_drop_left_unlisted"
                "_is_listed_by_the_next_run_that_leaves_it"
            ),
        ),
    ),
    Break(
        name="takes the dead letters of another shop's order of the same id",
        file=RUN,
        old=" or whose in self.orders)",
        new=" or letter.order in {order.rpartition('/')[2] for order in self.orders})",
        tests=("tests/unit/cli/test_dead_letters.py::test_chosen_by",),
    ),
    Break(
        name="returns what waits behind a closed brake",
        file=RETRYING,
        old="        if self._is_held(letter.failure):\n",
        new="        if not letter.failure:\n",
        tests=(f"{TESTS}::test_behind_a_closed_brake_it_waits",),
    ),
    Break(
        name="waits for ever for a brake that nobody probes any more",
        file=f"{PACKAGE}/ledger/brakes.py",
        old="return self.probe_at > now - FORSAKEN_AFTER",
        new="return True",
        tests=(f"{TESTS}::test_behind_a_closed_brake_whose_probe_has_been_due_for",),
    ),
    Break(
        name="returns by itself what only a person can mend",
        file=f"{PACKAGE}/reasons.py",
        old="CAN_PASS = frozenset({Reason.FAILED_FOR_A_DAY, Reason.RECEIVED_TOO_OFTEN})",
        new="CAN_PASS = frozenset({Reason.FAILED_FOR_A_DAY, Reason.ORDER_REFUSED})",
        tests=("tests/unit/test_selection.py::test_without_a_selection_what_can_pass_is_taken",),
    ),
    Break(
        name="goes on with the dead letters until the time-out cuts it",
        file=RUN,
        old="                for message in takewhile(lambda _: has_time(), page):\n",
        new="                for message in page:\n",
        tests=(f"{TESTS}::test_when_its_time_is_up_it_stops_between_two_letters",),
    ),
    Break(
        name="lists nothing that SQS moved to the dead letters itself",
        file=RUN,
        old="                    self._index.add_missing(staying)\n",
        new="                    pass\n",
        tests=(f"{TESTS}::test_what_sqs_moved_itself_is_listed_then_returned",),
    ),
    Break(
        name="is stopped by a dead letter that nobody can read",
        file=RUN,
        old="    except UnreadableMessage as error:\n",
        new="    except ArithmeticError as error:\n",
        tests=(f"{TESTS}::test_a_dead_letter_that_cannot_be_read_is_listed_and_left",),
    ),
    Break(
        name="says nothing of a dead letter that will soon expire",
        file="functions/retry_failed/app.py",
        old="        self._telemetry.near_expiry()\n",
        new="",
        tests=(f"{TESTS}::test_what_would_soon_expire_is_marked_and_counted",),
    ),
    Break(
        name="buries a refusal anew with each message of its order",
        file=BURIAL,
        old='return sha256(f"{message.group} {about}".encode()).hexdigest()[:32]',
        new='return sha256(f"{message.message_id} {about}".encode()).hexdigest()[:32]',
        tests=("tests/integration/syncing/test_kills.py::test_killed_at_any_point",),
    ),
    Break(
        name="lists no dead letter",
        file=BURIAL,
        old="        self._dead_letters.add(DeadLetter.of(message, failure))\n",
        new="",
        tests=(
            (
                "tests/integration/syncing/test_refusals.py"
                "::test_dead_letters_are_listed_in_the_ledger"
            ),
        ),
    ),
    Break(
        name="reads a connection's settings from SSM for each message",
        file=CONNECTIONS,
        old="        if copy and self._now() < copy.fresh_until:\n",
        new="        if copy and not self._now:\n",
        tests=(f"{OF_CONNECTIONS}::test_a_copy_serves_for_a_minute",),
    ),
    Break(
        name="never sees that a connection's settings were changed",
        file=CONNECTIONS,
        old="        if copy and self._now() < copy.fresh_until:\n",
        new="        if copy:\n",
        tests=(f"{OF_CONNECTIONS}::test_a_copy_serves_for_a_minute",),
    ),
    Break(
        name="can't work while SSM fails although it knows the settings",
        file=CONNECTIONS,
        old="            if copy is None:\n                raise\n",
        new="            raise\n",
        tests=(
            (
                f"{OF_CONNECTIONS}::test_the_last_good_copy_serves_while_ssm_fails_and_is_tried_every"
                "_ten_seconds"
            ),
        ),
    ),
    Break(
        name="asks SSM for a parameter of any name",
        file=CONNECTIONS,
        old="        if not is_name(name):\n",
        new="        if not name:\n",
        tests=(f"{OF_CONNECTIONS}::test_a_name_that_no_connection_may_have_is_never_asked_for",),
    ),
)
