"""The queue and its dead letters against moto's SQS."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from seven_senders_adapter import aws
from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.messages import Failure, OrderEvent
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from tests.integration.fifo import create_fifo, held, received, shown, wait_until

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

NOON = datetime(2026, 3, 28, 12, 0, 0, 120000, tzinfo=UTC)
EVENT = OrderEvent(
    connection="acme",
    platform="shopify",
    order="820982911946154508",
    topic="orders/paid",
    delivery_id="b54557e4",
    received_at=NOON,
    projection={"number": "#1001", "tags": ["Grün"]},
)
UNREADABLE = replace(EVENT, projection={}, unreadable="lacks name, created_at")
FAILURE = Failure(
    letter="m-1",
    reason="failed_for_a_day",
    detail="Zeitüberschreitung",
    status=503,
    first_try=NOON,
    last_try=NOON,
    brakes=("api/x",),
)


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator["SQSClient"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield boto3.client("sqs", region_name="eu-central-1", config=aws.CONFIG)


@pytest.fixture
def url(sqs: "SQSClient") -> str:
    return create_fifo(sqs, "main")


@pytest.fixture
def queue(sqs: "SQSClient", url: str) -> Queue:
    return Queue(sqs=sqs, url=url)


@pytest.fixture
def dead_letter_url(sqs: "SQSClient") -> str:
    return create_fifo(sqs, "dead")


@pytest.fixture
def dead_letters(sqs: "SQSClient", dead_letter_url: str) -> DeadLetterQueue:
    return DeadLetterQueue(sqs=sqs, url=dead_letter_url)


def test_an_event_arrives_as_it_was_sent(sqs: "SQSClient", url: str, queue: Queue) -> None:
    queue.send(EVENT)
    (message,) = received(sqs, url)
    assert message.event() == EVENT
    assert message.group == "acme/820982911946154508"
    assert message.receives == 1
    assert message.sent_at.tzinfo is UTC


def test_the_same_event_twice_arrives_twice(sqs: "SQSClient", url: str, queue: Queue) -> None:
    queue.send(EVENT)
    queue.send(EVENT)
    assert [message.event() for message in received(sqs, url, 2)] == [EVENT, EVENT]


def test_a_dead_letter_keeps_its_event_and_has_its_failure(
    sqs: "SQSClient", url: str, queue: Queue, dead_letters: DeadLetterQueue
) -> None:
    queue.send(EVENT)
    (message,) = received(sqs, url)
    dead_letters.bury(message, FAILURE)
    (dead,) = dead_letters.receive(hidden_for=60)
    assert dead.event() == EVENT
    assert dead.failure() == FAILURE
    assert dead.group == FAILURE.letter
    assert held(sqs, url) == 1


@pytest.mark.parametrize(
    "event",
    [pytest.param(EVENT, id="an order"), pytest.param(UNREADABLE, id="one that can't be read")],
)
def test_a_dead_letter_goes_back_and_there_again_within_a_minute(
    sqs: "SQSClient", url: str, queue: Queue, dead_letters: DeadLetterQueue, event: OrderEvent
) -> None:
    queue.send(event)
    (message,) = received(sqs, url)
    for _ in range(3):
        dead_letters.bury(message, FAILURE)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message.receipt)
        (dead,) = dead_letters.receive(hidden_for=60)
        queue.send_back(dead)
        dead_letters.delete(dead)
        (message,) = received(sqs, url)
        assert message.event() == replace(event, redriven=True)
        assert message.failure() is None


def test_a_dead_letter_that_is_released_can_be_received_again(
    sqs: "SQSClient", dead_letter_url: str, queue: Queue, url: str, dead_letters: DeadLetterQueue
) -> None:
    queue.send(EVENT)
    (message,) = received(sqs, url)
    dead_letters.bury(message, FAILURE)
    (dead,) = dead_letters.receive(hidden_for=60)
    assert shown(sqs, dead_letter_url) == 0
    dead_letters.release([dead])
    wait_until(lambda: shown(sqs, dead_letter_url) == 1)


def test_a_message_that_nobody_can_read_is_buried_as_it_is(
    sqs: "SQSClient", url: str, dead_letters: DeadLetterQueue
) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="?", MessageGroupId="g", MessageDeduplicationId="d")
    (message,) = received(sqs, url)
    dead_letters.bury(message, FAILURE)
    (dead,) = dead_letters.receive(hidden_for=60)
    assert (dead.raw, dead.group, dead.failure()) == ("?", FAILURE.letter, FAILURE)


def test_a_hidden_message_comes_back_when_its_time_is_over(
    sqs: "SQSClient", url: str, queue: Queue
) -> None:
    queue.send(EVENT)
    (message,) = received(sqs, url)
    assert shown(sqs, url) == 0
    queue.hide(message, 0)
    (again,) = received(sqs, url)
    assert again.receives == 2


def test_an_sqs_that_fails_is_told_with_the_call_and_its_code(
    sqs: "SQSClient", url: str, queue: Queue
) -> None:
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(AwsUnavailable, match=r"sqs SendMessage: .*NonExistentQueue"):
        queue.send(EVENT)
