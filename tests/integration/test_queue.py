"""The queue and its dead letters against moto's SQS."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from seven_senders_adapter import aws
from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.queue import Failure, OrderEvent, Queue, Received, received_from_sqs

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


def made(sqs: "SQSClient", name: str) -> str:
    return sqs.create_queue(
        QueueName=f"{name}.fifo",
        Attributes={
            "FifoQueue": "true",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        },
    )["QueueUrl"]


@pytest.fixture
def url(sqs: "SQSClient") -> str:
    return made(sqs, "main")


@pytest.fixture
def queue(sqs: "SQSClient", url: str) -> Queue:
    return Queue(sqs=sqs, url=url, dead_letter_url=made(sqs, "dead"))


def waiting(sqs: "SQSClient", url: str) -> list[Received]:
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=60,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )
    return [received_from_sqs(message) for message in answer.get("Messages", [])]


def test_an_event_arrives_as_it_was_sent(sqs: "SQSClient", url: str, queue: Queue) -> None:
    queue.send(EVENT)
    (message,) = waiting(sqs, url)
    assert message.event() == EVENT
    assert message.group == "acme/820982911946154508"
    assert message.receives == 1
    assert message.sent_at.tzinfo is UTC


def test_the_same_event_twice_arrives_twice(sqs: "SQSClient", url: str, queue: Queue) -> None:
    queue.send(EVENT)
    queue.send(EVENT)
    assert [message.event() for message in waiting(sqs, url)] == [EVENT, EVENT]


def test_a_dead_letter_keeps_its_event_and_has_its_failure(
    sqs: "SQSClient", url: str, queue: Queue
) -> None:
    queue.send(EVENT)
    (message,) = waiting(sqs, url)
    queue.bury(message, FAILURE)
    (dead,) = queue.receive_dead(hidden_for=60)
    assert dead.event() == EVENT
    assert dead.failure() == FAILURE
    assert dead.group == EVENT.group


def test_an_event_that_was_never_queued_can_be_a_dead_letter(queue: Queue) -> None:
    queue.send_dead(EVENT, FAILURE)
    (dead,) = queue.receive_dead(hidden_for=60)
    assert (dead.event(), dead.failure()) == (EVENT, FAILURE)


def test_a_dead_letter_goes_back_and_there_again_within_a_minute(
    sqs: "SQSClient", url: str, queue: Queue
) -> None:
    queue.send_dead(EVENT, FAILURE)
    for _ in range(3):
        (dead,) = queue.receive_dead(hidden_for=60)
        queue.revive(dead)
        queue.delete_dead(dead)
        (message,) = waiting(sqs, url)
        assert message.event().redriven
        assert message.failure() is None
        queue.bury(message, FAILURE)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message.receipt)


def test_a_message_that_nobody_can_read_is_buried_as_it_is(
    sqs: "SQSClient", url: str, queue: Queue
) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="?", MessageGroupId="g", MessageDeduplicationId="d")
    (message,) = waiting(sqs, url)
    queue.bury(message, FAILURE)
    (dead,) = queue.receive_dead(hidden_for=60)
    assert (dead.raw, dead.group, dead.failure()) == ("?", "g", FAILURE)


def test_a_hidden_message_comes_back_when_its_time_is_over(
    sqs: "SQSClient", url: str, queue: Queue
) -> None:
    queue.send(EVENT)
    (message,) = waiting(sqs, url)
    assert waiting(sqs, url) == []
    queue.hide(message, 0)
    (again,) = waiting(sqs, url)
    assert again.receives == 2


def test_an_sqs_that_fails_is_told_with_the_call_and_its_code(
    sqs: "SQSClient", url: str, queue: Queue
) -> None:
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(AwsUnavailable, match=r"sqs SendMessage: .*NonExistentQueue"):
        queue.send(EVENT)
