"""A queue that feeds a function, as Lambda's event source mapping does it, batch by batch."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from seven_senders_local import sqs_event
from seven_senders_local.workers import FunctionFailed

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

type Batch = Sequence[MessageTypeDef]
"""Messages that the function gets at once."""


class SourceMapping:
    """Takes batches of at most ``batch_size`` messages and has the function work them.

    If the function fails, its batch is hidden for ``pause`` seconds.
    """

    def __init__(
        self,
        *,
        sqs: "SQSClient",
        queue_url: str,
        invoke: Callable[[object], object],
        batch_size: int,
        pause: int,
    ) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        self._queue_arn = attributes["Attributes"]["QueueArn"]
        self._invoke = invoke
        self._batch_size = batch_size
        self._pause = pause

    def take(self, *, wait_seconds: int) -> Batch:
        """The next batch, for which it waits so long; empty if there is none."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=self._batch_size,
            WaitTimeSeconds=wait_seconds,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def work(self, batch: Batch) -> object:
        """Have the function work a batch, and delete what it did; its answer.

        Raises FunctionFailed.
        """
        region = self._sqs.meta.region_name
        try:
            answer = self._invoke(
                sqs_event.to_event(batch, queue_arn=self._queue_arn, region=region)
            )
        except FunctionFailed:
            self._hide(batch)
            raise
        failed = sqs_event.failed_ids(answer, [m["MessageId"] for m in batch])
        self._delete([m for m in batch if m["MessageId"] not in failed])
        return answer

    def work_all(self) -> Iterator[object]:
        """Work one batch after another until none is left; the answers. Raises FunctionFailed."""
        while batch := self.take(wait_seconds=0):
            yield self.work(batch)

    def _hide(self, batch: Batch) -> None:
        self._sqs.change_message_visibility_batch(
            QueueUrl=self._queue_url,
            Entries=[
                {
                    "Id": str(number),
                    "ReceiptHandle": message["ReceiptHandle"],
                    "VisibilityTimeout": self._pause,
                }
                for number, message in enumerate(batch)
            ],
        )

    def _delete(self, batch: Batch) -> None:
        if batch:
            self._sqs.delete_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(batch)
                ],
            )
