"""A batch of the queue's messages, with each order's messages one after another."""

from collections.abc import Callable, Iterable

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.queue import Queue, Received
from seven_senders_adapter.syncing.deadline import Deadline, OutOfTime
from seven_senders_adapter.syncing.order_sync import Wait
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.telemetry import Telemetry

HAND_BACK = 0


def sync_batch(
    messages: Iterable[Received],
    *,
    work: Callable[[Received, Deadline], None],
    queue: Queue,
    pace: Pace,
    deadline: Deadline,
    telemetry: Telemetry,
) -> list[str]:
    """Work the messages in turn; the ids of those that stay in the queue.

    After one that stays, the later ones of the same order stay as long. Near the Lambda's
    time-out the rest is handed back at once.
    """
    staying: list[str] = []
    waiting: dict[str, int] = {}
    out_of_time = False
    for message in messages:
        if message.group not in waiting and not out_of_time:
            try:
                work(message, deadline)
                continue
            except Wait as wait:
                waiting[message.group] = wait.seconds
            except OutOfTime:
                out_of_time = True
            except Exception as error:  # noqa: BLE001 - a bug must not hold up the others
                telemetry.bug("a message can't be worked", error=error)
                waiting[message.group] = pace.back_off(message.receives, None)
        _hide(queue, message, waiting.get(message.group, HAND_BACK), telemetry)
        staying.append(message.message_id)
    return staying


def _hide(queue: Queue, message: Received, seconds: int, telemetry: Telemetry) -> None:
    try:
        queue.hide(message, seconds)
    except AwsUnavailable as error:
        telemetry.warn("the event comes back after the queue's own time-out", error=str(error))
