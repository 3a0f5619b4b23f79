"""Polls the queue as Lambda's event source mapping does, with several batches in flight."""

import logging
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import TYPE_CHECKING

from seven_senders_local import sqs_event
from seven_senders_local.workers import FunctionFailed, Stopping

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    type Batch = Sequence[MessageTypeDef]

logger = logging.getLogger(__name__)

_WAIT_SECONDS = 1


class Poller:
    """Hands batches of at most ``batch_size`` messages to the function, ``workers`` at a time.

    The queue locks a message group while one of its messages is hidden, so no two batches have
    one group. If the function fails, its batch is hidden for ``pause`` seconds.
    """

    def __init__(
        self,
        *,
        sqs: "SQSClient",
        queue_url: str,
        invoke: Callable[[object], object],
        batch_size: int,
        workers: int,
        pause: int,
    ) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        self._queue_arn = attributes["Attributes"]["QueueArn"]
        self._invoke = invoke
        self._batch_size = batch_size
        self._workers = workers
        self._pause = pause
        self._batches: list[Batch] = []
        self._found_nothing = False
        self._stopping = False
        self._changed = Condition()
        self._thread = Thread(target=self._poll, name="poller")

    def start(self) -> None:
        """Start polling."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more messages."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def wait_until_stopped(self) -> None:
        """Wait for the batches that run."""
        if self._thread.is_alive():
            self._thread.join()
        with self._changed:
            self._changed.wait_for(lambda: not self._batches)

    def in_work(self) -> int:
        """How many messages the function has now."""
        with self._changed:
            return len({m["MessageId"] for batch in self._batches for m in batch})

    def is_held_up(self) -> bool:
        """Whether no message that the queue still shows can be had: hidden ones lock them."""
        with self._changed:
            return self._found_nothing and not self._batches

    def _poll(self) -> None:
        while self._wait_for_a_free_worker():
            batch = self._receive()
            with self._changed:
                self._found_nothing = not batch
                if batch:
                    self._batches.append(batch)
            if batch:
                Thread(target=self._work, args=(batch,), name="batch").start()

    def _wait_for_a_free_worker(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or len(self._batches) < self._workers)
            return not self._stopping

    def _receive(self) -> "Batch":
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=self._batch_size,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def _work(self, batch: "Batch") -> None:
        try:
            self._settle(batch)
        finally:
            with self._changed:
                self._batches.remove(batch)
                self._changed.notify_all()

    def _settle(self, batch: "Batch") -> None:
        region = self._sqs.meta.region_name
        try:
            answer = self._invoke(
                sqs_event.to_event(batch, queue_arn=self._queue_arn, region=region)
            )
        except FunctionFailed as error:
            if not isinstance(error, Stopping):
                logger.warning("%s", error)
            self._hide(batch)
        else:
            failed = sqs_event.failed_ids(answer, [m["MessageId"] for m in batch])
            self._delete([m for m in batch if m["MessageId"] not in failed])

    def _hide(self, batch: "Batch") -> None:
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

    def _delete(self, batch: "Batch") -> None:
        if batch:
            self._sqs.delete_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(batch)
                ],
            )
