"""All deliveries of ``events/`` go through the whole; then everything they left is searched."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, cast

import boto3
import pytest
from moto import mock_aws

from functions.receive_webhook.app import ReceiveEnvironment, ReceiveWebhook
from functions.retry_failed.app import RetryEnvironment, RetryFailed
from functions.sync_order.app import SyncEnvironment, SyncOrder
from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_local.connections import put, read_file
from seven_senders_local.events import CONNECTIONS_FILE, Event, load_events, sign
from seven_senders_local.outcome import OrderName, load_arrivals, load_expected
from seven_senders_local.sandbox import FaultRule, Sandbox
from seven_senders_local.sqs_event import to_event
from tests.attack.personal import leaks, marked, readable, words
from tests.integration.fifo import create_fifo, held, shown, wait_until
from tests.integration.ledger_table import NAME, create_ledger_table
from tests.unit.receiving.deliveries import as_event, request

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sqs.type_defs import MessageTypeDef

EVENTS = {name: marked(event) for name, event in load_events().items()}
CONNECTIONS = read_file(CONNECTIONS_FILE)
REGION = "eu-central-1"
RECEIVING, SYNCING, TOKENS = "/receiving", "/syncing", "/tokens"
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


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@dataclass
class Traces:
    """All that is left of a run, as texts to search."""

    answers: list[int]
    orders: set[OrderName]
    secrets: set[str]
    found: Mapping[str, list[str]]


class Run:
    """The three functions over moto, and a sandbox, worked by hand."""

    def __init__(self, sandbox: Sandbox, lines: StringIO) -> None:
        self.sandbox = sandbox
        self.lines = lines
        aws = boto3.Session("any", "any", region_name=REGION)
        ssm, self.sqs, self.dynamodb = aws.client("ssm"), aws.client("sqs"), aws.client("dynamodb")
        create_ledger_table(self.dynamodb)
        self.main, self.dead = create_fifo(self.sqs, "main"), create_fifo(self.sqs, "dead")
        self.messages: list[str] = []
        self.letters: list[str] = []
        documents = read_file(CONNECTIONS_FILE, api_url=sandbox.api_url)
        put(documents, ssm=ssm, receiving_path=RECEIVING, syncing_path=SYNCING)
        common = {
            "powertools_service_name": "sweep",
            "powertools_metrics_namespace": "Test",
            "queue_url": self.main,
        }
        self.receive = ReceiveWebhook(
            ReceiveEnvironment(**common, receiving_path=RECEIVING),
            ssm=ssm,
            sqs=self.sqs,
            now=utc_now,
        )
        self.sync = SyncOrder(
            SyncEnvironment(
                **common,
                syncing_path=SYNCING,
                tokens_path=TOKENS,
                dead_letter_queue_url=self.dead,
                table_name=NAME,
                retry_base_seconds="30",
                orders_path="/orders",
                order_states_path="/order_states",
                token_path="/token",
                state_order_id_field="order_id",
            ),
            ssm=ssm,
            dynamodb=self.dynamodb,
            sqs=self.sqs,
            session=ApiSession(),
            now=utc_now,
            sleep=lambda seconds: None,
            jitter=lambda: 0.5,
        )
        self.retry = RetryFailed(
            RetryEnvironment(**common, dead_letter_queue_url=self.dead, table_name=NAME),
            dynamodb=self.dynamodb,
            sqs=self.sqs,
            now=utc_now,
        )

    def deliver_all(self) -> list[int]:
        """Send all deliveries, late ones and repeated ones among them; what is answered."""
        return [self.deliver(arrival.event) for arrival in load_arrivals(EVENTS)]

    def deliver(self, event: Event) -> int:
        secret = CONNECTIONS[event.connection].webhook_secrets[0].get_secret_value()
        signed = sign(event, secret=secret, now=utc_now())
        headers = {name.lower(): value for name, value in signed.headers.items()}
        answer = self.receive(as_event(request(event.connection, headers, signed.body)))
        return cast("int", answer["statusCode"])

    def work_all(self) -> None:
        """Work the queue until it is empty, and note each message that was in it."""
        while held(self.sqs, self.main):
            batch = self.taken(self.main)
            self.messages += map(readable, batch)
            event = to_event(batch, queue_arn="", region=REGION)
            answer = self.sync(event, cast("LambdaContext", Context()))
            assert answer == {"batchItemFailures": []}
            for message in batch:
                self.sqs.delete_message(QueueUrl=self.main, ReceiptHandle=message["ReceiptHandle"])

    def retry_all(self) -> None:
        """Note the dead letters, return all of them, and work them once more."""
        letters: list[MessageTypeDef] = []
        while len(letters) < held(self.sqs, self.dead):
            letters += self.taken(self.dead)
        self.letters += map(readable, letters)
        for letter in letters:
            self.sqs.change_message_visibility(
                QueueUrl=self.dead, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0
            )
        wait_until(lambda: shown(self.sqs, self.dead) == len(letters))
        result = self.retry({"reasons": list(Reason)}, cast("LambdaContext", Context()))
        assert result["returned"] == len(letters)
        self.work_all()

    def taken(self, url: str) -> "list[MessageTypeDef]":
        """Up to ten messages, at least one."""
        batch: list[MessageTypeDef] = []

        def is_there() -> bool:
            answer = self.sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            batch.extend(answer.get("Messages", []))
            return bool(batch)

        wait_until(is_there)
        return batch

    def secrets(self) -> set[str]:
        """All that opens something: what shops sign with, access keys, tokens."""
        return {
            *(s.get_secret_value() for c in CONNECTIONS.values() for s in c.webhook_secrets),
            *(c.access_key.get_secret_value() for c in CONNECTIONS.values()),
            *self.sandbox.service.access.grants,
        }

    def orders(self) -> Iterator[OrderName]:
        """The orders at Seven Senders, of those that are expected there."""
        for connection, order_id in load_expected(utc_now()).orders:
            key = CONNECTIONS[connection].access_key.get_secret_value()
            if self.sandbox.account(key).named(order_id):
                yield connection, order_id

    def traces(self, answers: list[int]) -> Traces:
        rows = self.dynamodb.scan(TableName=NAME)["Items"]
        written = [json.loads(line) for line in self.lines.getvalue().splitlines()]
        return Traces(
            answers=answers,
            orders=set(self.orders()),
            secrets=self.secrets(),
            found={
                "messages": self.messages,
                "dead letters": self.letters,
                "rows": [readable(row) for row in rows],
                "log lines": [readable(line) for line in written if "_aws" not in line],
                "metrics": [readable(line) for line in written if "_aws" in line],
            },
        )


@pytest.fixture(scope="module")
def traces() -> Iterator[Traces]:
    lines = StringIO()
    with redirect_stdout(lines), mock_aws(), Sandbox() as sandbox:
        run = Run(sandbox, lines)
        answers = run.deliver_all()
        sandbox.play(QUOTES)
        run.work_all()
        run.retry_all()
        yield run.traces(answers)


WHERE = ("messages", "dead letters", "rows", "log lines", "metrics")
WORDS = set[str]().union(*map(words, load_events().values()))


def test_all_went_through_the_whole(traces: Traces) -> None:
    assert Counter(traces.answers) == {200: 70, 401: 1}
    assert traces.orders == set(load_expected(utc_now()).orders)
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
