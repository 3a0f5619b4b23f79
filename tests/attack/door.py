"""The receiver as Lambda has it: from an event of API Gateway to a message that SQS takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.receiving import Receiver, Request
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.telemetry import Telemetry
from tests.played.clock import PlayedClock
from tests.played.ssm import MemorySsm
from tests.unit.receiving.deliveries import NOON, SECRET

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ANSWERS = frozenset({200, 400, 401, 404, 413, 503})
"""All that the receiver may answer."""

OTHER_SECRET = "whsec_other"
DOCUMENTS = {
    "acme": f'{{"platform":"shopify","webhook_secrets":["{SECRET}"]}}',
    "woo": f'{{"platform":"woocommerce","webhook_secrets":["{SECRET}"]}}',
    "other": f'{{"platform":"shopify","webhook_secrets":["{OTHER_SECRET}"]}}',
}

# What SQS takes (source: AWS's reference of SendMessage).
_TEXT = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_GROUP = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,./:;<=>?@\[\\\]^_`{|}~-]{1,128}")
_MAX_ATTRIBUTES = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that SQS took."""

    group: str
    body: str
    attributes: Mapping[str, str]


@dataclass
class StrictSqs:
    """Takes what SQS takes, and keeps it."""

    sent: list[Sent] = field(default_factory=list)

    def send_message(self, **call: Any) -> None:
        attributes = {
            name: value["StringValue"] for name, value in call["MessageAttributes"].items()
        }
        assert all(map(_TEXT.fullmatch, (call["MessageBody"], *attributes.values())))
        assert len(attributes) <= _MAX_ATTRIBUTES
        assert _GROUP.fullmatch(call["MessageGroupId"])
        self.sent.append(Sent(call["MessageGroupId"], call["MessageBody"], attributes))


class Door:
    """A receiver with all its real parts, over an SSM and an SQS that record."""

    def __init__(
        self,
        telemetry: Telemetry,
        *,
        documents: Mapping[str, str] = DOCUMENTS,
        clock: PlayedClock | None = None,
    ) -> None:
        self.ssm = MemorySsm({f"/path/{name}": text for name, text in documents.items()})
        self.sqs = StrictSqs()
        self.clock = clock or PlayedClock(0)
        self._telemetry = telemetry
        self._receiver = Receiver(
            connections=ReceivingConnections(
                ssm=self.ssm.client,
                path="/path",
                platforms=SHOPS,
                telemetry=telemetry,
                now=self.clock.now,
                pause=self.clock.sleep,
            ),
            shops=SHOPS,
            queue=Queue(sqs=cast("SQSClient", self.sqs), url="main"),
            now=lambda: NOON,
            telemetry=telemetry,
        )

    def answer(self, event: Mapping[str, object]) -> dict[str, object]:
        """What API Gateway gets for an event; as in the function, metrics are written after it."""
        try:
            return self._receiver.receive(Request.from_event(event)).for_gateway()
        finally:
            self._telemetry.flush()

    def status(self, event: Mapping[str, object]) -> int:
        """What the shop is answered."""
        return cast("int", self.answer(event)["statusCode"])
