"""FIFO queues in played time, under the names of boto3's client.

They keep what SQS promises and no more: the order within a group, a group that is locked while
one of its messages is in flight, visibility, the count of receives, de-duplication for five
minutes, and the end of a message after 14 days, which is an error here.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from tests.played.clock import PlayedClock

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

RETENTION_SECONDS = 14 * 24 * 3600
DEDUPLICATION_SECONDS = 300
MAX_MESSAGE_BYTES = 1_048_576
MAX_ATTRIBUTES = 10
BATCH = 10


@dataclass(slots=True)
class Message:
    """A message in a queue. ``visible_at`` and ``sent_at`` are epoch seconds."""

    id: str
    group: str
    body: str
    attributes: Mapping[str, Mapping[str, str]]
    sent_at: float
    visible_at: float
    receives: int = 0

    @property
    def receipt(self) -> str:
        """Good until the next receive."""
        return f"{self.id}/{self.receives}"

    def text(self, attribute: str) -> str:
        """A text attribute; empty if there is none."""
        return self.attributes.get(attribute, {}).get("StringValue", "")

    def as_received(self) -> Any:
        """As ReceiveMessage shows it."""
        return {
            "MessageId": self.id,
            "ReceiptHandle": self.receipt,
            "Body": self.body,
            "MessageAttributes": dict(self.attributes),
            "Attributes": {
                "MessageGroupId": self.group,
                "ApproximateReceiveCount": str(self.receives),
                "SentTimestamp": str(int(self.sent_at * 1000)),
            },
        }


@dataclass(slots=True)
class PlayedFifo:
    """One queue. Groups stand in a heap by the time at which their first message can be had."""

    clock: PlayedClock
    keeps_seconds: float = RETENTION_SECONDS
    sent: int = 0
    _groups: defaultdict[str, deque[Message]] = field(default_factory=lambda: defaultdict(deque))
    _messages: dict[str, Message] = field(default_factory=dict)
    _ready: list[tuple[float, int, str]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def messages(self) -> Sequence[Message]:
        """All messages, those in flight included."""
        return tuple(self._messages.values())

    def send(self, message: Message, deduplication: str) -> None:
        """Put a message at the end of its group, unless it is a repetition."""
        key = message.group, deduplication
        if self._seen.get(key, 0) > self.clock.seconds:
            return
        self._seen[key] = self.clock.seconds + DEDUPLICATION_SECONDS
        self._messages[message.id] = message
        self._groups[message.group].append(message)
        self.sent += 1
        self._queue(message.group)

    def next_at(self) -> float | None:
        """When the next message can be had; ``None`` if there is none."""
        while self._ready and self._ready[0][0] != self._unlocked_at(self._ready[0][2]):
            heappop(self._ready)
        return self._ready[0][0] if self._ready else None

    def receive(self, visibility_seconds: float, *, most: int = BATCH) -> list[Message]:
        """Up to ten messages, or as many as are asked for; whole groups first."""
        batch: list[Message] = []
        while len(batch) < most and (at := self.next_at()) is not None:
            if at > self.clock.seconds:
                break
            group = heappop(self._ready)[2]
            taken = list(self._groups[group])[: most - len(batch)]
            for message in taken:
                assert message.sent_at + self.keeps_seconds > self.clock.seconds, "it has expired"
                message.receives += 1
                message.visible_at = self.clock.seconds + visibility_seconds
            batch += taken
            self._queue(group)
        return batch

    def hide(self, receipt: str, seconds: float) -> None:
        """Change a message's visibility."""
        message = self._messages[receipt.partition("/")[0]]
        message.visible_at = self.clock.seconds + seconds
        self._queue(message.group)

    def delete(self, receipt: str) -> None:
        """Take a message off; nothing happens if it is gone."""
        message = self._messages.pop(receipt.partition("/")[0], None)
        if message is not None:
            self._groups[message.group].remove(message)
            self._queue(message.group)

    def visible(self) -> int:
        """How many messages are not in flight, those of locked groups included."""
        return sum(message.visible_at <= self.clock.seconds for message in self.messages)

    def _unlocked_at(self, group: str) -> float | None:
        messages = self._groups.get(group)
        if not messages:
            self._groups.pop(group, None)
            return None
        return max(message.visible_at for message in messages)

    def _queue(self, group: str) -> None:
        if (at := self._unlocked_at(group)) is not None:
            heappush(self._ready, (at, next(self._numbers), group))


class PlayedSqs:
    """What the adapter calls of boto3's client, with boto3's names for what is given.

    ``queues`` are those of the stack, by URL.
    """

    def __init__(self, clock: PlayedClock, queues: Mapping[str, PlayedFifo]) -> None:
        self._clock = clock
        self._queues = queues
        self._numbers = count(1)

    @property
    def client(self) -> "SQSClient":
        """As the adapter sees it."""
        return cast("SQSClient", self)

    def send_message(self, **given: Any) -> None:
        """Queue a message."""
        assert len(given["MessageBody"].encode()) <= MAX_MESSAGE_BYTES
        assert len(given["MessageAttributes"]) <= MAX_ATTRIBUTES
        now = self._clock.seconds
        message = Message(
            id=f"message-{next(self._numbers)}",
            group=given["MessageGroupId"],
            body=given["MessageBody"],
            attributes=given["MessageAttributes"],
            sent_at=now,
            visible_at=now,
        )
        self._queues[given["QueueUrl"]].send(message, given["MessageDeduplicationId"])

    def receive_message(self, **given: Any) -> dict[str, Any]:
        """Receive up to ten messages."""
        batch = self._queues[given["QueueUrl"]].receive(given["VisibilityTimeout"])
        return {"Messages": [message.as_received() for message in batch]}

    def get_queue_attributes(self, **given: Any) -> dict[str, Any]:
        """How many messages can be had now; of nothing else it is asked here."""
        assert given["AttributeNames"] == ["ApproximateNumberOfMessages"]
        visible = self._queues[given["QueueUrl"]].visible()
        return {"Attributes": {"ApproximateNumberOfMessages": str(visible)}}

    def change_message_visibility(self, **given: Any) -> None:
        """Hide a message, or show it."""
        self._queues[given["QueueUrl"]].hide(given["ReceiptHandle"], given["VisibilityTimeout"])

    def change_message_visibility_batch(self, **given: Any) -> None:
        """Hide up to ten messages, or show them; those that are gone are left out."""
        assert 0 < len(given["Entries"]) <= BATCH
        for entry in given["Entries"]:
            with suppress(KeyError):
                self.change_message_visibility(QueueUrl=given["QueueUrl"], **entry)

    def delete_message(self, **given: Any) -> None:
        """Take a message off its queue."""
        self._queues[given["QueueUrl"]].delete(given["ReceiptHandle"])
