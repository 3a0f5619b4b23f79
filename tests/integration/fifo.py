"""FIFO queues of moto, which may show a message a moment after it was sent or released."""

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import TYPE_CHECKING

from seven_senders_adapter.messages import Received, received_from_sqs

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

PATIENCE_SECONDS = 10


def create_fifo(
    sqs: "SQSClient", name: str, more: "Mapping[QueueAttributeNameType, str] | None" = None
) -> str:
    """Create a queue as the template sets it up; its URL."""
    return sqs.create_queue(
        QueueName=f"{name}.fifo",
        Attributes={
            "FifoQueue": "true",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
            **(more or {}),
        },
    )["QueueUrl"]


def received(
    sqs: "SQSClient", url: str, count: int = 1, *, hidden_for: int = 60, most: int = 10
) -> list[Received]:
    """Receive so many messages, up to ``most`` with each call."""
    messages: list[Received] = []

    def has_enough() -> bool:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=most,
            VisibilityTimeout=hidden_for,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        messages.extend(received_from_sqs(message) for message in answer.get("Messages", []))
        return len(messages) >= count

    wait_until(has_enough)
    return messages


def shown(sqs: "SQSClient", url: str) -> int:
    """How many messages can be received."""
    return _number(sqs, url, "ApproximateNumberOfMessages")


def held(sqs: "SQSClient", url: str) -> int:
    """How many messages are in a queue, those included that are hidden."""
    return shown(sqs, url) + _number(sqs, url, "ApproximateNumberOfMessagesNotVisible")


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that is about to become true."""
    end = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < end, "it does not become true"
        sleep(0.005)


def _number(sqs: "SQSClient", url: str, name: "QueueAttributeNameType") -> int:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return int(answer["Attributes"][name])
