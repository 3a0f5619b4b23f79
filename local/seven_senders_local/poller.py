"""Polls a queue as Lambda's event source mapping does, with several batches in flight."""

import logging
from threading import Condition, Thread

from seven_senders_local.source_mapping import Batch, SourceMapping
from seven_senders_local.workers import FunctionFailed, Stopping

logger = logging.getLogger(__name__)

_WAIT_SECONDS = 1


class Poller:
    """Has batches of a queue worked, ``workers`` at a time.

    The queue locks a message group while one of its messages is hidden, so no two batches have
    one group.
    """

    def __init__(self, mapping: SourceMapping, *, workers: int) -> None:
        self._mapping = mapping
        self._workers = workers
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
            batch = self._mapping.take(wait_seconds=_WAIT_SECONDS)
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

    def _work(self, batch: Batch) -> None:
        try:
            self._mapping.work(batch)
        except FunctionFailed as error:
            if not isinstance(error, Stopping):
                logger.warning("%s", error)
        finally:
            with self._changed:
                self._batches.remove(batch)
                self._changed.notify_all()
