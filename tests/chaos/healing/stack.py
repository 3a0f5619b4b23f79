"""The stack of the chaos test, with the function that looks for what the webhooks missed."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any, cast, override

from functions.reconcile_orders.app import ReconcileEnvironment, ReconcileOrders
from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import from_text
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_local.sqs_event import to_event
from tests.chaos.connections import CONNECTIONS
from tests.chaos.healing.shops import WEBHOOK_URL, Shops
from tests.chaos.oracle import Arrival
from tests.chaos.stack import COMMON, REGION, SCHEDULED, TURNS, Stack, ready_at
from tests.chaos.troubles import Process
from tests.played.ledger_table import NAME
from tests.played.mortal import Killed

RECONCILING_SECONDS = 600
TURN_VISIBILITY_SECONDS = 900
"""The function's time-out and its queue's, as in template.yaml."""

UPDATED = {"shopify": "orders/updated", "woocommerce": "order.updated"}
"""The topic under which an order counts that reconciliation has found."""


@dataclass(frozen=True, slots=True)
class Found(Arrival):
    """An order that no webhook brought: reconciliation queued it."""


class HealingStack(Stack):
    """The shops' changes come by webhooks, or are found by rounds.

    ``rounds``: by connection, when each of its rounds ended. ``counted``: the metrics of the
    rounds, by name.
    """

    def __init__(self, *, shops: Shops, **parts: Any) -> None:
        super().__init__(**parts)
        self.rounds: defaultdict[str, list[datetime]] = defaultdict(list)
        self.counted: Counter[str] = Counter()
        self._shops = shops
        self._reconciler = self._new_reconciler()

    @override
    def connect(self, *, api_url: str) -> None:
        super().connect(api_url=api_url)
        store = ShopApiStore(ssm=self._ssm, path="/shop_apis")
        for name, document in self._shops.documents.items():
            store.save(name, document)

    @override
    def next_at(self) -> float:
        return min(super().next_at(), ready_at(self.turns))

    @override
    def work(self) -> None:
        """A round if it is time for one, else a batch of order events."""
        if ready_at(self.turns) <= self.clock.seconds:
            self._make_round()
        else:
            super().work()

    def ask_for_rounds(self) -> None:
        """The schedule's event."""
        self._reconcile(SCHEDULED)

    def _make_round(self) -> None:
        """One turn of the queue, as Lambda's poller hands it to a process."""
        [turn] = self.turns.receive(TURN_VISIBILITY_SECONDS, most=1)
        message = cast("Any", turn.as_received())
        if self._reconcile(to_event([message], queue_arn=TURNS, region=REGION)):
            self.rounds[turn.body].append(self.clock.now())
            self.turns.delete(turn.receipt)

    def _reconcile(self, event: Any) -> bool:
        """Whether the function came to its end; else what it was invoked for comes again."""
        process, function = self._reconciler
        process.begin(RECONCILING_SECONDS)
        said = StringIO()
        try:
            with redirect_stdout(said):
                function(event, cast("Any", process.context))
        except Killed:
            self.kills += 1
            self._reconciler = self._new_reconciler()
            return False
        except AwsUnavailable:
            return False
        self.counted.update(metrics(said.getvalue()))
        return True

    def _new_reconciler(self) -> tuple[Process, ReconcileOrders]:
        process = self._process()
        function = ReconcileOrders(
            environment(),
            ssm=self._client(self._ssm, process),
            dynamodb=self._client(self._dynamodb, process),
            sqs=self._client(_Noting(self._sqs, self._note), process),
            now=self.clock.now,
            sleep=self.clock.sleep,
        )
        return process, function

    def _note(self, sent: Any) -> None:
        """Let the oracle know of an order that is queued, as its shop's webhook would bring it."""
        if sent["QueueUrl"] == TURNS:
            return
        said = {name: value["StringValue"] for name, value in sent["MessageAttributes"].items()}
        order = said["connection"], said["order"]
        found = Found(
            topic=UPDATED[str(CONNECTIONS[order[0]]["platform"])],
            body=self._shops.shown[order],
            received_at=from_text(said["received_at"]),
        )
        self.arrivals[order].append(found)


def environment() -> ReconcileEnvironment:
    """The function's variables, as in template.yaml."""
    return ReconcileEnvironment(
        **COMMON,
        reconciliation_queue_url=TURNS,
        receiving_path="/receiving",
        syncing_path="/syncing",
        shop_apis_path="/shop_apis",
        table_name=NAME,
        webhook_url=WEBHOOK_URL,
        reconciliation_delay_minutes="30",
        shopify_lost_after_hours="24",
        woocommerce_lost_after_hours="1",
    )


class _Noting:
    """SQS, of which each message is noted that it has taken."""

    def __init__(self, sqs: Any, note: Callable[[Any], None]) -> None:
        self._sqs = sqs
        self._note = note

    def send_message(self, **given: Any) -> None:
        self._sqs.send_message(**given)
        self._note(given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)


def metrics(text: str) -> Counter[str]:
    """The sums of what a function has written in CloudWatch's metric format."""
    sums: Counter[str] = Counter()
    for line in map(json.loads, text.splitlines()):
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
            sums[metric["Name"]] += sum(line[metric["Name"]])
    return sums
