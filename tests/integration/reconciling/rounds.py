"""A connection whose shop's API is made up, and the real function that makes its rounds."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from pydantic import SecretStr

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.domain.observation import first_record, heard, observe
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import OrderEvent, received_from_sqs
from seven_senders_adapter.queue import Queue
from seven_senders_adapter.reconciling.lost_webhooks import LostWebhooks
from seven_senders_adapter.reconciling.room import Room
from seven_senders_adapter.reconciling.rounds import Parts, Rounds
from seven_senders_adapter.reconciling.webhook_health import WebhookHealth
from seven_senders_adapter.reconciling.windows import MOST_READY, OVERLAP, Windows
from seven_senders_adapter.shop_apis.shop_api import (
    Page,
    ShopApiError,
    ShopUnreachable,
    Span,
    Webhook,
)
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.reading import Body
from seven_senders_adapter.shops.shopify import KINDS
from tests.played.clock import PlayedClock
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.sqs import PlayedFifo, PlayedSqs
from tests.played.ssm import MemorySsm
from tests.recording import Recorder
from tests.unit.shops.orders import shopify_order

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
URL = "https://api.example/webhooks/"
SETTINGS = {"platform": "shopify", "webhook_secrets": ["secret"], "access_key": "key"}


class PlayedApi:
    """Orders, and webhooks that are as they should be.

    ``asked`` are the spans and positions. ``fails``: how it answers, ``refuses_changes``: how it
    does if webhooks are to be changed. ``busy``: so many pages are not answered first.
    ``repeats``: the position that each page gives.
    """

    topics = tuple(KINDS)
    keeps_secrets = False

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.page_size = 2
        self.asked: list[tuple[Span, str | None]] = []
        self.fails: ShopApiError | None = None
        self.refuses_changes: ShopApiError | None = None
        self.busy = 0
        self.repeats: str | None = None
        self.registered = [self._webhook(topic) for topic in self.topics]
        self.before_page: Callable[[], None] = lambda: None

    def page(self, span: Span, position: str | None) -> Page:
        self.before_page()
        self._answer()
        if self.busy:
            self.busy -= 1
            raise ShopUnreachable("https://acme.myshopify.com answers HTTP 502")
        self.asked.append((span, position))
        shown = [body for body in self.bodies if _is_in(span, body)]
        start = int(position or 0)
        end = start + self.page_size
        following = str(end) if end < len(shown) else None
        return Page(orders=shown[start:end], next=self.repeats or following)

    # --- what no round asks for ---

    def count(self, span: Span) -> int:
        raise NotImplementedError

    def order(self, order: str) -> Body | None:
        raise NotImplementedError

    def oldest_shown(self, now: datetime) -> datetime | None:
        raise NotImplementedError

    # --- its webhooks ---

    def webhooks(self) -> list[Webhook]:
        self._answer()
        return list(self.registered)

    def create(self, topic: str, *, url: str, secret: str) -> None:
        if self.refuses_changes is not None:
            raise self.refuses_changes
        self.registered.append(self._webhook(topic, url=url))

    def mend(self, webhook: Webhook, *, url: str, secret: str) -> None:
        self.remove(webhook)
        self.create(webhook.topic, url=url, secret=secret)

    def remove(self, webhook: Webhook) -> None:
        self.registered.remove(webhook)

    def _answer(self) -> None:
        if self.fails is not None:
            raise self.fails

    def _webhook(self, topic: str, url: str = f"{URL}acme", status: str = "active") -> Webhook:
        return Webhook(
            id=topic, topic=topic, url=url, status=status, api_version="2026-10", faults=()
        )


class Shop:
    """The connection ``acme``: its shop, its ledger, its queue."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.clock = PlayedClock(NOW.timestamp())
        self.api = PlayedApi()
        self.recorder = Recorder(capsys)
        self.ssm = MemorySsm()
        self.main = PlayedFifo(self.clock)
        self.sqs = PlayedSqs(self.clock, {"main": self.main})
        self.dynamodb = MemoryDynamoDB().client
        self.table = Table(client=self.dynamodb, name="ledger")
        self.ledger = Ledger.at(self.table)
        self.reconciliations = Reconciliations(table=self.table)
        self.connections = ConnectionStore(
            ssm=self.ssm.client, receiving_path="/receiving", syncing_path="/syncing"
        )
        self.shop_apis = ShopApiStore(ssm=self.ssm.client, path="/shop_apis")
        self.reconciliations.save(
            "acme", Reconciliation(since=NOW - DAY, safe_until=NOW - 30 * MINUTE - OVERLAP)
        )
        self.document = self.connect()
        self.shop_apis.save(
            "acme",
            ShopifyApiDocument(
                url="https://acme.myshopify.com",
                client_secret=SecretStr("secret"),
                access_token=SecretStr("token"),
            ),
        )

    def connect(self, **settings: object) -> ConnectionDocument:
        """Store the connection's settings."""
        self.document = read_connection("acme", {**SETTINGS, **settings})
        self.connections.save("acme", self.document)
        return self.document

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def rounds(self, *, dynamodb: object = None, sqs: object = None) -> Rounds:
        """A process that makes rounds; with other clients it may be let die."""
        table = Table(client=cast("Any", dynamodb or self.dynamodb), name="ledger")
        ledger = Ledger.at(table)
        queue = Queue(sqs=cast("Any", sqs or self.sqs), url="main")
        telemetry = self.recorder.telemetry
        return Rounds(
            connections=self.connections,
            shop_apis=self.shop_apis,
            open_api=lambda _: self.api,
            parts=Parts(
                webhooks=WebhookHealth(base_url=URL, telemetry=telemetry, now=self.clock.now),
                windows=Windows(
                    reconciliations=Reconciliations(table=table),
                    orders=ledger.orders,
                    queue=queue,
                    telemetry=telemetry,
                    delay=30 * MINUTE,
                    now=self.clock.now,
                    sleep=self.clock.sleep,
                ),
                lost=LostWebhooks(
                    corrections=ledger.corrections,
                    orders=ledger.orders,
                    telemetry=telemetry,
                    lost_after={"shopify": 24 * HOUR, "woocommerce": HOUR},
                    now=self.clock.now,
                ),
                room=lambda account: Room(
                    queue=queue,
                    brakes=ledger.brakes,
                    account=account,
                    most_ready=MOST_READY,
                    now=self.clock.now,
                ),
            ),
            standstills=ledger.standstills,
            telemetry=telemetry,
            now=self.clock.now,
            sleep=self.clock.sleep,
        )

    def make_round(self, *, pages: float = 1000, seconds: float = 600) -> None:
        """One round that ends before it has read more pages, or when its time is up."""
        ends, begun = self.clock.seconds + seconds, len(self.api.asked)
        self.rounds().make(
            "acme",
            has_time=lambda: len(self.api.asked) - begun < pages and self.clock.seconds < ends,
        )

    def pass_time(self, time: timedelta) -> None:
        self.clock.sleep(time.total_seconds())

    def changes(self, order: int, *, ago: timedelta = HOUR, **fields: Any) -> Body:
        """The shop changes an order, or takes a new one."""
        at = to_text(self.now - ago)
        plain = {"id": order, "name": f"#{order}", "created_at": at, "updated_at": at}
        body = shopify_order(**{**plain, **fields})
        self.api.bodies = [known for known in self.api.bodies if known["id"] != order]
        self.api.bodies = sorted([*self.api.bodies, body], key=_changed)
        return body

    def hears(self, body: Body) -> None:
        """A webhook brings an order, and syncing works it."""
        self.knows(body, by_webhook=True)

    def knows(self, body: Body, *, by_webhook: bool) -> None:
        """Syncing has worked a snapshot of an order."""
        shop = SHOPS["shopify"]
        names = self.document.projection_names
        event = OrderEvent(
            connection="acme",
            platform="shopify",
            order=str(body["id"]),
            topic="orders/updated",
            delivery_id="",
            received_at=self.now,
            projection=shop.project(KINDS["orders/updated"], body, names).projection,
        )
        snapshot = shop.read_snapshot(event.projection, self.document)
        known = self.ledger.orders.load("acme", event.order)
        seen = {"received_at": self.now, "digest": event.digest}
        record = (
            observe(known, snapshot, self.document, **cast("Any", seen))
            if known
            else first_record("acme", snapshot, self.document, **cast("Any", seen))
        )
        self.ledger.orders.save(heard(record, snapshot) if by_webhook else record)

    @property
    def queued(self) -> list[str]:
        """The orders that were queued, in their order."""
        return [event.order for event in self.events]

    @property
    def events(self) -> Sequence[OrderEvent]:
        return [received_from_sqs(m.as_received()).event() for m in self.main.messages]

    @property
    def stands(self) -> Reconciliation:
        stands = self.reconciliations.load("acme")
        assert stands is not None
        return stands

    def warned(self, message: str) -> Iterable[dict[str, Any]]:
        return [line for line in self.recorder.logged if line["message"] == message]


def _is_in(span: Span, body: Body) -> bool:
    return "updated_at" not in body or span.begin <= _changed(body) <= span.end


def _changed(body: Body) -> datetime:
    return datetime.fromisoformat(str(body["updated_at"]))
