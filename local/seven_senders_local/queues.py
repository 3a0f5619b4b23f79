"""What waits in the queue and in the dead letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.messages import Received, UnreadableMessage, received_from_sqs
from seven_senders_local.poller import Poller

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_LOOK_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages waiting to be worked, in a worker, waiting for a back-off or brake, and dead."""

    queued: int
    in_flight: int
    delayed: int
    dead: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter; what SQS itself moved has no reason. Times are ISO 8601 in UTC."""

    connection: str | None
    order: str | None
    topic: str | None
    reason: str | None
    detail: str
    status: int | None
    first_try: str
    last_try: str


class Queues:
    """The main queue and its dead letters, looked at from outside."""

    def __init__(self, *, sqs: "SQSClient", url: str, dead_letter_url: str, poller: Poller) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letter_url = dead_letter_url
        self._poller = poller

    def count(self) -> Counts:
        """Count the messages. The queue holds each until its work is done: none is missed."""
        dead = sum(self._shown_and_hidden(self._dead_letter_url))
        shown, hidden = self._shown_and_hidden(self._url)
        in_flight = min(self._poller.in_work(), hidden)
        held_up = shown if self._poller.is_held_up() else 0
        return Counts(
            queued=shown - held_up,
            in_flight=in_flight,
            delayed=hidden - in_flight + held_up,
            dead=dead,
        )

    def dead_letters(self) -> list[DeadLetter]:
        """List the dead letters; while it looks nobody else can have them."""
        messages = list(self._look())
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self._dead_letter_url,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=0,
            )
        return [_dead_letter(received_from_sqs(message)) for message in messages]

    def _look(self) -> "Iterator[MessageTypeDef]":
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self._dead_letter_url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_LOOK_SECONDS,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            if not (messages := answer.get("Messages")):
                return
            yield from messages

    def _shown_and_hidden(self, url: str) -> tuple[int, int]:
        answer = self._sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        counts = answer["Attributes"]
        return (
            int(counts["ApproximateNumberOfMessages"]),
            int(counts["ApproximateNumberOfMessagesNotVisible"]),
        )


def _dead_letter(message: Received) -> DeadLetter:
    try:
        failure = message.failure()
    except UnreadableMessage:
        failure = None
    sent_at = to_text(message.sent_at)
    return DeadLetter(
        connection=message.attributes.get("connection"),
        order=message.attributes.get("order"),
        topic=message.attributes.get("topic"),
        reason=failure.reason if failure else None,
        detail=failure.detail if failure else "",
        status=failure.status if failure else None,
        first_try=to_text(failure.first_try) if failure else sent_at,
        last_try=to_text(failure.last_try) if failure else sent_at,
    )
