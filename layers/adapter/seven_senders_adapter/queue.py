"""The queue of order events and the queue of its dead letters, in SQS."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.messages import (
    Failure,
    OrderEvent,
    Outgoing,
    Received,
    dead_letter,
    event_message,
    received_from_sqs,
    redriven,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_MESSAGE_BYTES = 1_048_576
BATCH = 10
"""The most messages that SQS takes, or gives, in one call."""
MAX_HIDDEN_SECONDS = 43_200
MAX_WORKER_SECONDS = 900
RETENTION_SECONDS = 14 * 24 * 3600
EXPIRY_WARNING_AFTER = timedelta(seconds=RETENTION_SECONDS) - timedelta(days=3)
OUTLIVES_MESSAGES = timedelta(seconds=RETENTION_SECONDS) + timedelta(days=1)
"""How long what is noted of a message is kept: a day longer than SQS keeps the message."""

_GROUP = re.compile(r"[!-~]{1,128}")


class MessageTooLarge(Exception):
    """More than the 1 MiB that SQS takes, attributes included: how large it is."""


class GroupNotAllowed(Exception):
    """A message group that SQS does not take: how long it is."""


class Queue:
    """The main queue. Every call raises AwsUnavailable if SQS fails."""

    def __init__(self, *, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, event: OrderEvent) -> None:
        """Queue an order event. Raises MessageTooLarge or GroupNotAllowed."""
        _send(self._sqs, self._url, event_message(event))

    def send_back(self, message: Received) -> None:
        """Queue a dead letter once more. It stays among the dead letters."""
        _send(self._sqs, self._url, redriven(message))

    def ready(self) -> int:
        """About how many order events wait to be worked, without those that were put off."""
        with reaching("sqs GetQueueAttributes"):
            answer = self._sqs.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def hide(self, message: Received, seconds: int) -> None:
        """Let a message come back after so many seconds, or as late as may be.

        SQS counts its 12 h from the receipt, and a worker holds a message for 15 minutes at most.
        """
        longest = MAX_HIDDEN_SECONDS - MAX_WORKER_SECONDS
        with reaching("sqs ChangeMessageVisibility"):
            self._sqs.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=message.receipt,
                VisibilityTimeout=min(max(seconds, 0), longest),
            )


class ReconciliationQueue:
    """The queue of connections whose turn it is. Every call raises AwsUnavailable if SQS fails."""

    def __init__(self, *, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, connection: str) -> None:
        """Ask for a round of a connection. A connection's rounds are made one after another."""
        _send(self._sqs, self._url, Outgoing(group=connection, body=connection, attributes={}))


class DeadLetterQueue:
    """The queue of dead letters. Every call raises AwsUnavailable if SQS fails."""

    def __init__(self, *, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def bury(self, message: Received, failure: Failure) -> None:
        """Put a message of the main queue here, readable or not. It stays where it was."""
        _send(self._sqs, self._url, dead_letter(message, failure))

    def receive(self, *, hidden_for: int) -> list[Received]:
        """Take up to ``BATCH`` dead letters, hidden from others for so many seconds."""
        with reaching("sqs ReceiveMessage"):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                VisibilityTimeout=min(hidden_for, MAX_HIDDEN_SECONDS),
                WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=[
                    "MessageGroupId",
                    "ApproximateReceiveCount",
                    "SentTimestamp",
                ],
            )
        return [received_from_sqs(message) for message in answer.get("Messages", [])]

    def release(self, messages: Sequence[Received]) -> None:
        """Let others have up to ``BATCH`` dead letters, those at least that are still ours."""
        with reaching("sqs ChangeMessageVisibilityBatch"):
            self._sqs.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(at), "ReceiptHandle": message.receipt, "VisibilityTimeout": 0}
                    for at, message in enumerate(messages)
                ],
            )

    def delete(self, message: Received) -> None:
        """Take a dead letter off its queue."""
        with reaching("sqs DeleteMessage"):
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)


def _send(sqs: "SQSClient", url: str, message: Outgoing) -> None:
    """Send with a de-duplication id of its own.

    A double send is harmless by the ledger; one that SQS swallows is not.
    """
    _check_group(message.group)
    _check_size(message)
    with reaching("sqs SendMessage"):
        sqs.send_message(
            QueueUrl=url,
            MessageBody=message.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in message.attributes.items()
            },
            MessageGroupId=message.group,
            MessageDeduplicationId=uuid4().hex,
        )


def _check_group(group: str) -> None:
    if not _GROUP.fullmatch(group):
        raise GroupNotAllowed(
            f"a message group of {len(group)} characters: SQS takes 1 to 128 letters, digits"
            " and punctuation marks of ASCII"
        )


def _check_size(message: Outgoing) -> None:
    size = len(message.body.encode()) + sum(
        len(name.encode()) + len("String") + len(value.encode())
        for name, value in message.attributes.items()
    )
    if size > MAX_MESSAGE_BYTES:
        raise MessageTooLarge(f"a message of {size} bytes: SQS takes {MAX_MESSAGE_BYTES}")
