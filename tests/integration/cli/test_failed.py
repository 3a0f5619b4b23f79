"""``failed``: dead letters are listed, explained, sent back and dropped."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.messages import Failure, OrderEvent, Received, event_message
from seven_senders_cli.doctor.queues import count
from tests.end_to_end.driving import wait_for
from tests.integration.cli.conftest import CommandLine
from tests.integration.fifo import received, shown

NOW = datetime.now(UTC)
BRAKE = "account/f00d"
PROGRAM = Path(sys.executable).with_name("seven-senders")


class Yard:
    """Dead letters of the emulator, and what became of them."""

    def __init__(self, command: CommandLine) -> None:
        stack = command.stack
        self.index = DeadLetters(table=stack.table)
        self._sqs = stack.sqs
        self._queue = stack.dead_letter_queue
        self._dead, self._main = map(stack.output, ("DeadLetterQueueUrl", "OrderEventsQueueUrl"))

    def bury(
        self,
        letter: str,
        reason: str = "state_refused",
        *,
        connection: str = "shop",
        order: str = "1",
        hours_ago: float = 0,
        listed: bool = True,
    ) -> None:
        """A dead letter as syncing makes it."""
        last_try = NOW - timedelta(hours=hours_ago)
        failure = Failure(
            letter=letter,
            reason=reason,
            detail="HTTP 422: state not allowed",
            status=422,
            first_try=last_try,
            last_try=last_try,
            brakes=(BRAKE,),
        )
        message = _message(connection, order)
        self._queue.bury(message, failure)
        if listed:
            self.index.add(DeadLetter.of(message, failure))

    def dead(self) -> int:
        """How many messages the dead letters' queue holds."""
        return sum(count(self._sqs, self._dead))

    def returned(self) -> int:
        """How many messages the queue holds."""
        return sum(count(self._sqs, self._main))

    def shown(self) -> int:
        """How many dead letters anybody can have."""
        return shown(self._sqs, self._dead)

    def listed(self) -> set[str]:
        """The letters that the index lists."""
        return {letter.failure.letter for letter in self.index.list()}

    def clear(self) -> None:
        """Forget all."""
        for url in (self._dead, self._main):
            self._sqs.purge_queue(QueueUrl=url)
        for letter in self.index.list():
            self.index.remove(letter)

    def take_one(self) -> str:
        """Have a dead letter as another run has it; its name."""
        [message] = received(self._sqs, self._dead, most=1)
        failure = message.failure()
        assert failure
        return failure.letter


def _message(connection: str, order: str) -> Received:
    event = OrderEvent(
        connection=connection,
        platform="shopify",
        order=order,
        topic="orders/paid",
        delivery_id="d",
        received_at=NOW,
        projection={"id": order},
    )
    sent = event_message(event)
    return Received(
        message_id="m",
        receipt="r",
        group=sent.group,
        receives=1,
        sent_at=NOW,
        attributes=sent.attributes,
        raw=sent.body,
    )


@pytest.fixture
def yard(command: CommandLine) -> Iterator[Yard]:
    yard = Yard(command)
    yard.clear()
    yield yard
    yard.clear()


@pytest.fixture
def three(yard: Yard) -> Yard:
    yard.bury("aaaa1111", "state_refused", order="1", hours_ago=30)
    yard.bury("bbbb2222", "state_refused", connection="other", order="2", hours_ago=5)
    yard.bury("cccc3333", "order_id_taken", order="3", hours_ago=1)
    return yard


def test_all_are_listed_the_oldest_first(command: CommandLine, three: Yard) -> None:
    head, *lines = command("failed", "list").out.splitlines()
    assert head == "last_try\tconnection\torder\treason\tstatus\tdetail\tletter"
    assert [line.split("\t")[1:] for line in lines] == [
        ["shop", "1", "state_refused", "422", "HTTP 422: state not allowed", "aaaa1111"],
        ["other", "2", "state_refused", "422", "HTTP 422: state not allowed", "bbbb2222"],
        ["shop", "3", "order_id_taken", "422", "HTTP 422: state not allowed", "cccc3333"],
    ]


def test_a_script_gets_all_of_each(command: CommandLine, three: Yard) -> None:
    [letter] = json.loads(command("failed", "list", "--order", "3", "--json").out)
    assert letter["letter"] == "cccc3333"
    assert letter["topic"] == "orders/paid"
    assert letter["brakes"] == [BRAKE]
    assert "order_id_prefix" in letter["to_do"]


def test_no_letter_is_no_error(command: CommandLine, yard: Yard) -> None:
    ended = command("failed", "list")
    assert (ended.code, ended.out, ended.err) == (0, "", "There are no such dead letters\n")


def test_they_are_chosen_by_all_that_is_said(command: CommandLine, three: Yard) -> None:
    wide = "--reason state_refused --reason order_id_taken --connection shop --connection other"
    words = f"{wide} --order 1 --order 2 --older-than 3h --newer-than 1d"
    [_, line] = command("failed", "list", *words.split()).out.splitlines()
    assert line.endswith("bbbb2222")


@pytest.mark.parametrize("what", ["retry", "drop"])
def test_a_dry_run_shows_what_would_be_chosen_and_touches_nothing(
    command: CommandLine, three: Yard, what: str
) -> None:
    held = three.take_one()
    ended = command("failed", what, "--connection", "shop", "--older-than", "2h", "--dry-run")
    [_, line] = ended.out.splitlines()
    assert line.endswith("aaaa1111")
    assert (three.dead(), three.returned(), len(three.listed())) == (3, 0, 3)
    assert held in three.listed()


