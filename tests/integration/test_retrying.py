"""Dead letters go back to the queue, or stay for a person, and none is ever lost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from moto import mock_aws

from functions.retry_failed.app import RetryEnvironment, RetryFailed
from seven_senders_adapter import aws
from seven_senders_adapter.dead_letter_run import DeadLetterRun, Selection, Tally
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.messages import Failure, OrderEvent
from seven_senders_adapter.queue import DeadLetterQueue, Queue
from seven_senders_adapter.retrying import Retry, read_selection
from tests.integration.fifo import create_fifo, held, received, shown, wait_until
from tests.played.clock import PlayedClock, PlayedContext
from tests.played.ledger_table import NAME, create_ledger_table
from tests.recording import Recorder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
SOON = timedelta(seconds=45)
"""When runs begin: moto's clock goes on, and what comes after a run's begin is left."""
BRAKES = ("api/https://api.example", "account/f00d")
EVENT = OrderEvent(
    connection="acme",
    platform="shopify",
    order="1",
    topic="orders/paid",
    delivery_id="b54557e4",
    received_at=datetime(2026, 3, 28, 12, tzinfo=UTC),
    projection={"id": "1", "number": "#1001"},
)


@dataclass
class Grave:
    """Two queues, the dead letters' index, and runs of retry_failed over them."""

    sqs: "SQSClient"
    dynamodb: "DynamoDBClient"
    recorder: Recorder
    now: datetime = field(default_factory=lambda: datetime.now(UTC) + SOON)

    def __post_init__(self) -> None:
        self.table = Table(client=self.dynamodb, name=NAME)
        self.url = create_fifo(self.sqs, "main")
        self.dead_url = create_fifo(self.sqs, "dead")
        self.queue = Queue(sqs=self.sqs, url=self.url)
        self.dead_letter_queue = DeadLetterQueue(sqs=self.sqs, url=self.dead_url)
        self.index = DeadLetters(table=self.table)

    def bury(
        self, reason: str = "failed_for_a_day", *, connection: str = "acme", order: str = "1"
    ) -> str:
        """A dead letter as syncing makes it, and its listing; its name there."""
        self.queue.send(replace(EVENT, connection=connection, order=order))
        (message,) = received(self.sqs, self.url)
        failure = Failure(
            letter=message.message_id,
            reason=reason,
            first_try=self.now - DAY,
            last_try=self.now,
            brakes=BRAKES,
        )
        self.dead_letter_queue.bury(message, failure)
        self.index.add(DeadLetter.of(message, failure))
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)
        return message.message_id

    def bury_foreign(self, attributes: Mapping[str, str]) -> None:
        """A dead letter that syncing did not make."""
        self.sqs.send_message(
            QueueUrl=self.dead_url,
            MessageBody="{}",
            MessageGroupId="acme/1",
            MessageDeduplicationId="d",
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )

    def retry(
        self, selection: Selection | None = None, *, has_time: Callable[[], bool] = lambda: True
    ) -> Tally:
        """One run."""
        run = DeadLetterRun(queue=self.dead_letter_queue, index=self.index, now=lambda: self.now)
        retry = Retry(queue=self.queue, brakes=Brakes(table=self.table), now=lambda: self.now)
        return run.run(selection or read_selection({}), retry, has_time=has_time)

    def run_function(self) -> dict[str, int]:
        """The scheduled run of the deployed function."""
        env = RetryEnvironment(
            powertools_service_name=self.recorder.service,
            powertools_metrics_namespace="Test",
            queue_url=self.url,
            dead_letter_queue_url=self.dead_url,
            table_name=NAME,
        )
        function = RetryFailed(env, dynamodb=self.dynamodb, sqs=self.sqs, now=lambda: self.now)
        return function({}, cast("Any", PlayedContext(PlayedClock(0), ends_at=300)))

    def queued(self, number: int = 1) -> list[OrderEvent]:
        """The events of the main queue, which are so many."""
        assert held(self.sqs, self.url) == number
        return [message.event() for message in received(self.sqs, self.url, number)]

    def listed(self) -> dict[str, str]:
        """The reasons of the index by its letters."""
        return {letter.failure.letter: letter.failure.reason for letter in self.index.list()}


@pytest.fixture
def grave(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Grave]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", config=aws.CONFIG)
        create_ledger_table(dynamodb)
        yield Grave(
            sqs=boto3.client("sqs", config=aws.CONFIG),
            dynamodb=dynamodb,
            recorder=Recorder(capsys),
        )


def test_what_can_pass_returns_marked_and_the_rest_stays_listed_and_visible(grave: Grave) -> None:
    grave.bury("failed_for_a_day", order="1")
    grave.bury("received_too_often", order="2")
    left = {grave.bury("state_refused", order="3"), grave.bury("kills_its_worker", order="4")}
    assert grave.retry() == Tally(taken=2, left=2)
    events = {event.order: event for event in grave.queued(2)}
    assert events["1"] == replace(EVENT, redriven=True)
    assert events.keys() == {"1", "2"}
    assert grave.listed().keys() == left
    assert held(grave.sqs, grave.dead_url) == 2
    wait_until(lambda: shown(grave.sqs, grave.dead_url) == 2)


def test_any_number_is_gone_through_once(grave: Grave) -> None:
    for order in range(12):
        grave.bury("failed_for_a_day", order=f"1{order}")
        grave.bury("order_refused", order=f"2{order}")
    assert grave.retry() == Tally(taken=12, left=12)
    assert len(grave.listed()) == 12
    wait_until(lambda: shown(grave.sqs, grave.dead_url) == 12)


