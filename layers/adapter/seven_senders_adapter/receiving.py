"""A raw webhook request becomes an order event in the queue, and an answer."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.connections.rules import InvalidConnection, is_name
from seven_senders_adapter.messages import OrderEvent
from seven_senders_adapter.shops.shop import (
    Delivery,
    Kind,
    NotAnOrder,
    Projected,
    Shop,
    UnreadableOrder,
    project,
)

if TYPE_CHECKING:
    from seven_senders_adapter.clock import Clock
    from seven_senders_adapter.connections.receiving import (
        ReceivingConnection,
        ReceivingConnections,
    )
    from seven_senders_adapter.queue import Queue
    from seven_senders_adapter.telemetry import Telemetry

MAX_BODY_BYTES = 4_500_000
"""Raw. As base64 in Lambda's event, which ends at 6,291,456 bytes, it is a third more."""

MAX_DIGITS = 1000
"""Of an integer. Far more than any id has, and below 4,300, where Python refuses to read it."""

UNKNOWN_ORDER = "unreadable"
"""Stands for the id of an order that has none."""


class BodyTooLarge(Exception):
    """A body over ``MAX_BODY_BYTES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as API Gateway's HTTP API hands it over, header names in lower case."""

    connection: str
    headers: Mapping[str, str]
    body: str
    is_base64: bool

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Read an event of payload format 2.0; ``connection`` is a parameter of the path.

        What is missing or is no text counts as empty: no connection is called so, and nobody
        has signed it.
        """
        body = event.get("body")
        return cls(
            connection=_texts(event.get("pathParameters")).get("connection", ""),
            headers=_texts(event.get("headers")),
            body=body if isinstance(body, str) else "",
            is_base64=event.get("isBase64Encoded") is True,
        )

    def raw_body(self) -> bytes:
        """The body as the shop sent it. Raises BodyTooLarge, or ValueError if it is no base64."""
        if self.is_base64:
            raw = b64decode(self.body, validate=True)
        else:
            raw = self.body.encode("utf-8", "surrogatepass")
        if len(raw) > MAX_BODY_BYTES:
            raise BodyTooLarge
        return raw


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and a short text that explains nothing."""

    status: int
    text: str

    def for_gateway(self) -> dict[str, object]:
        """The answer in payload format 2.0."""
        return {
            "statusCode": self.status,
            "headers": {"content-type": "text/plain; charset=utf-8"},
            "body": self.text,
        }


OK = Answer(200, "ok")
MALFORMED = Answer(400, "bad request")
UNAUTHORIZED = Answer(401, "unauthorized")
UNKNOWN = Answer(404, "not found")
TOO_LARGE = Answer(413, "too large")
TRY_LATER = Answer(503, "try again later")


class Receiver:
    """Verifies deliveries and queues what is of use.

    What costs least comes first: the name, the connection from memory, the size, and only then
    the signature. Nothing is parsed before it is authentic. What is authentic gets 200, unless
    SQS does not take it. A connection whose document is broken gets 503, because the delivery
    can neither be verified nor be given up: a shop that tries again loses nothing.
    """

    def __init__(
        self,
        *,
        connections: "ReceivingConnections",
        shops: Mapping[str, Shop],
        queue: "Queue",
        now: "Clock",
        telemetry: "Telemetry",
    ) -> None:
        self._connections = connections
        self._shops = shops
        self._queue = queue
        self._now = now
        self._telemetry = telemetry

    def receive(self, request: Request) -> Answer:
        """Answer a request; a 200 only after SQS has taken what is to be kept of it."""
        name = request.connection
        try:
            connection = self._connections.get(name) if is_name(name) else None
        except InvalidConnection:
            return self._refuse(TRY_LATER, "broken_connection")
        except AwsUnavailable:
            return self._refuse(TRY_LATER, "connections_unavailable")
        if connection is None:
            return self._refuse(UNKNOWN, "unknown_connection")
        with self._telemetry.about(connection=name):
            return self._verify(request, connection)

    def _verify(self, request: Request, connection: "ReceivingConnection") -> Answer:
        shop = self._shops[connection.platform]
        try:
            body = request.raw_body()
        except BodyTooLarge:
            return self._refuse(TOO_LARGE, "too_large")
        except ValueError:
            return self._refuse(MALFORMED, "malformed_base64")
        if shop.is_ping(request.headers, body):
            return OK
        if not shop.is_authentic(request.headers, body, connection.secrets_at(self._now())):
            return self._refuse(UNAUTHORIZED, "wrong_signature")
        return self._sort(request, connection, body)

    def _sort(self, request: Request, connection: "ReceivingConnection", body: bytes) -> Answer:
        shop = self._shops[connection.platform]
        delivery = shop.recognise(request.headers)
        expected = connection.shop_domain
        if expected and delivery.source != expected.lower():
            return self._skip("other_shop")
        if delivery.kind is Kind.OTHER:
            return self._skip("other_topic")
        try:
            projected = project(shop, delivery.kind, _parse(body), connection.names)
        except NotAnOrder as error:
            return self._skip(error.reason)
        except UnreadableOrder as error:
            projected = Projected(order=error.order or UNKNOWN_ORDER, projection={})
            lacks = f"lacks {', '.join(error.missing)}"
            return self._keep(self._event(request, shop, delivery, projected, unreadable=lacks))
        for reason in projected.dropped:
            self._telemetry.dropped(reason)
        return self._keep(self._event(request, shop, delivery, projected))

    def _event(
        self,
        request: Request,
        shop: Shop,
        delivery: Delivery,
        projected: Projected,
        unreadable: str = "",
    ) -> OrderEvent:
        return OrderEvent(
            connection=request.connection,
            platform=shop.platform,
            order=projected.order,
            topic=delivery.topic,
            delivery_id=delivery.delivery_id,
            received_at=self._now(),
            projection=projected.projection,
            unreadable=unreadable,
        )

    def _keep(self, event: OrderEvent) -> Answer:
        with self._telemetry.about(
            connection=event.connection, order=event.order, delivery_id=event.delivery_id
        ):
            try:
                self._queue.send(event)
            except AwsUnavailable as error:
                self._telemetry.warn("the queue did not take a delivery", error=str(error))
                return self._refuse(TRY_LATER, "queue_unavailable")
            self._telemetry.accepted()
            self._telemetry.note("queued", topic=event.topic, unreadable=event.unreadable)
        return OK

    def _skip(self, reason: str) -> Answer:
        self._telemetry.skipped(reason)
        return OK

    def _refuse(self, answer: Answer, reason: str) -> Answer:
        self._telemetry.rejected(reason)
        return answer


def _texts(value: object) -> dict[str, str]:
    """The texts of a JSON object, by their keys."""
    entries = value.items() if isinstance(value, Mapping) else ()
    return {key: entry for key, entry in entries if isinstance(entry, str)}


def _parse(body: bytes) -> object:
    """Read JSON. NaN and infinity pass here, as no field of an order takes them."""
    try:
        return json.loads(body, parse_int=_whole)
    except (ValueError, RecursionError):
        raise UnreadableOrder(None, ["readable JSON"]) from None  # the cause holds the body


def _whole(text: str) -> int | None:
    """An integer; ``None`` if it is too long to be of use."""
    return int(text) if len(text) <= MAX_DIGITS else None
