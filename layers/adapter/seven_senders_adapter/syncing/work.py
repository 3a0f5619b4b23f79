"""One message in hand, and how it may have to stay."""

from dataclasses import dataclass

from seven_senders_adapter.connections.documents import SyncingDocument
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.messages import OrderEvent, Received
from seven_senders_adapter.syncing.brake_guard import BrakeGuard
from seven_senders_adapter.syncing.deadline import Deadline


class Wait(Exception):
    """The message stays in the queue, hidden for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"for {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A message that may be worked: what it says, by which settings, and its tries so far."""

    message: Received
    event: OrderEvent
    settings: SyncingDocument
    guard: BrakeGuard
    attempt: Attempt
    deadline: Deadline