def test_behind_a_closed_brake_it_waits(grave: Grave) -> None:
    letter = grave.bury()
    brakes = Brakes(table=grave.table)
    for name in BRAKES:
        brakes.close(name, reason="503", now=grave.now, probe_at=grave.now)
        assert grave.retry() == Tally(waiting=1)
        assert grave.listed().keys() == {letter}
        wait_until(lambda: shown(grave.sqs, grave.dead_url) == 1)
        brakes.open(name)
    assert grave.retry() == Tally(taken=1)


@pytest.mark.parametrize(
    ("due_for", "tally"),
    [
        pytest.param(timedelta(hours=2) - SECOND, Tally(waiting=1), id="less than two hours"),
        pytest.param(timedelta(hours=2), Tally(taken=1), id="two hours: nobody will open it"),
    ],
)
def test_behind_a_closed_brake_whose_probe_has_been_due_for(
    grave: Grave, due_for: timedelta, tally: Tally
) -> None:
    grave.bury()
    probe_at = grave.now - due_for
    Brakes(table=grave.table).close(BRAKES[1], reason="401", now=probe_at, probe_at=probe_at)
    assert grave.retry() == tally


def test_a_brake_that_has_seen_failures_but_is_open_holds_nothing(grave: Grave) -> None:
    grave.bury()
    Brakes(table=grave.table).fail(
        BRAKES[0], what="m", reason="503", now=grave.now, probe_at=grave.now, limit=3
    )
    assert grave.retry() == Tally(taken=1)


def test_a_person_returns_what_was_mended(grave: Grave) -> None:
    letters = [
        grave.bury("order_id_taken", connection="acme", order="1"),
        grave.bury("order_id_taken", connection="acme", order="2"),
        grave.bury("order_id_taken", connection="other", order="1"),
        grave.bury("failed_for_a_day", connection="acme", order="1"),
    ]
    asked = {"reasons": ["order_id_taken"], "connections": ["acme"], "orders": ["1"]}
    assert grave.retry(read_selection(asked)) == Tally(taken=1, left=3)
    assert grave.listed().keys() == set(letters[1:])


def test_what_sqs_moved_itself_is_listed_then_returned(grave: Grave) -> None:
    grave.queue.send(EVENT)
    grave.sqs.set_queue_attributes(
        QueueUrl=grave.url,
        Attributes={
            "RedrivePolicy": '{"maxReceiveCount": 1, "deadLetterTargetArn":'
            ' "arn:aws:sqs:eu-central-1:123456789012:dead.fifo"}'
        },
    )
    received(grave.sqs, grave.url, hidden_for=0)
    wait_until(lambda: not receive_nothing(grave) and held(grave.sqs, grave.dead_url) == 1)
    only_refused = Selection(reasons=["state_refused"])
    assert grave.retry(only_refused) == Tally(left=1)
    assert list(grave.listed().values()) == ["received_too_often"]
    (letter,) = grave.index.list()
    assert (letter.connection, letter.order, letter.topic) == ("acme", "1", "orders/paid")
    wait_until(lambda: shown(grave.sqs, grave.dead_url) == 1)
    assert grave.retry() == Tally(taken=1)
    assert grave.listed() == {}


def receive_nothing(grave: Grave) -> list[object]:
    """A receive of the main queue, with which SQS moves what was received too often."""
    answer = grave.sqs.receive_message(QueueUrl=grave.url)
    return list(answer.get("Messages", []))


@pytest.mark.parametrize(
    ("attributes", "where"),
    [
        pytest.param(
            {"connection": "acme", "order": "1", "topic": "orders/paid", "failure": "{}"},
            ("acme", "1", "orders/paid"),
            id="a failure that another version wrote",
        ),
        pytest.param(
            {"failure": "?"}, ("unknown", "unknown", "unknown"), id="a message of somebody else"
        ),
    ],
)
def test_a_dead_letter_that_cannot_be_read_is_listed_and_left(
    grave: Grave, attributes: dict[str, str], where: tuple[str, str, str]
) -> None:
    grave.bury_foreign(attributes)
    assert grave.retry() == Tally(left=1)
    (letter,) = grave.index.list()
    assert (letter.connection, letter.order, letter.topic) == where
    assert letter.failure.reason == "unreadable_message"
    wait_until(lambda: shown(grave.sqs, grave.dead_url) == 1)


@pytest.mark.parametrize(
    ("age", "marks"),
    [
        pytest.param(11 * DAY - timedelta(minutes=1), 0, id="more than three days before"),
        pytest.param(11 * DAY + timedelta(minutes=1), 1, id="within three days of it"),
    ],
)
def test_what_would_soon_expire_is_marked_and_counted(
    grave: Grave, age: timedelta, marks: int
) -> None:
    record = OrderRecord(
        connection="acme", order="1", number="#1001", order_date=grave.now, newest=grave.now
    )
    Orders(table=grave.table).save(record)
    grave.bury("state_refused")
    grave.now += age
    assert grave.run_function() == {"returned": 0, "waiting": 0, "left": 1}
    assert ("expiring_since" in (grave.table.get("order/acme/1") or {})) == bool(marks)
    assert grave.recorder.counted.get("NearExpiry", 0) == marks


def test_when_its_time_is_up_it_stops_between_two_letters(grave: Grave) -> None:
    for order in range(12):
        grave.bury(order=str(order))
    looks = count()
    assert grave.retry(has_time=lambda: next(looks) < 5) == Tally(taken=4)
    assert len(grave.listed()) == 8


def test_all_letters_of_one_order_are_met(grave: Grave) -> None:
    for _ in range(12):
        grave.bury(order="1", reason="state_refused")
    grave.bury(order="1")
    assert grave.retry() == Tally(taken=1, left=12)
