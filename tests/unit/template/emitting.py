"""What the functions really count: a stack is played through every trouble that has a metric."""

import json
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from functools import cache
from io import StringIO
from typing import Any, cast, override

import requests
from pydantic import SecretStr

from functions.check_connections.app import CheckConnections, CheckEnvironment
from functions.receive_webhook.app import ReceiveEnvironment, ReceiveWebhook
from functions.reconcile_orders.app import ReconcileEnvironment, ReconcileOrders
from functions.retry_failed.app import RetryEnvironment, RetryFailed
from functions.sync_order.app import SyncEnvironment, SyncOrder
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_local.played_shops.loopback import Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.sandbox import FaultRule, Sandbox
from seven_senders_local.sqs_event import failed_ids, to_event
from tests.played.clock import PlayedClock, PlayedContext
from tests.played.direct import direct_session
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.sqs import PlayedFifo, PlayedSqs
from tests.played.ssm import MemorySsm, throttled
from tests.unit.receiving.deliveries import SECRET, SHOPIFY_ORDER, as_event, shopify
from tests.unit.template.series import NAMESPACE, SERVICE, Series

BEGIN = datetime(2026, 3, 28, 12, tzinfo=UTC)
SETTINGS = {"platform": "shopify", "webhook_secrets": [SECRET], "access_key": "key"}


class _Broken(ApiSession):
    """A session that raises what nobody foresaw."""

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        raise ZeroDivisionError


class PlayedStack:
    """One process of each function, between played queues, a ledger in memory and the sandbox."""

    def __init__(self, clock: PlayedClock, sandbox: Sandbox) -> None:
        self.clock = clock
        self.sandbox = sandbox
        self.main, self.dead = PlayedFifo(self.clock), PlayedFifo(self.clock)
        self.turns = PlayedFifo(self.clock)
        queues = {"main": self.main, "dead": self.dead, "turns": self.turns}
        self.sqs = PlayedSqs(self.clock, queues).client
        self.ssm = MemorySsm()
        self.dynamodb = MemoryDynamoDB().client
        self.sync = self.new_sync(direct_session(self.sandbox))
        self.receive = ReceiveWebhook(
            ReceiveEnvironment(**_common(), receiving_path="/receiving"),
            ssm=self.ssm.client,
            sqs=self.sqs,
            now=self.clock.now,
        )
        self.retry = RetryFailed(
            RetryEnvironment(**_common(), dead_letter_queue_url="dead", table_name="ledger"),
            dynamodb=self.dynamodb,
            sqs=self.sqs,
            now=self.clock.now,
        )

        self.check = CheckConnections(
            CheckEnvironment(
                powertools_service_name=SERVICE,
                powertools_metrics_namespace=NAMESPACE,
                receiving_path="/receiving",
                table_name="ledger",
            ),
            ssm=self.ssm.client,
            dynamodb=self.dynamodb,
            now=self.clock.now,
        )

        self.reconcile = ReconcileOrders(
            ReconcileEnvironment(
                **_common(),
                reconciliation_queue_url="turns",
                receiving_path="/receiving",
                syncing_path="/syncing",
                shop_apis_path="/shop_apis",
                table_name="ledger",
                webhook_url="https://api.example/webhooks/",
                reconciliation_delay_minutes="30",
                shopify_lost_after_hours="24",
                woocommerce_lost_after_hours="1",
            ),
            ssm=self.ssm.client,
            dynamodb=self.dynamodb,
            sqs=self.sqs,
            now=self.clock.now,
            sleep=self.clock.sleep,
        )

    def new_sync(self, session: ApiSession) -> SyncOrder:
        """Another worker."""
        return SyncOrder(
            SyncEnvironment(
                **_common(),
                syncing_path="/syncing",
                tokens_path="/tokens",
                dead_letter_queue_url="dead",
                table_name="ledger",
                retry_base_seconds="30",
                orders_path="/orders",
                order_states_path="/order_states",
                token_path="/token",
                state_order_id_field="order_id",
            ),
            ssm=self.ssm.client,
            dynamodb=self.dynamodb,
            sqs=self.sqs,
            session=session,
            now=self.clock.now,
            sleep=self.clock.sleep,
            jitter=lambda: 0.5,
        )

    def connect(self, **settings: object) -> None:
        """Store a connection's documents, in force at once."""
        connection = read_connection(
            "acme", {**SETTINGS, "api_url": self.sandbox.api_url, **settings}
        )
        self.ssm.parameters["/receiving/acme"] = connection.receiving_text()
        self.ssm.parameters["/syncing/acme"] = connection.syncing_text()
        self.clock.sleep(61)

    def let_in(self, url: str) -> None:
        """Store what opens the API of the connection's shop."""
        app = ShopifyApiDocument(url=url, client_id="client_1", client_secret=SecretStr("shpss_1"))
        self.ssm.parameters["/shop_apis/acme"] = app.text()

    def deliver(self, order: int, *, topic: str = "orders/updated", **changes: object) -> None:
        """A delivery of the shop, which is signed."""
        now = self.clock.now().isoformat()
        body = {
            **SHOPIFY_ORDER,
            "id": order,
            "name": f"#{order}",
            "created_at": now,
            "updated_at": now,
            **changes,
        }
        self.receive(as_event(shopify(body, topic=topic)))

    def forge(self) -> None:
        """A delivery that somebody else has signed."""
        wrong = {"x-shopify-hmac-sha256": "wrong"}
        self.receive(as_event(shopify(headers=wrong)))

    def work(self, sync: SyncOrder | None = None) -> None:
        """All that can be received now."""
        while batch := self.main.receive(720):
            messages = cast("Any", [message.as_received() for message in batch])
            event = to_event(messages, queue_arn="main", region="eu-central-1")
            answer = (sync or self.sync)(event, self._context())
            staying = failed_ids(answer, [message.id for message in batch])
            for message in batch:
                if message.id not in staying:
                    self.main.delete(message.receipt)

    def drain(self) -> None:
        """Let time pass until nothing waits any more."""
        while (at := self.main.next_at()) is not None:
            self.clock.reach(at)
            self.work()

    def retry_failed(self) -> None:
        """The hourly run."""
        self.retry({"source": "aws.events"}, self._context())

    def make_rounds(self) -> None:
        """The run of every quarter of an hour, and the turns that it asks for."""
        self.reconcile({"source": "aws.events"}, self._context())
        for turn in self.turns.receive(900):
            event = to_event([turn.as_received()], queue_arn="turns", region="eu-central-1")
            self.reconcile(event, self._context())
            self.turns.delete(turn.receipt)

    def _context(self) -> Any:
        return PlayedContext(self.clock, self.clock.seconds + 300)


