"""``logs``: lines of the functions' processes are asked for and shown."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import BinaryIO

import pytest

from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_local.log_lines import LogLines
from tests.end_to_end.driving import wait_for
from tests.integration.cli.conftest import CommandLine

NOW = datetime.now(UTC)


class Process:
    """A process of the local stack, as far as its log lines go."""

    def __init__(
        self, command: CommandLine, *, kept: int = 1000, echo: BinaryIO | None = None
    ) -> None:
        self._logs = command.stack.logs
        self._group = command.stack.output("LogGroupName")
        self.lines = LogLines(logs=self._logs, group=self._group, kept=kept, echo=echo)
        self.lines.start()

    def writes(self, *lines: str) -> None:
        """Write lines and end."""
        with self.lines.pipe() as pipe, os.fdopen(os.dup(pipe), "w") as process:
            process.writelines(f"{line}\n" for line in lines)

    def write_until_read(self, *lines: str) -> None:
        """Write lines, and wait until the last one is in the log group."""
        self.writes(*lines)
        wait_for(lambda: lines[-1] in self.kept())

    def kept(self) -> list[str]:
        """The lines of the log group."""
        streams = self._logs.describe_log_streams(logGroupName=self._group)["logStreams"]
        pages = [
            self._logs.get_log_events(
                logGroupName=self._group, logStreamName=stream["logStreamName"], startFromHead=True
            )
            for stream in streams
        ]
        return [event["message"] for page in pages for event in page["events"]]

    def end(self) -> None:
        """Forget all lines."""
        self.lines.stop()
        for stream in self._logs.describe_log_streams(logGroupName=self._group)["logStreams"]:
            self._logs.delete_log_stream(
                logGroupName=self._group, logStreamName=stream["logStreamName"]
            )


def line(
    message: str, *, connection: str = "shop", order: str = "1", level: str = "INFO", at: int = 0
) -> str:
    """A line of Telemetry."""
    return json.dumps(
        {
            "level": level,
            "message": message,
            "timestamp": f"2026-03-02T11:00:00.{at:03}Z",
            "connection": connection,
            "order": order,
            "details": {"reason": "x"},
        },
        separators=(",", ":"),
    )


@pytest.fixture
def process(command: CommandLine) -> Iterator[Process]:
    process = Process(command)
    yield process
    process.end()


def test_the_lines_of_a_connection_are_shown_the_oldest_first(
    command: CommandLine, process: Process
) -> None:
    command.connect("shop")
    process.write_until_read(
        line("second", at=2), line("first", at=1, level="WARNING"), line("not", connection="other")
    )
    ended = command("logs", "shop")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        "time\tlevel\torder\tmessage\tdetails",
        "2026-03-02T11:00:00.001Z\tWARNING\t1\tfirst\treason: x",
        "2026-03-02T11:00:00.002Z\tINFO\t1\tsecond\treason: x",
    ]


@pytest.mark.parametrize("given", ["1001", "#1001", "1"])
def test_the_lines_of_an_order_are_shown(
    command: CommandLine, process: Process, given: str
) -> None:
    command.connect("numbered")
    orders = Orders(table=command.stack.table)
    if orders.load("numbered", "1") is None:
        orders.save(
            OrderRecord(
                connection="numbered",
                order="1",
                number="#1001",
                order_date=NOW - timedelta(days=1),
                newest=NOW,
            )
        )
    process.write_until_read(
        line("other order", connection="numbered", order="2"), line("it", connection="numbered")
    )
    [shown] = json.loads(command("logs", given, "--json").out)
    assert shown["message"] == "it"


def test_no_line_is_told_with_what_to_do(command: CommandLine, process: Process) -> None:
    command.connect("shop")
    ended = command("logs", "shop", "--level", "error")
    assert (ended.code, ended.out) == (0, "")
    assert "Look further back with --since" in ended.err


def test_more_lines_than_are_shown_are_told(command: CommandLine, process: Process) -> None:
    command.connect("shop")
    process.write_until_read(*(line(str(at), at=at) for at in range(5)))
    ended = command("logs", "shop", "--limit", "2")
    assert len(ended.out.splitlines()) == 3
    assert "raise --limit" in ended.err


def test_the_query_is_printed_alone(command: CommandLine) -> None:
    command.connect("shop")
    assert command("logs", "shop", "--query", "--level", "WARNING", "--limit", "9").out == (
        "fields @timestamp, @message\n"
        '| filter @message like /"level":"(WARNING|ERROR)"/\n'
        '| filter @message like /"connection":"shop"/\n'
        "| sort @timestamp desc\n"
        "| limit 9\n"
    )


def test_a_line_that_a_killed_process_began_is_kept(process: Process) -> None:
    with process.lines.pipe() as pipe:
        os.write(pipe, b"whole\ncut o")
    wait_for(lambda: process.kept() == ["whole", "cut o"])


def test_of_many_lines_the_newest_are_kept(command: CommandLine) -> None:
    process = Process(command, kept=10)
    process.writes(*(str(number) for number in range(35)))
    process.lines.stop()
    assert sorted(process.kept(), key=int) == [str(number) for number in range(20, 35)]
    process.end()


class GoneTerminal(BytesIO):
    """Nobody looks at it any more."""

    def write(self, _: object) -> int:
        raise BrokenPipeError


def test_lines_are_kept_although_nobody_looks_at_them_any_more(command: CommandLine) -> None:
    process = Process(command, echo=GoneTerminal())
    try:
        process.write_until_read("one")
        process.write_until_read("two")
        assert process.kept() == ["one", "two"]
    finally:
        process.end()
