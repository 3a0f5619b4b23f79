"""The query for log lines, and waiting for what it finds."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from seven_senders_cli.failing import Failed
from seven_senders_cli.log_query import PATIENCE, Level, Subject, ask, in_line, query
from tests.recording import Recorder

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def filters(*subjects: Subject, level: Level = Level.DEBUG) -> list[re.Pattern[str]]:
    """The patterns that a line has to hold."""
    text = query(subjects, level=level, limit=5)
    return [re.compile(found) for found in re.findall(r"@message like /((?:\\.|[^/])*)/", text)]


def matches(line: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    return all(pattern.search(line) for pattern in patterns)


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        pytest.param(Subject(connection="shop"), {"of the shop", "of 1", "of 12"}, id="a shop"),
        pytest.param(Subject(connection="shop", order="1"), {"of 1"}, id="an order of a shop"),
        pytest.param(Subject(order="1"), {"of 1", "of shop-b's 1"}, id="an order of any shop"),
        pytest.param(Subject(order="a/.*"), {"of a/.*"}, id="an odd order"),
    ],
)
def test_a_line_is_found_as_telemetry_writes_it(
    subject: Subject, found: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    recorder = Recorder(capsys)
    telemetry = recorder.telemetry
    with telemetry.about(connection="shop"):
        telemetry.note("of the shop")
    for connection, order, message in (
        ("shop", "1", "of 1"),
        ("shop", "12", "of 12"),
        ("shop-b", "1", "of shop-b's 1"),
        ("other", "a/.*", "of a/.*"),
        ("other", "a/b", "of a/b"),
    ):
        with telemetry.about(connection=connection, order=order, delivery_id="d"):
            telemetry.warn(message, detail="x")
            telemetry.accepted()
    telemetry.flush()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 6, "metrics are among them"
    patterns = filters(subject)
    assert {json.loads(line)["message"] for line in lines if matches(line, patterns)} == found


@pytest.mark.parametrize(
    ("level", "found"),
    [
        (Level.DEBUG, ["DEBUG", "INFO", "WARNING", "ERROR"]),
        (Level.WARNING, ["WARNING", "ERROR"]),
        (Level.ERROR, ["ERROR"]),
    ],
)
def test_lines_that_are_less_severe_are_left_out(level: Level, found: list[str]) -> None:
    patterns = filters(Subject(connection="shop"), level=level)
    lines = {level: f'{{"level":"{level}","connection":"shop"}}' for level in Level}
    assert [level for level, line in lines.items() if matches(line, patterns)] == found


class Insights:
    """CloudWatch Logs Insights: what a query answers, look by look."""

    exceptions = SimpleNamespace(ResourceNotFoundException=LookupError)

    def __init__(self, *statuses: str, lines: Sequence[object] = ()) -> None:
        self.asked: dict[str, Any] = {}
        self.stopped = False
        self._statuses = chain(statuses, repeat("Running"))
        self._texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]

    def start_query(self, **given: Any) -> dict[str, str]:
        self.asked = given
        return {"queryId": "q"}

    def get_query_results(self, queryId: str) -> dict[str, Any]:  # noqa: N803  # boto3's name
        rows = [
            [{"field": "@timestamp", "value": ""}, {"field": "@message", "value": text}]
            for text in self._texts
        ]
        return {"status": next(self._statuses), "results": rows}

    def stop_query(self, queryId: str) -> None:  # noqa: N803  # boto3's name
        self.stopped = True


def asked(insights: Insights, pauses: list[float]) -> list[dict[str, Any]]:
    return ask(
        cast("CloudWatchLogsClient", insights),
        group="/seven-senders/x",
        text="fields @message",
        since=NOW - timedelta(hours=2),
        until=NOW,
        sleep=pauses.append,
    )


def test_lines_come_when_the_query_is_complete_the_oldest_first() -> None:
    lines = [{"timestamp": "2026-03-02T11:00:00.002Z"}, {"timestamp": "2026-03-02T11:00:00.001Z"}]
    insights, pauses = Insights("Scheduled", "Running", "Complete", lines=lines), list[float]()
    assert asked(insights, pauses) == lines[::-1]
    assert len(pauses) == 2
    assert insights.asked["endTime"] - insights.asked["startTime"] == 2 * 3600 + 1


def test_a_line_that_was_cut_off_is_shown_as_it_is() -> None:
    lines = asked(Insights("Complete", lines=['{"timestamp": "2026-', {"timestamp": "2026"}]), [])
    assert [in_line(line)["message"] for line in lines] == ['{"timestamp": "2026-', None]


def test_a_query_that_takes_too_long_is_stopped() -> None:
    insights, pauses = Insights(), list[float]()
    with pytest.raises(Failed, match="no answer after 60 s: ask for less"):
        asked(insights, pauses)
    assert insights.stopped
    assert sum(pauses) == pytest.approx(PATIENCE.total_seconds())


def test_a_query_that_fails_is_told() -> None:
    with pytest.raises(Failed, match="ended as Timeout"):
        asked(Insights("Timeout"), [])


@pytest.mark.parametrize(
    ("more", "details"),
    [
        ({"details": {"reason": "x", "status": None, "why": ""}}, "reason: x"),
        ({"details": None}, ""),
        ({}, ""),
        ({"exception": "Traceback\n  File\nValueError: odd"}, "exception: ValueError: odd"),
    ],
)
def test_the_details_of_a_line_stand_beside_it(more: dict[str, object], details: str) -> None:
    line = {"timestamp": "t", "level": "ERROR", "message": "m", "order": "1", **more}
    assert in_line(line) == {
        "time": "t",
        "level": "ERROR",
        "order": "1",
        "message": "m",
        "details": details,
    }
