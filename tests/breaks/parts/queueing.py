"""The queues and their messages."""

from tests.breaks.table import PACKAGE, Break

QUEUE = f"{PACKAGE}/queue.py"
MESSAGES = f"{PACKAGE}/messages.py"

LIMITS = "tests/unit/queue/test_limits.py"
WRITTEN = "tests/unit/queue/test_messages.py"
RETRYING = "tests/integration/test_retrying.py"

BREAKS = (
    Break(
        name="lets SQS swallow what is sent a second time",
        file=QUEUE,
        old="MessageDeduplicationId=uuid4().hex",
        new='MessageDeduplicationId=f"{hash(message.body):x}"',
        tests=(f"{LIMITS}::test_every_send_has_a_de_duplication_id_of_its_own",),
    ),
    Break(
        name="lets all orders of a shop wait for each other",
        file=MESSAGES,
        old='return f"{self.connection}/{self.order}"',
        new="return self.connection",
        tests=(f"{WRITTEN}::test_an_event_is_written_as_it_was_frozen",),
    ),
    Break(
        name="lets two events of an order be worked at once",
        file=MESSAGES,
        old="        group=event.group,\n",
        new='        group=f"{event.group}/{event.delivery_id}",\n',
        tests=(f"{WRITTEN}::test_an_event_is_written_as_it_was_frozen",),
    ),
    Break(
        name="lets the dead letters of an order hide each other",
        file=MESSAGES,
        old='return _copy(message, failure.letter, "failure", text)',
        new='return _copy(message, message.group, "failure", text)',
        tests=(f"{RETRYING}::test_all_letters_of_one_order_are_met",),
    ),
    Break(
        name="returns a dead letter beside its order's events",
        file=MESSAGES,
        old='group = "/".join(name for name in names if name) or message.group',
        new="group = message.group",
        tests=(f"{WRITTEN}::test_a_dead_letter_goes_back_into_the_line_of_its_order",),
    ),
    Break(
        name="does not know a message that was returned",
        file=MESSAGES,
        old='redriven="redriven" in attributes,',
        new="redriven=False,",
        tests=(WRITTEN,),
    ),
    Break(
        name="hides a message for longer than SQS allows",
        file=QUEUE,
        old="VisibilityTimeout=min(max(seconds, 0), longest),",
        new="VisibilityTimeout=seconds,",
        tests=(f"{LIMITS}::test_a_message_is_hidden_within_the_12_hours_of_sqs",),
    ),
    Break(
        name="sends what is too large for SQS",
        file=QUEUE,
        old="    _check_size(message)\n",
        new="",
        tests=(f"{LIMITS}::test_the_limit_holds_for_every_way_out",),
    ),
    Break(
        name="sends characters that SQS refuses",
        file=MESSAGES,
        old='return _NOT_IN_SQS.sub("\\N{REPLACEMENT CHARACTER}", text)',
        new="return text",
        tests=(f"{LIMITS}::test_a_character_that_sqs_refuses_is_replaced",),
    ),
    Break(
        name="takes equal snapshots for different ones",
        file=MESSAGES,
        old="json.dumps(self.projection, sort_keys=True,",
        new="json.dumps(self.projection,",
        tests=(
            f"{WRITTEN}::test_equal_snapshots_have_equal_digests_whatever_the_order_of_their_keys",
        ),
    ),
    Break(
        name="takes different snapshots of one second for equal ones",
        file=MESSAGES,
        old="sha256(text.encode())",
        new='sha256(str(self.projection.get("updated_at")).encode())',
        tests=(WRITTEN,),
    ),
    Break(
        name="reads a message of another version as its own",
        file=MESSAGES,
        old='if (version := attributes.get("format")) != FORMAT_VERSION:',
        new='if (version := attributes.get("format")) is None:',
        tests=(f"{WRITTEN}::test_what_this_version_did_not_write_is_unreadable",),
    ),
)
