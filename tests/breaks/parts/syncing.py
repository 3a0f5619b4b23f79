"""Syncing: the intent before a call, what a lost answer needs, refusals, adopted orders."""

from tests.breaks.table import PACKAGE, Break

STEPS = f"{PACKAGE}/syncing/steps.py"
LOOKING = f"{PACKAGE}/syncing/looking.py"
ORDER_SYNC = f"{PACKAGE}/syncing/order_sync.py"
BATCH = f"{PACKAGE}/syncing/batch.py"
ADMISSION = f"{PACKAGE}/syncing/admission.py"
DEADLINE = f"{PACKAGE}/syncing/deadline.py"
FUNCTION = "functions/sync_order/app.py"

KILLED = "tests/integration/syncing/test_kills.py::test_killed_at_any_point"
FAILING_API = "tests/integration/syncing/test_failing_api.py"
LOST_CREATE = f"{FAILING_API}::test_a_create_that_was_lost_is_adopted_and_not_repeated"
ONE_FAULT = f"{FAILING_API}::test_one_fault_changes_nothing_in_the_end"
REFUSALS = "tests/integration/syncing/test_refusals.py"
WIRE = "tests/integration/syncing/test_wire_forms.py"
TOLD = "tests/integration/syncing/test_what_is_told.py"
TWO_WORKERS = "tests/integration/syncing/test_two_workers.py"
NOT_SENT = "tests/integration/syncing/test_not_sent.py"
REFUSED_ORDER = f"{REFUSALS}::test_a_refused_order_is_a_dead_letter_once_and_not_tried_again"

