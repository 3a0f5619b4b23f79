"""The queue of order events, its dead letters, and what their messages look like."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.clock import from_text, to_text

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

FORMAT_VERSION = "1"
MAX_MESSAGE_BYTES = 1_048_576
MAX_GROUP_CHARACTERS = 128
MAX_HIDDEN_SECONDS = 43_200
RETENTION_SECONDS = 14 * 24 * 3600


class UnreadableMessage(Exception):
    """A message that this version did not write: what of it can't be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """One order event on its way. ``projection`` holds no personal data.

    ``redriven``: returned from the dead letters, so steps that were refused are tried again.
    """

    connection: str
    platform: str
    order: str
    topic: str
    delivery_id: str
    received_at: datetime
    projection: dict[str, object]
    redriven: bool = False

    @property
    def digest(self) -> str:
        """Equal for equal snapshots."""
        text = json.dumps(self.projection, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()[:16]

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
                redriven="redriven" in attributes,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableMessage(f"{type(error).__name__} in the message") from error
