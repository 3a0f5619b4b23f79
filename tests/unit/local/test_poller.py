import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from seven_senders_local.poller import Poller
from seven_senders_local.source_mapping import SourceMapping
from seven_senders_local.workers import FunctionFailed, Stopping

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PATIENCE_SECONDS = 10


class Queue:
    """A FIFO queue with messages that are named by their bodies."""

    def __init__(self, sqs: "SQSClient") -> None:
        self.sqs = sqs
        self.url = sqs.create_queue(
            QueueName="events.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "60"}
        )["QueueUrl"]

    def send(self, body: str, group: str) -> None:
        self.sqs.send_message(
            QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body
        )

    def counts(self) -> tuple[int, int]:
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        counts = answer["Attributes"]
        return (
            int(counts["ApproximateNumberOfMessages"]),
            int(counts["ApproximateNumberOfMessagesNotVisible"]),
        )


class Function:
    """Notes what it is given and answers what it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.fails: frozenset[str] = frozenset()
        self.raises: FunctionFailed | None = None
        self.may_end = Event()
        self.may_end.set()

    def __call__(self, event: Any) -> object:
        records: list[dict[str, Any]] = event["Records"]
        self.batches.append([record["body"] for record in records])
        assert self.may_end.wait(PATIENCE_SECONDS)
        if self.raises:
            raise self.raises
        failed = [r["messageId"] for r in records if r["body"] in self.fails]
        return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Queue(boto3.client("sqs", region_name="eu-central-1"))


@pytest.fixture
def function() -> Function:
    return Function()


def mapping(queue: Queue, function: Function, *, pause: int) -> SourceMapping:
    return SourceMapping(
        sqs=queue.sqs, queue_url=queue.url, invoke=function, batch_size=2, pause=pause
    )


@pytest.fixture
def poller(queue: Queue, function: Function) -> Iterator[Poller]:
    poller = Poller(mapping(queue, function, pause=30), workers=2)
    yield poller
    poller.stop()
    function.may_end.set()
    poller.wait_until_stopped()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def test_what_the_function_does_not_report_is_deleted(
    queue: Queue, function: Function, poller: Poller
) -> None:
    function.fails = frozenset({"b"})
    queue.send("a", "shop/1")
    queue.send("b", "shop/2")
    poller.start()
    wait_for(lambda: queue.counts() == (0, 1))
    assert [body for batch in function.batches for body in batch] == ["a", "b"]


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        pytest.param(FunctionFailed("broken"), ["broken"], id="a failure is told"),
        pytest.param(Stopping("stopping"), [], id="the end of the stack is none"),
    ],
)
def test_what_a_function_that_raises_was_given_comes_back_later(
    queue: Queue,
    function: Function,
    poller: Poller,
    caplog: pytest.LogCaptureFixture,
    *,
    raised: FunctionFailed,
    told: list[str],
) -> None:
    function.raises = raised
    queue.send("a", "shop/1")
    poller.start()
    wait_for(lambda: bool(function.batches) and not poller.in_work())
    assert queue.counts() == (0, 1)
    assert caplog.messages == told


def test_several_batches_are_in_flight_up_to_the_number_of_workers(
    queue: Queue, function: Function, poller: Poller
) -> None:
    function.may_end.clear()
    for number in range(6):
        queue.send(str(number), f"shop/{number}")
    poller.start()
    wait_for(lambda: len(function.batches) == 2)
    assert poller.in_work() == 4
    assert not poller.is_held_up()
    function.may_end.set()
    wait_for(lambda: queue.counts() == (0, 0))
    assert [len(batch) for batch in function.batches] == [2, 2, 2]


def test_no_two_batches_have_one_group(queue: Queue, function: Function, poller: Poller) -> None:
    function.may_end.clear()
    for body in "abcd":
        queue.send(body, "shop/1")
    queue.send("x", "shop/2")
    poller.start()
    wait_for(lambda: len(function.batches) == 2)
    assert function.batches == [["a", "b"], ["x"]]


def test_messages_behind_a_hidden_one_are_held_up(
    queue: Queue, function: Function, poller: Poller
) -> None:
    function.fails = frozenset({"a", "b"})
    for body in "abc":
        queue.send(body, "shop/1")
    poller.start()
    wait_for(poller.is_held_up)
    assert queue.counts() == (1, 2)
    assert function.batches == [["a", "b"]]
