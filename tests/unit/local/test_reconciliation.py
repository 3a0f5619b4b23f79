from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from seven_senders_local.reconciliation import Reconciliation
from seven_senders_local.source_mapping import SourceMapping
from seven_senders_local.workers import FunctionFailed

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHOPS = ("one", "two")
WAITS_IN_VAIN_SECONDS = 0.3


class Function:
    """Asks for a turn of each shop, or makes the turn that it is given."""

    def __init__(self, sqs: "SQSClient") -> None:
        self.sqs = sqs
        self.url = sqs.create_queue(
            QueueName="turns.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "900"}
        )["QueueUrl"]
        self.done: list[str] = []
        self.fails_on = ""
        self.two_ask_at_once = Barrier(1)

    def __call__(self, event: Any) -> object:
        if "Records" not in event:
            return self._ask()
        [shop] = [record["body"] for record in event["Records"]]
        if shop == self.fails_on:
            raise FunctionFailed(shop)
        self.done.append(shop)
        return {"made": 1}

    def _ask(self) -> object:
        with suppress(BrokenBarrierError):
            self.two_ask_at_once.wait(WAITS_IN_VAIN_SECONDS)
        self.done.append("ask")
        for shop in SHOPS:
            self.sqs.send_message(
                QueueUrl=self.url,
                MessageBody=shop,
                MessageGroupId=shop,
                MessageDeduplicationId=uuid4().hex,
            )
        return {"asked_for": len(SHOPS)}


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Function(boto3.client("sqs", region_name="eu-central-1"))


@pytest.fixture
def reconciliation(function: Function) -> Reconciliation:
    turns = SourceMapping(
        sqs=function.sqs, queue_url=function.url, invoke=function, batch_size=1, pause=0
    )
    return Reconciliation(invoke=function, turns=turns)


def test_it_ends_when_each_shop_has_had_its_turn(
    function: Function, reconciliation: Reconciliation
) -> None:
    assert reconciliation.run() == [{"asked_for": 2}, {"made": 1}, {"made": 1}]
    assert function.done == ["ask", "one", "two"]


def test_a_run_does_not_take_the_turns_of_another(
    function: Function, reconciliation: Reconciliation
) -> None:
    function.two_ask_at_once = Barrier(2)
    with ThreadPoolExecutor(max_workers=2) as executor:
        runs = [executor.submit(reconciliation.run) for _ in range(2)]
    assert [run.result() for run in runs] == [[{"asked_for": 2}, {"made": 1}, {"made": 1}]] * 2
    assert function.done == ["ask", "one", "two"] * 2


def test_a_turn_that_failed_is_made_by_the_next_run(
    function: Function, reconciliation: Reconciliation
) -> None:
    function.fails_on = "one"
    with pytest.raises(FunctionFailed, match="one"):
        reconciliation.run()
    function.fails_on = ""
    function.done.clear()
    reconciliation.run()
    assert sorted(function.done) == ["ask", "one", "one", "two", "two"]