@pytest.mark.parametrize("given", ["#1", "aaaa"], ids=["its order", "how it begins"])
def test_one_is_shown_with_what_to_do(command: CommandLine, three: Yard, given: str) -> None:
    lines = dict(line.split("\t") for line in command("failed", "show", given).out.splitlines())
    assert lines["letter"] == "aaaa1111"
    assert lines["reason"] == "state_refused"
    assert lines["means"] == "Seven Senders refused a state of the order"
    assert lines["to_do"] == "clear it up with Seven Senders, retry"
    assert lines["detail"] == "HTTP 422: state not allowed"
    assert lines["brakes"] == BRAKE


def test_one_that_there_is_not_is_not_found(command: CommandLine, three: Yard) -> None:
    ended = command("failed", "show", "77")
    assert (ended.code, ended.out) == (3, "")
    assert "no dead letter is listed for 77" in ended.err


@pytest.mark.parametrize("text", ["", " ", "#"])
@pytest.mark.parametrize("words", [("failed", "show"), ("logs",), ("failed", "list", "--order")])
def test_what_can_be_no_order_stands_for_none(
    command: CommandLine, three: Yard, words: tuple[str, ...], text: str
) -> None:
    ended = command(*words, text)
    assert (ended.code, ended.out) == (2, "")
    assert "expected an order's number or id" in ended.err


def test_those_that_are_chosen_go_back_and_the_others_can_be_had_at_once(
    command: CommandLine, three: Yard
) -> None:
    ended = command("failed", "retry", "--reason", "order_id_taken")
    assert ended.out == "1 returned to the queue, 0 wait behind a closed brake, 2 left\n"
    assert (ended.code, ended.err) == (0, "")
    assert three.listed() == {"aaaa1111", "bbbb2222"}
    assert (three.returned(), three.dead(), three.shown()) == (1, 2, 2)
    ended = command("failed", "retry", "--all", "--json")
    assert json.loads(ended.out) == {"returned": 2, "waiting": 0, "left": 0}
    assert (three.returned(), three.dead()) == (3, 0)


def test_those_behind_a_closed_brake_wait(command: CommandLine, three: Yard) -> None:
    brakes = Brakes(table=command.stack.table)
    brakes.close(BRAKE, reason="401", now=NOW, probe_at=NOW)
    ended = command("failed", "retry", "--connection", "shop")
    brakes.open(BRAKE)
    assert ended.out == "0 returned to the queue, 2 wait behind a closed brake, 1 left\n"
    assert (three.shown(), three.returned()) == (3, 0)


def test_those_that_are_dropped_are_gone(command: CommandLine, three: Yard) -> None:
    ended = command("failed", "drop", "--reason", "state_refused", answers=["y"])
    assert "Delete 2 dead letters (2 state_refused) for good?" in ended.err
    assert ended.out.endswith("2 dropped, 1 left\n")
    assert three.listed() == {"cccc3333"}
    assert (three.returned(), three.dead(), three.shown()) == (0, 1, 1)


@pytest.mark.parametrize(
    ("answers", "code", "says"),
    [
        pytest.param("n", 1, "nothing was done", id="no"),
        pytest.param("", 2, "say --yes", id="silence"),
    ],
)
def test_a_drop_does_nothing_without_a_yes(
    command: CommandLine, three: Yard, answers: str, code: int, says: str
) -> None:
    ended = command("failed", "drop", "--all", answers=list(answers))
    assert ended.code == code
    assert says in ended.err
    assert three.dead() == len(three.listed()) == 3


@pytest.mark.parametrize("what", ["retry", "drop"])
def test_nothing_chosen_is_refused(command: CommandLine, three: Yard, what: str) -> None:
    ended = command("failed", what)
    assert (ended.code, ended.out) == (2, "")
    assert "--reason, --connection" in ended.err
    assert three.dead() == 3


@pytest.mark.parametrize("age", ["2", "h", "2w", "-1h", "1.5h", "999999d"])
def test_an_age_is_minutes_hours_or_days(command: CommandLine, age: str) -> None:
    ended = command("failed", "list", f"--older-than={age}")
    assert ended.code == 2
    assert "30m, 2h or 3d" in ended.err


def test_what_another_run_has_in_its_hands_is_told(command: CommandLine, three: Yard) -> None:
    held = three.take_one()
    ended = command("failed", "retry", "--all")
    assert ended.out == "2 returned to the queue, 0 wait behind a closed brake, 0 left\n"
    assert "1 more are listed, but another run has them" in ended.err
    assert three.listed() == {held}


def test_what_is_not_listed_is_dropped_all_the_same(command: CommandLine, yard: Yard) -> None:
    yard.bury("dddd4444", listed=False)
    assert command("failed", "drop", "--order", "1", "--yes").out == "1 dropped, 0 left\n"


@pytest.mark.parametrize("what", [("retry",), ("drop", "--yes")], ids=["retry", "drop"])
def test_what_fails_only_after_the_command_began_is_left(
    command: CommandLine, yard: Yard, what: tuple[str, ...]
) -> None:
    yard.bury("before")
    yard.bury("after", order="2", hours_ago=-1)
    assert "1 left" in command("failed", *what, "--all").out
    assert yard.listed() == {"after"}


def test_ctrl_c_loses_nothing_and_leaves_the_rest_to_others_at_once(
    command: CommandLine, yard: Yard
) -> None:
    for at in range(100):
        yard.bury(f"letter-{at}", order=str(at), listed=False)
    with subprocess.Popen(
        [PROGRAM, "failed", "retry", "--all"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for(lambda: yard.returned() > 0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "none is lost" in err
    assert 0 < yard.returned() < 100
    assert yard.shown() == yard.dead() == 100 - yard.returned()
