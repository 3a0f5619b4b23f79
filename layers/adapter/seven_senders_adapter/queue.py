"""The queue of order events, its dead letters, and what their messages look like."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import uuid4

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.clock import from_text, to_text

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef, MessageTypeDef

FORMAT_VERSION = "1"
MAX_MESSAGE_BYTES = 1_048_576
MAX_HIDDEN_SECONDS = 43_200
MAX_WORKER_SECONDS = 900
RETENTION_SECONDS = 14 * 24 * 3600
EXPIRY_WARNING_AFTER = timedelta(seconds=RETENTION_SECONDS) - timedelta(days=3)

LASTING = (
    "format",
    "connection",
    "platform",
    "order",
    "topic",
    "delivery_id",
    "received_at",
    "unreadable",
)
"""The attributes that a message keeps on its way through the queues; SQS takes ten in all."""

_GROUP = re.compile(r"[!-~]{1,128}")
_NOT_IN_SQS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnreadableMessage(Exception):
    """A message that this version did not write: what of it can't be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """One order event on its way. ``projection`` holds no personal data.

    ``unreadable`` says why the order can't be read, if it can't: then it is only buried.
    ``redriven``: returned from the dead letters, so steps that were refused are tried again.
    """

    connection: str
    platform: str
    order: str
    topic: str
    delivery_id: str
    received_at: datetime
    projection: dict[str, object]
    unreadable: str = ""
    redriven: bool = False

    @property
    def digest(self) -> str:
        """Equal for equal snapshots."""
        text = json.dumps(self.projection, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()[:16]

    @property
    def is_deletion(self) -> bool:
        """Whether the shop has deleted the order: nothing but its id passed."""
        return set(self.projection) == {"id"}

    @property
    def group(self) -> str:
        """The message group: one per connection and order."""
        return f"{self.connection}/{self.order}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a message is a dead letter; never holds personal data.

    ``letter`` is the id of the message that failed, under which the ledger lists it.
    ``brakes`` are the brakes that its connection obeys.
    """

    letter: str
    reason: str
    detail: str = ""
    status: int | None = None
    first_try: datetime
    last_try: datetime
    brakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as a consumer has it. ``raw`` is the body, ``attributes`` its text attributes."""

    message_id: str
    receipt: str
    group: str
    receives: int
    sent_at: datetime
    attributes: Mapping[str, str]
    raw: str

    def event(self) -> OrderEvent:
        """Read the order event. Raises UnreadableMessage."""
        attributes = self.attributes
        if (version := attributes.get("format")) != FORMAT_VERSION:
            raise UnreadableMessage(f"format is {version!r}, expected {FORMAT_VERSION!r}")
        try:
            projection = json.loads(self.raw)
            if not isinstance(projection, dict):
                raise TypeError("the body is not an object")
            return OrderEvent(
                connection=attributes["connection"],
                platform=attributes["platform"],
                order=attributes["order"],
                topic=attributes["topic"],
                delivery_id=attributes.get("delivery_id", ""),
                received_at=from_text(attributes["received_at"]),
                projection=projection,
                unreadable=attributes.get("unreadable", ""),
                redriven="redriven" in attributes,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableMessage(f"{type(error).__name__} in the message") from error

    def failure(self) -> Failure | None:
        """Why a dead letter is one; ``None`` if SQS moved it. Raises UnreadableMessage."""
        if (text := self.attributes.get("failure")) is None:
            return None
        try:
            read = json.loads(text)
            return Failure(
                letter=read["letter"],
                reason=read["reason"],
                detail=read["detail"],
                status=read["status"],
                first_try=from_text(read["first_try"]),
                last_try=from_text(read["last_try"]),
                brakes=tuple(read["brakes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableMessage(f"{type(error).__name__} in the failure") from error


class MessageTooLarge(Exception):
    """More than the 1 MiB that SQS takes, attributes included: how large it is."""


class GroupNotAllowed(Exception):
    """A message group that SQS does not take: how long it is."""


class Queue:
    """The main queue and its dead letters. Every call raises AwsUnavailable if SQS fails.

    Each send has a random de-duplication id: a double send is harmless by the ledger, one that
    SQS swallows is not.
    """

    def __init__(self, *, sqs: "SQSClient", url: str, dead_letter_url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letter_url = dead_letter_url

    def send(self, event: OrderEvent) -> None:
        """Queue an order event. Raises MessageTooLarge or GroupNotAllowed."""
        self._send(self._url, event.group, _body(event), _attributes(event))

    def bury(self, message: Received, failure: Failure) -> None:
        """Put a received message to the dead letters, readable or not. It stays where it was."""
        attributes = _lasting(message) | {"failure": _to_json(failure)}
        self._send(self._dead_letter_url, message.group, message.raw, attributes)

    def hide(self, message: Received, seconds: int) -> None:
        """Let a message of the main queue come back after so many seconds, or as late as may be.

        SQS counts its 12 h from the receipt, and a worker holds a message for 15 minutes at most.
        """
        longest = MAX_HIDDEN_SECONDS - MAX_WORKER_SECONDS
        with reaching("sqs ChangeMessageVisibility"):
            self._sqs.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=message.receipt,
                VisibilityTimeout=min(max(seconds, 0), longest),
            )

    def receive_dead(self, *, hidden_for: int) -> list[Received]:
        """Take up to ten dead letters, hidden from others for so many seconds."""
        with reaching("sqs ReceiveMessage"):
            answer = self._sqs.receive_message(
                QueueUrl=self._dead_letter_url,
                MaxNumberOfMessages=10,
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

    def release_dead(self, message: Received) -> None:
        """Let others have a dead letter that is left where it is."""
        with reaching("sqs ChangeMessageVisibility"):
            self._sqs.change_message_visibility(
                QueueUrl=self._dead_letter_url, ReceiptHandle=message.receipt, VisibilityTimeout=0
            )

    def revive(self, message: Received) -> None:
        """Send a dead letter to the main queue once more. It stays where it was."""
        attributes = _lasting(message) | {"redriven": "1"}
        self._send(self._url, message.group, message.raw, attributes)

    def delete_dead(self, message: Received) -> None:
        """Take a dead letter off its queue."""
        with reaching("sqs DeleteMessage"):
            self._sqs.delete_message(QueueUrl=self._dead_letter_url, ReceiptHandle=message.receipt)

    def _send(self, url: str, group: str, body: str, attributes: Mapping[str, str]) -> None:
        _check_group(group)
        _check_size(body, attributes)
        with reaching("sqs SendMessage"):
            self._sqs.send_message(
                QueueUrl=url,
                MessageBody=body,
                MessageAttributes={key: _text(value) for key, value in attributes.items()},
                MessageGroupId=group,
                MessageDeduplicationId=uuid4().hex,
            )


def received_from_lambda(record: Mapping[str, Any]) -> Received:
    """Read one of the ``Records`` of the event that an SQS mapping hands to a function."""
    return Received(
        message_id=record["messageId"],
        receipt=record["receiptHandle"],
        raw=record["body"],
        attributes={
            name: attribute["stringValue"]
            for name, attribute in record["messageAttributes"].items()
            if "stringValue" in attribute
        },
        **_system(record["attributes"]),
    )


def received_from_sqs(message: "MessageTypeDef") -> Received:
    """Read a message of ReceiveMessage's answer."""
    return Received(
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        raw=message["Body"],
        attributes={
            name: attribute["StringValue"]
            for name, attribute in message.get("MessageAttributes", {}).items()
            if "StringValue" in attribute
        },
        **_system(message["Attributes"]),
    )


