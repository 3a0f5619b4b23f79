"""What travels through the queues: order events, why they failed, and how both are written."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypedDict

from seven_senders_adapter.clock import from_text, to_text

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

FORMAT_VERSION = "1"

RESYNC = "resync"
"""The topic of a message that no shop sends: a person wants the order compared and completed."""

RECONCILIATION = "reconciliation"
BACKFILL = "backfill"
VERIFICATION = "verification"
FOUND = frozenset({RECONCILIATION, BACKFILL, VERIFICATION})
"""The topics of orders that no webhook brought: they were found in the shop, and by what."""

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

# What SQS takes turned round: compiling what it takes would be a noticeable part of a cold start.
_NOT_IN_SQS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
    def is_resync(self) -> bool:
        """Whether it holds no order: its record is compared with what Seven Senders has."""
        return self.topic == RESYNC

    @property
    def is_webhook(self) -> bool:
        """Whether the shop sent it of its own accord."""
        return self.topic not in FOUND and not self.is_resync

    @property
    def group(self) -> str:
        """The message group: one per connection and order."""
        return f"{self.connection}/{self.order}"


def resync(
    *, connection: str, platform: str, order: str, request_id: str, now: datetime
) -> OrderEvent:
    """A person's wish to have an order compared; ``request_id`` is found again in its history."""
    return OrderEvent(
        connection=connection,
        platform=platform,
        order=order,
        topic=RESYNC,
        delivery_id=request_id,
        received_at=now,
        projection={},
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as it is sent: its group, its body, and its text attributes, none of them empty."""

    group: str
    body: str
    attributes: Mapping[str, str]


def event_message(event: OrderEvent) -> Outgoing:
    """An order event on its way to the main queue."""
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
    return Outgoing(
        group=event.group,
        body=_body(event.projection),
        attributes={name: value for name, value in attributes.items() if value},
    )


def dead_letter(message: Received, failure: Failure) -> Outgoing:
    """A received message, readable or not, on its way to the dead letters.

    Each has a group of its own: of a group that several share, ten at most can be looked at.
    """
    text = json.dumps(asdict(failure), default=to_text, separators=(",", ":"))
    return _copy(message, failure.letter, "failure", text)


def redriven(message: Received) -> Outgoing:
    """A dead letter on its way back to the main queue, to the group of its order."""
    names = [message.attributes.get(name) for name in ("connection", "order")]
    group = "/".join(name for name in names if name) or message.group
    return _copy(message, group, "redriven", "1")


def _copy(message: Received, group: str, name: str, value: str) -> Outgoing:
    lasting = {key: message.attributes[key] for key in LASTING if key in message.attributes}
    return Outgoing(group=group, body=message.raw, attributes={**lasting, name: value})


def _body(projection: Mapping[str, object]) -> str:
    text = json.dumps(projection, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _NOT_IN_SQS.sub("\N{REPLACEMENT CHARACTER}", text)


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
