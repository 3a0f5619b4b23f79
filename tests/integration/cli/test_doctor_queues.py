"""What the doctor finds of the queues, in the emulator and in what they hold."""

from datetime import UTC, datetime, timedelta

import pytest

from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import Failure, OrderEvent
from seven_senders_cli.doctor import queues
from tests.integration.cli.conftest import CommandLine

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def letter(reason: str, *, days_ago: float = 0) -> DeadLetter:
    at = NOON - timedelta(days=days_ago)
    failure = Failure(letter="m", reason=reason, first_try=at, last_try=at)
    return DeadLetter(connection="shop", order="1", topic="orders/create", failure=failure)


@pytest.mark.parametrize(
    ("counted", "age", "level", "says"),
    [
        ((0, 0, 0), None, "green", "0 events wait, 0 in flight or put off, 0 delayed"),
        ((5, 2, 1), timedelta(minutes=59), "green", "the oldest is 59 min old"),
        ((5, 2, 1), timedelta(hours=1), "amber", "the oldest is 60 min old"),
        ((5, 2, 1), timedelta(days=2), "amber", "the oldest is 2 days old"),
        ((5, 2, 1), timedelta(days=11), "red", "the oldest is 11 days old"),
        ((30_000, 29_999, 0), None, "green", "30000 events wait"),
        ((30_000, 30_000, 0), None, "red", "30000 events wait, 30000 in flight"),
    ],
)
def test_the_queue_is_judged_by_its_oldest_message_and_its_depth(
    counted: tuple[int, int, int], age: timedelta | None, level: str, says: str
) -> None:
    [found] = queues.judge_events(counted, age)
    assert found.level == level
    assert says in found.what
    assert bool(found.mend) == (level != "green")


@pytest.mark.parametrize(
    ("letters", "counted", "expected"),
    [
        ([], 0, [("green", "none")]),
        ([], 2, [("amber", "about 2 that are not listed")]),
        ([letter("state_refused")], 1, [("amber", "1 state_refused")]),
        (
            [letter("state_refused"), letter("order_refused"), letter("state_refused")],
            3,
            [("amber", "2 state_refused, 1 order_refused")],
        ),
        (
            [letter("state_refused"), letter("order_refused", days_ago=11)],
            2,
            [("red", "1 state_refused, 1 order_refused; the oldest is 11 days old")],
        ),
        (
            [letter("state_refused")],
            3,
            [("amber", "1 state_refused"), ("amber", "about 2 that are not listed")],
        ),
        ([letter("state_refused")], 0, [("amber", "1 state_refused")]),
    ],
    ids=[
        "none",
        "some that SQS moved by itself",
        "one",
        "several by reason",
        "one that is near its end",
        "some that are not listed yet",
        "one that SQS does not count yet",
    ],
)
def test_dead_letters_are_told_by_reason_and_before_their_end(
    letters: list[DeadLetter], counted: int, expected: list[tuple[str, str]]
) -> None:
    found = queues.judge_letters(letters, (counted, 0, 0), NOON)
    assert [(one.level, one.what) for one in found] == expected


def test_the_messages_of_a_queue_are_counted(command: CommandLine) -> None:
    stack = command.stack
    url = stack.output("OrderEventsQueueUrl")
    before, _, _ = queues.count(stack.sqs, url)
    event = OrderEvent(
        connection="shop",
        platform="shopify",
        order="1",
        topic="orders/create",
        delivery_id="",
        received_at=NOON,
        projection={"id": "1"},
    )
    stack.queue.send(event)
    assert queues.count(stack.sqs, url) == (before + 1, 0, 0)
    stack.sqs.receive_message(QueueUrl=url)
    assert queues.count(stack.sqs, url) == (before, 1, 0)
    stack.sqs.purge_queue(QueueUrl=url)