BREAKS = (
    Break(
        name="calls before it has written down that it is about to",
        file=STEPS,
        old="        self.record = replace(self.record, intent=intent)\n        self.save()\n",
        new="        self.record = replace(self.record, intent=intent)\n",
        tests=(KILLED,),
    ),
    Break(
        name="does not write down what the last call brought",
        file=STEPS,
        old="        if self.record != self._stored:\n",
        new="        if self.record.intent is not None:\n",
        tests=("tests/integration/syncing/test_main_job.py",),
    ),
    Break(
        name="does not ask what became of a call that was left open",
        file=ORDER_SYNC,
        old="            runner.settle()\n",
        new="",
        tests=(KILLED,),
    ),
    Break(
        name="looks for no order after the answer to its create was lost",
        file=STEPS,
        old="            remote = self._look_up()\n            if remote is not None:\n",
        new="            remote = None\n            if remote is not None:\n",
        tests=(f"{WIRE}::TestForms::test_a_lost_create_ends_in_one_order",),
    ),
    Break(
        name="looks for no state after its answer was lost",
        file=STEPS,
        old="elif intent.step in _STATES and (remote := self._read()) is not None:",
        new="elif not intent.step and (remote := self._read()) is not None:",
        tests=(f"{NOT_SENT}::test_a_state_whose_answer_was_lost_is_looked_up_and_not_sent_again",),
    ),
    Break(
        name="looks at once for what a killed worker has sent",
        file=STEPS,
        old="read_from=now + LONGEST_CALL + READ_TIME_OUT,",
        new="read_from=now,",
        tests=(TWO_WORKERS,),
    ),
    Break(
        name="looks at once for what it got no answer to",
        file=STEPS,
        old="        if self._now() < intent.read_from:\n",
        new="        if not intent:\n",
        tests=(TWO_WORKERS,),
    ),
    Break(
        name="adopts an order with another date",
        file=STEPS,
        old="if not (believed or remote.is_dated(self.record.order_date)):",
        new="if not remote.order_id:",
        tests=(f"{REFUSALS}::test_an_order_of_another_date_is_not_ours",),
    ),
    Break(
        name="takes no refused create for a repeated one",
        file=STEPS,
        old="if refusal.status in _MAY_BE_A_REPEAT and (remote",
        new="if not refusal.status and (remote",
        tests=(f"{WIRE}::TestForms::test_a_lost_create_ends_in_one_order",),
    ),
    Break(
        name="sends an adopted order the states that it has",
        file=LOOKING,
        old="    return with_states(record.noting(now,",
        new="    return (lambda found, *_: found)(record.noting(now,",
        tests=(f"{REFUSALS}::test_what_the_api_shows_of_an_adopted_order_is_not_sent_again",),
    ),
    Break(
        name="takes the tags off an order that another integration has set",
        file=LOOKING,
        old="return fields if record.wanted.order_tags else replace(fields, order_tags={})",
        new="return fields",
        tests=(
            f"{NOT_SENT}::test_tags_of_the_integration_before_stay_on_an_order_of_a_shop_without_tags",
        ),
    ),
    Break(
        name="creates an order of the integration before once more",
        file=STEPS,
        old="return work.settings.look_up_before_create or recreating or work.event.is_resync",
        new="return recreating or work.event.is_resync",
        tests=(REFUSALS,),
    ),
    Break(
        name="creates an order that the API has forgotten without a look",
        file=STEPS,
        old="return work.settings.look_up_before_create or recreating or work.event.is_resync",
        new="return work.settings.look_up_before_create or work.event.is_resync",
        tests=(
            f"{NOT_SENT}::test_no_order_is_made_twice_because_a_wrong_path_of_its_states_is_not_found",
        ),
    ),
    Break(
        name="creates an order again and again that the API does not know",
        file=STEPS,
        old="        if self.record.recreated_for == self._work.message.message_id:\n",
        new="        if not self._work.message.message_id:\n",
        tests=(
            f"{NOT_SENT}::test_an_order_that_the_api_never_knows_is_created_anew_once_a_message",
        ),
    ),
    Break(
        name="takes an end at Seven Senders for the shop's",
        file=LOOKING,
        old="        and (state not in ENDS or state in record.wanted_states)\n",
        new="",
        tests=(REFUSALS,),
    ),
    Break(
        name="sends a state behind what Seven Senders has set itself",
        file=LOOKING,
        old='reached = max((record.reached or "", *remote.states), key=rank) or None',
        new="reached = record.reached",
        tests=(f"{REFUSALS}::test_no_state_is_sent_to_an_order_that_is_further_on",),
    ),
    Break(
        name="reports a state that stands there already",
        file=STEPS,
        old='        if rank(step.state) <= rank(self.record.reached or ""):\n',
        new="        if not step.state:\n",
        tests=(f"{REFUSALS}::test_a_state_that_stands_there_already_counts_as_accepted",),
    ),
    Break(
        name="gives an order up for the sake of a tag",
        file=STEPS,
        old="        if blamed:\n",
        new="        if not refusal:\n",
        tests=(f"{REFUSALS}::test_a_blamed_optional_field_is_left_out_of_the_create",),
    ),
    Break(
        name="buries nothing that was refused",
        file=ORDER_SYNC,
        old="            if refusal.reported:\n",
        new="            if refusal:\n",
        tests=(REFUSED_ORDER,),
    ),
    Break(
        name="buries what was refused at each event",
        file=ORDER_SYNC,
        old="key: replace(refusal, reported=True)}",
        new="key: refusal}",
        tests=(REFUSED_ORDER, f"{REFUSALS}::test_a_redriven_message_meets_each_refusal_once"),
    ),
    Break(
        name="notes a refusal as reported before it is buried",
        file=ORDER_SYNC,
        old='            about = f"{key} {to_text(refusal.at)}"\n',
        new=(
            "            marked = {**runner.record.refused, key: replace(refusal, reported=True)}\n"
            "            runner.record = replace(runner.record, refused=marked)\n"
            "            runner.save()\n"
            '            about = f"{key} {to_text(refusal.at)}"\n'
        ),
        tests=(KILLED,),
    ),
    Break(
        name="tries no refusal again that a person has returned",
        file=ORDER_SYNC,
        old="        if event.redriven:\n",
        new="        if not event:\n",
        tests=(f"{REFUSALS}::test_a_person_can_have_a_refused_order_tried_again",),
    ),
    Break(
        name="creates what should be left out",
        file=ORDER_SYNC,
        old="        if reason is not None:\n            self._telemetry.skipped(reason)\n",
        new='        if reason == "":\n            self._telemetry.skipped(reason)\n',
        tests=("tests/integration/syncing/test_main_job.py",),
    ),
    Break(
        name="goes on with an order's later events after one that stays",
        file=BATCH,
        old="            if message.group not in waits:\n",
        new="            if message.message_id not in waits:\n",
        tests=(f"{NOT_SENT}::test_later_messages_of_an_order_that_has_to_wait_make_no_call",),
    ),
    Break(
        name="lets a bug take the whole batch down",
        file=BATCH,
        old="        except Exception as error:",
        new="        except ArithmeticError as error:",
        tests=(
            (
                "tests/integration/syncing/test_batches.py"
                "::test_of_a_batch_of_ten_one_is_a_dead_letter"
            ),
        ),
    ),
    Break(
        name="takes messages off the queue that have to stay",
        file=FUNCTION,
        old='{"itemIdentifier": message} for message in staying',
        new='{"itemIdentifier": message} for message in staying[:0]',
        tests=("tests/chaos/test_chaos.py::test_every_order_ends_as_the_mapping_says",),
    ),
    Break(
        name="begins calls that the function's time-out cuts",
        file=DEADLINE,
        old="        if self._remaining_ms() < LONGEST_STEP_MS:\n",
        new="        if self._remaining_ms() < 0:\n",
        tests=(f"{FAILING_API}::test_near_the_time_out_the_rest_is_handed_back_at_once",),
    ),
    Break(
        name="pages through look-ups beyond the function's time-out",
        file=STEPS,
        old="before_page=self._work.deadline.check",
        new="before_page=lambda: None",
        tests=(
            f"{NOT_SENT}::test_no_page_of_a_list_is_asked_for_that_the_functions_time_out_could_cut",
        ),
    ),
    Break(
        name="works the events of a paused connection",
        file=ADMISSION,
        old="        if settings.paused:\n",
        new="        if not settings:\n",
        tests=(f"{FAILING_API}::test_a_paused_connection_keeps_its_messages_and_calls_nothing",),
    ),
    Break(
        name="takes it for a bug that a connection has no document",
        file=ADMISSION,
        old="        except (ConnectionMissing, InvalidConnection) as error:\n",
        new="        except InvalidConnection as error:\n",
        tests=(TOLD,),
    ),
    Break(
        name="works a message that kills its worker for ever",
        file=ADMISSION,
        old="deaths=stored.deaths + stored.running,",
        new="deaths=stored.deaths,",
        tests=(
            (
                "tests/integration/syncing/test_kills.py"
                "::test_a_message_whose_worker_died_five_times_is_a_dead_letter"
            ),
        ),
    ),
    Break(
        name="counts it as a death when a worker hands a message back",
        file=ADMISSION,
        old="rested = replace(work.attempt, running=False, deaths=0)",
        new="rested = work.attempt",
        tests=("tests/integration/syncing/test_brakes.py",),
    ),
    Break(
        name="says nothing of a message that will soon expire",
        file=ADMISSION,
        old="        if self.age(message) > EXPIRY_WARNING_AFTER:\n",
        new="        if not self.age(message):\n",
        tests=(TOLD,),
    ),
)