class _System(TypedDict):
    group: str
    receives: int
    sent_at: datetime


def _system(attributes: Mapping[Any, str]) -> _System:
    return {
        "group": attributes["MessageGroupId"],
        "receives": int(attributes["ApproximateReceiveCount"]),
        "sent_at": datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
    }


def _body(event: OrderEvent) -> str:
    text = json.dumps(event.projection, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _NOT_IN_SQS.sub("\N{REPLACEMENT CHARACTER}", text)


def _attributes(event: OrderEvent) -> dict[str, str]:
    attributes = {
        "format": FORMAT_VERSION,
        "connection": event.connection,
        "platform": event.platform,
        "order": event.order,
        "topic": event.topic,
        "delivery_id": event.delivery_id,
        "received_at": to_text(event.received_at),
        "unreadable": event.unreadable,
        "redriven": "1" if event.redriven else "",
    }
    return {name: value for name, value in attributes.items() if value}


def _lasting(message: Received) -> dict[str, str]:
    return {name: message.attributes[name] for name in LASTING if name in message.attributes}


def _text(value: str) -> "MessageAttributeValueTypeDef":
    return {"DataType": "String", "StringValue": value}


def _to_json(failure: Failure) -> str:
    return json.dumps(asdict(failure), default=to_text, separators=(",", ":"))


def _check_group(group: str) -> None:
    if not _GROUP.fullmatch(group):
        raise GroupNotAllowed(
            f"a message group of {len(group)} characters: SQS takes 1 to 128 letters, digits"
            " and punctuation marks of ASCII"
        )


def _check_size(body: str, attributes: Mapping[str, str]) -> None:
    size = len(body.encode()) + sum(
        len(name.encode()) + len("String") + len(value.encode())
        for name, value in attributes.items()
    )
    if size > MAX_MESSAGE_BYTES:
        raise MessageTooLarge(f"a message of {size} bytes: SQS takes {MAX_MESSAGE_BYTES}")
