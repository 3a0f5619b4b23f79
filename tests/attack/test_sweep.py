"""All deliveries of ``events/`` go through the whole; then everything they left is searched."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import pytest

from functions.receive_webhook.app import ReceiveEnvironment, ReceiveWebhook
from functions.retry_failed.app import RetryEnvironment, RetryFailed
from functions.sync_order.app import SyncEnvironment, SyncOrder
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_local.connections import read_file
from seven_senders_local.events import CONNECTIONS_FILE, Event, load_events, sign
from seven_senders_local.outcome import OrderName, load_arrivals, load_expected
from seven_senders_local.sandbox import FaultRule, Sandbox
from seven_senders_local.sqs_event import to_event
from tests.attack.personal import leaks, marked, readable, words
from tests.played.clock import PlayedClock, PlayedContext
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.sqs import PlayedFifo, PlayedSqs
from tests.played.ssm import MemorySsm
from tests.unit.receiving.deliveries import NOON, as_event, request

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

EVENTS = {name: marked(event) for name, event in load_events().items()}
CONNECTIONS = read_file(CONNECTIONS_FILE)
COMMON = {
    "powertools_service_name": "sweep",
    "powertools_metrics_namespace": "Test",
    "queue_url": "main",
}
QUOTES = FaultRule(
    method="POST",
    path="order_states",
    order_id="#1003",
    status=422,
    body=readable(
        {
            "detail": "q7x0z test.customer@example.com may not use demo-access-key",
            "violations": [{"propertyPath": "state.q7x0z", "message": "q7x0z Test Customer"}],
        }
    ),
)
"""A refusal that quotes what it should not."""


@dataclass
class Traces:
    """All that is left of a run, as texts to search."""

    answers: list[int]
    orders: set[OrderName]
    secrets: set[str]
    found: Mapping[str, list[str]]


class Run:
    """The three functions with their queues, ledger and parameters in memory, and a sandbox."""

    def __init__(self, clock: PlayedClock, sandbox: Sandbox, lines: StringIO) -> None:
        self.clock = clock
        self.sandbox = sandbox
        self.lines = lines
        self.context = cast("Any", PlayedContext(clock, ends_at=clock.seconds + 900))
        self.main, self.dead = PlayedFifo(clock), PlayedFifo(clock)
        self.sqs = PlayedSqs(clock, {"main": self.main, "dead": self.dead}).client
        self.messages: list[str] = []
        self.letters: list[str] = []
        self.dynamodb = MemoryDynamoDB()
        documents = read_file(CONNECTIONS_FILE, api_url=sandbox.api_url)
        receiving = {
            f"/path/{name}": document.receiving_text() for name, document in documents.items()
        }
        self.receive = ReceiveWebhook(
            ReceiveEnvironment(**COMMON, receiving_path="/path"),
            ssm=MemorySsm(receiving).client,
            sqs=self.sqs,
            now=clock.now,
        )
        self.sync = self.worker(documents)
        self.retry = RetryFailed(
            RetryEnvironment(**COMMON, dead_letter_queue_url="dead", table_name="ledger"),
            dynamodb=self.dynamodb.client,
            sqs=self.sqs,
            now=clock.now,
        )

    def worker(self, documents: Mapping[str, ConnectionDocument]) -> SyncOrder:
        """The function that syncs."""
        ssm = MemorySsm()
        store = ConnectionStore(
            ssm=ssm.client, receiving_path="/receiving", syncing_path="/syncing"
        )
        for name, document in documents.items():
            store.save(name, document)
        return SyncOrder(
            SyncEnvironment(
                **COMMON,
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
            ssm=ssm.client,
            dynamodb=self.dynamodb.client,
            sqs=self.sqs,
            session=ApiSession(),
            now=self.clock.now,
            sleep=self.clock.sleep,
            jitter=lambda: 0.5,
        )

    def deliver_all(self) -> list[int]:
        """Send all deliveries, late ones and repeated ones among them; what is answered."""
        return [self.deliver(arrival.event) for arrival in load_arrivals(EVENTS)]

    def deliver(self, event: Event) -> int:
        secret = CONNECTIONS[event.connection].webhook_secrets[0].get_secret_value()
        signed = sign(event, secret=secret, now=self.clock.now())
        headers = {name.lower(): value for name, value in signed.headers.items()}
        answer = self.receive(as_event(request(event.connection, headers, signed.body)))
        return cast("int", answer["statusCode"])

    def work_all(self) -> None:
        """Work the queue until it is empty, and note each message that was in it."""
        while len(self.main):
            batch = self.main.receive(720)
            received = cast("list[MessageTypeDef]", [message.as_received() for message in batch])
            self.messages += map(readable, received)
            answer = self.sync(to_event(received, queue_arn="main", region="any"), self.context)
            assert answer == {"batchItemFailures": []}
            for message in batch:
                self.main.delete(message.receipt)

    def retry_all(self) -> None:
        """Note the dead letters, return all of them, and work them once more."""
        letters = len(self.dead)
        self.letters += (readable(message.as_received()) for message in self.dead.messages)
        result = self.retry({"reasons": list(Reason)}, self.context)
        assert result["returned"] == letters
        self.work_all()
        self.letters += (readable(message.as_received()) for message in self.dead.messages)

    def secrets(self) -> set[str]:
        """All that opens something: what shops sign with, access keys, tokens."""
        return {
            *(s.get_secret_value() for c in CONNECTIONS.values() for s in c.webhook_secrets),
            *(c.access_key.get_secret_value() for c in CONNECTIONS.values()),
            *self.sandbox.service.access.grants,
        }

    def orders(self) -> Iterator[OrderName]:
        """The orders at Seven Senders, of those that are expected there."""
        for connection, order_id in load_expected(self.clock.now()).orders:
            key = CONNECTIONS[connection].access_key.get_secret_value()
            if self.sandbox.account(key).named(order_id):
                yield connection, order_id

    def traces(self, answers: list[int]) -> Traces:
        written = [json.loads(line) for line in self.lines.getvalue().splitlines()]
        return Traces(
            answers=answers,
            orders=set(self.orders()),
            secrets=self.secrets(),
            found={
                "messages": self.messages,
                "dead letters": self.letters,
                "rows": [readable(row) for row in self.dynamodb.items.values()],
                "log lines": [readable(line) for line in written if "_aws" not in line],
                "metrics": [readable(line) for line in written if "_aws" in line],
            },
        )


@pytest.fixture(scope="module")
def traces() -> Iterator[Traces]:
    lines = StringIO()
    clock = PlayedClock(NOON.timestamp())
    with redirect_stdout(lines), Sandbox(now=clock.epoch) as sandbox:
        run = Run(clock, sandbox, lines)
        answers = run.deliver_all()
        sandbox.play(QUOTES)
        run.work_all()
        run.retry_all()
        yield run.traces(answers)


WHERE = ("messages", "dead letters", "rows", "log lines", "metrics")
WORDS = set[str]().union(*map(words, load_events().values()))


def test_all_went_through_the_whole(traces: Traces) -> None:
    assert Counter(traces.answers) == {200: 78, 401: 1}
    assert traces.orders == set(load_expected(NOON).orders)
    for reason in (Reason.UNREADABLE_ORDER, Reason.REOPENED_AFTER_CANCELLED, Reason.STATE_REFUSED):
        assert any(reason in letter for letter in traces.found["dead letters"])
    assert all(traces.found[where] for where in WHERE)


@pytest.mark.parametrize("where", WHERE)
def test_nothing_that_may_not_pass_is_found_in(traces: Traces, where: str) -> None:
    text = "\n".join(traces.found[where])
    assert list(leaks(text)) == []
    assert {word for word in WORDS if word in text} == set()


@pytest.mark.parametrize("where", WHERE)
def test_no_secret_is_found_in(traces: Traces, where: str) -> None:
    assert len(traces.secrets) == 7  # three of the shops, two keys, two tokens
    text = "\n".join(traces.found[where])
    assert {secret for secret in traces.secrets if secret in text} == set()
