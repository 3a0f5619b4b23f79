"""What SQS does not take, and what the emulators do not check."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from seven_senders_adapter.messages import Failure, OrderEvent, Received
from seven_senders_adapter.queue import DeadLetterQueue, GroupNotAllowed, MessageTooLarge, Queue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
FAILURE = Failure(letter="m", reason="state_refused", first_try=NOON, last_try=NOON)
MEBIBYTE = 1_048_576


class FakeSqs:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.hidden: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []

    def send_message(self, **call: Any) -> None:
        self.sent.append(call)

    def change_message_visibility(self, **call: Any) -> None:
        self.hidden.append(call)

    def receive_message(self, **call: Any) -> dict[str, Any]:
        self.asked.append(call)
        return {}


@pytest.fixture
def sqs() -> FakeSqs:
    return FakeSqs()


@pytest.fixture
def queue(sqs: FakeSqs) -> Queue:
    return Queue(sqs=cast("SQSClient", sqs), url="main")


@pytest.fixture
def dead_letters(sqs: FakeSqs) -> DeadLetterQueue:
    return DeadLetterQueue(sqs=cast("SQSClient", sqs), url="dead")


def event(**changes: Any) -> OrderEvent:
    return OrderEvent(
        **{
            "connection": "acme",
            "platform": "shopify",
            "order": "17",
            "topic": "orders/paid",
            "delivery_id": "d-1",
            "received_at": NOON,
            "projection": {"id": "17"},
            **changes,
        }
    )


def received(*, raw: str = "{}", group: str = "acme/17", **attributes: str) -> Received:
    return Received(
        message_id="m",
        receipt="r",
        group=group,
        receives=1,
        sent_at=NOON,
        attributes=attributes,
        raw=raw,
    )


def size(call: dict[str, Any]) -> int:
    attributes = call["MessageAttributes"].items()
    return len(call["MessageBody"].encode()) + sum(
        len(name) + len(value["DataType"]) + len(value["StringValue"].encode())
        for name, value in attributes
    )


def test_a_message_of_exactly_one_mebibyte_with_its_attributes_is_sent(
    queue: Queue, sqs: FakeSqs
) -> None:
    queue.send(event(projection={"t": ""}))
    room = MEBIBYTE - size(sqs.sent[0])
    queue.send(event(projection={"t": "x" * room}))
    assert size(sqs.sent[1]) == MEBIBYTE
    with pytest.raises(MessageTooLarge, match="1048577 bytes"):
        queue.send(event(projection={"t": "x" * (room + 1)}))


def test_the_size_is_counted_in_bytes_of_utf_8(queue: Queue) -> None:
    queue.send(event(projection={"t": "x" * 600_000}))
    with pytest.raises(MessageTooLarge):
        queue.send(event(projection={"t": "ü" * 600_000}))


def test_the_limit_holds_for_every_way_out(queue: Queue, dead_letters: DeadLetterQueue) -> None:
    message = received(raw="x" * MEBIBYTE, format="1")
    with pytest.raises(MessageTooLarge):
        dead_letters.bury(message, FAILURE)
    with pytest.raises(MessageTooLarge):
        queue.send_back(message)


@pytest.mark.parametrize(
    ("group", "is_taken"),
    [
        pytest.param("acme/17", True, id="connection and order"),
        pytest.param("a" * 63 + "/" + "9" * 64, True, id="128 characters"),
        pytest.param("a" * 63 + "/" + "9" * 65, False, id="129 characters"),
        pytest.param("acme/1 7", False, id="a blank"),
        pytest.param("acme/ü", False, id="a letter beyond ASCII"),
        pytest.param("acme/17\n", False, id="a line break at the end"),
        pytest.param("", False, id="empty"),
    ],
)
def test_a_message_group_that_sqs_refuses_is_not_sent(
    queue: Queue, sqs: FakeSqs, group: str, *, is_taken: bool
) -> None:
    if is_taken:
        queue.send_back(received(group=group))
        assert sqs.sent[0]["MessageGroupId"] == group
    else:
        with pytest.raises(GroupNotAllowed):
            queue.send_back(received(group=group))


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        pytest.param(-5, 0, id="a wait that is over is none"),
        pytest.param(0, 0, id="no wait"),
        pytest.param(30, 30, id="30 s"),
        pytest.param(6 * 3600, 6 * 3600, id="6 h, the longest Retry-After"),
        pytest.param(12 * 3600, 12 * 3600 - 900, id="12 h count from the receipt"),
        pytest.param(10**9, 12 * 3600 - 900, id="years"),
    ],
)
def test_a_message_is_hidden_within_the_12_hours_of_sqs(
    queue: Queue, sqs: FakeSqs, asked: int, given: int
) -> None:
    queue.hide(received(), asked)
    assert sqs.hidden == [{"QueueUrl": "main", "ReceiptHandle": "r", "VisibilityTimeout": given}]


def test_dead_letters_are_hidden_for_12_hours_at_most(
    dead_letters: DeadLetterQueue, sqs: FakeSqs
) -> None:
    dead_letters.receive(hidden_for=10**9)
    assert sqs.asked[0]["VisibilityTimeout"] == 43_200


def test_a_message_has_at_most_ten_attributes_none_of_them_empty(
    queue: Queue, dead_letters: DeadLetterQueue, sqs: FakeSqs
) -> None:
    many = {f"foreign_{n}": "x" for n in range(10)}
    dead_letters.bury(received(format="1", connection="acme", order="17", **many), FAILURE)
    queue.send(event(redriven=True, unreadable="lacks name"))
    queue.send(event(delivery_id=""))
    dead, full, sparse = (call["MessageAttributes"] for call in sqs.sent)
    assert set(dead) == {"format", "connection", "order", "failure"}
    assert len(full) == 9
    assert "delivery_id" not in sparse
    assert all(value["StringValue"] for call in (dead, full, sparse) for value in call.values())


@pytest.mark.parametrize("character", ["\ud800", "\uffff", "\ufffe"])
def test_a_character_that_sqs_refuses_is_replaced(
    queue: Queue, sqs: FakeSqs, character: str
) -> None:
    queue.send(event(projection={"t": f"a{character}b"}))
    assert sqs.sent[0]["MessageBody"] == '{"t":"a\ufffdb"}'


def test_other_characters_stay_as_they_are(queue: Queue, sqs: FakeSqs) -> None:
    queue.send(event(projection={"t": "Grün 🎁\u0000\ttab"}))
    assert sqs.sent[0]["MessageBody"] == '{"t":"Grün 🎁\\u0000\\ttab"}'


def test_every_send_has_a_de_duplication_id_of_its_own(
    queue: Queue, dead_letters: DeadLetterQueue, sqs: FakeSqs
) -> None:
    message = received(format="1")
    queue.send(event())
    queue.send(event())
    dead_letters.bury(message, FAILURE)
    dead_letters.bury(message, FAILURE)
    queue.send_back(message)
    queue.send_back(message)
    assert len({call["MessageDeduplicationId"] for call in sqs.sent}) == 6