def _common() -> dict[str, str]:
    return {
        "powertools_service_name": SERVICE,
        "powertools_metrics_namespace": NAMESPACE,
        "queue_url": "main",
    }


def _sell_and_ship(stack: PlayedStack) -> None:
    stack.connect()
    stack.deliver(1)
    stack.work()
    stack.deliver(1, fulfillment_status="fulfilled")
    stack.deliver(2, test=True)
    stack.forge()
    stack.work()


def _be_refused(stack: PlayedStack) -> None:
    stack.sandbox.play(FaultRule(method="POST", path="^/orders$", status=422))
    stack.deliver(3)
    stack.work()
    stack.sandbox.play(FaultRule(method="POST", path="^/orders$", status=500, times=1))
    stack.deliver(4)
    stack.drain()


def _lose_the_account(stack: PlayedStack) -> None:
    stack.connect(access_key="wrong")
    stack.sandbox.play(FaultRule(path="^/token$", status=401))
    stack.deliver(5)
    stack.deliver(6)
    stack.work()
    stack.sandbox.play()
    stack.drain()


def _fail_inside(stack: PlayedStack) -> None:
    stack.clock.sleep(3600)
    stack.deliver(7)
    stack.work(stack.new_sync(_Broken()))
    stack.ssm.failing["GetParameter"] = throttled("GetParameter")
    stack.deliver(8)
    stack.work(stack.new_sync(direct_session(stack.sandbox)))
    stack.ssm.failing.clear()


def _miss_a_webhook(stack: PlayedStack) -> None:
    shop = PlayedShopify(now=stack.clock.now)
    with shop.serve() as server:
        stack.let_in(server.url)
        stack.make_rounds()
        now = stack.clock.now().isoformat()
        shop.put({**SHOPIFY_ORDER, "id": 9, "name": "#9", "created_at": now, "updated_at": now})
        stack.clock.sleep(3600)
        stack.make_rounds()
        stack.work()
        stack.clock.sleep(timedelta(days=1).total_seconds())
        stack.make_rounds()
        shop.refused = Said(status=503)
        stack.make_rounds()


def _grow_old(stack: PlayedStack) -> None:
    stack.clock.sleep(timedelta(days=12).total_seconds())
    stack.drain()
    stack.retry_failed()
    stack.check()


@cache
def emitted() -> frozenset[Series]:
    """Every series that the functions write, by the lines that they print."""
    clock, printed = PlayedClock(BEGIN.timestamp()), StringIO()
    with redirect_stdout(printed), Sandbox(now=clock.epoch) as sandbox:
        stack = PlayedStack(clock, sandbox)
        for happens in (
            _sell_and_ship,
            _be_refused,
            _lose_the_account,
            _fail_inside,
            _miss_a_webhook,
            _grow_old,
        ):
            happens(stack)
    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    return frozenset(series for line in lines if "_aws" in line for series in _series(line))


def _series(line: Mapping[str, Any]) -> Iterator[Series]:
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, line[name]) for name in names)
            for metric in directive["Metrics"]:
                yield Series(directive["Namespace"], metric["Name"], dimensions)
