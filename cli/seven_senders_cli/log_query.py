"""What a connection's or an order's log lines are asked with, and how they are read."""

import json
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from seven_senders_cli.failing import Exit, Failed
from seven_senders_cli.screen import Row

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import ResultFieldTypeDef

PATIENCE = timedelta(minutes=1)
MAX_LINES = 10_000
"""The most that CloudWatch Logs Insights gives (source: docs)."""

_LOOK_SECONDS = 0.3
_ENDED = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})


class Level(StrEnum):
    """The levels of log lines, the least severe one first."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"

    @property
    def and_worse(self) -> Sequence["Level"]:
        """This one and those that are more severe."""
        levels = tuple(Level)
        return levels[levels.index(self) :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose lines are asked for: a connection's, or those of one of its orders.

    Without a connection, those of an order of any.
    """

    connection: str = ""
    order: str = ""

    @property
    def pattern(self) -> str:
        """What such a line holds, as Telemetry writes its keys: without blanks, in this order."""
        keys = {"connection": self.connection, "order": self.order}
        return ".*".join(f'"{key}":"{_literally(value)}"' for key, value in keys.items() if value)


def query(subjects: Collection[Subject], *, level: Level, limit: int) -> str:
    """The query for CloudWatch Logs Insights. Lines of metrics have no level.

    By the text of the lines: the local stack's emulator knows no other filter than this.
    """
    of_them = "|".join(subject.pattern for subject in subjects)
    return "\n".join(
        (
            "fields @timestamp, @message",
            f'| filter @message like /"level":"({"|".join(level.and_worse)})"/',
            f"| filter @message like /{of_them}/",
            "| sort @timestamp desc",
            f"| limit {limit}",
        )
    )


def ask(
    logs: "CloudWatchLogsClient",
    *,
    group: str,
    text: str,
    since: datetime,
    until: datetime,
    sleep: Callable[[float], None] = time.sleep,
) -> list[dict[str, Any]]:
    """Run a query and wait for its lines, the oldest one first.

    Raises Failed if it does not end, and what boto3 raises.
    """
    try:
        started = logs.start_query(
            logGroupName=group,
            startTime=int(since.timestamp()),
            endTime=int(until.timestamp()) + 1,
            queryString=text,
        )
    except logs.exceptions.ResourceNotFoundException as error:
        raise Failed(
            f"there is no log group {group}: deploy the stack again", code=Exit.NOT_FOUND
        ) from error
    number = started["queryId"]
    for _ in range(int(PATIENCE.total_seconds() / _LOOK_SECONDS)):
        answer = logs.get_query_results(queryId=number)
        if answer["status"] == "Complete":
            return _lines(answer["results"])
        if answer["status"] in _ENDED:
            raise Failed(f"the query ended as {answer['status']}: try again, with a later --since")
        sleep(_LOOK_SECONDS)
    logs.stop_query(queryId=number)
    raise Failed(
        f"the query has no answer after {PATIENCE.seconds} s: ask for less, with a later --since"
    )


def in_line(line: Mapping[str, Any]) -> Row:
    """A log line for people."""
    details = line.get("details") or {}
    told = {key: value for key, value in details.items() if value not in (None, "")}
    if "exception" in line:
        told["exception"] = str(line["exception"]).strip().rpartition("\n")[2]
    return {
        "time": line.get("timestamp"),
        "level": line.get("level"),
        "order": line.get("order"),
        "message": line.get("message"),
        "details": ", ".join(f"{key}: {value}" for key, value in told.items()),
    }


def _lines(results: "Sequence[Sequence[ResultFieldTypeDef]]") -> list[dict[str, Any]]:
    texts = [cell["value"] for row in results for cell in row if cell["field"] == "@message"]
    return sorted(map(_line, texts), key=lambda line: str(line["timestamp"]))


def _line(text: str) -> dict[str, Any]:
    """A line's keys; one that Lambda has cut off is a message without any others."""
    try:
        line: dict[str, Any] = json.loads(text)
    except ValueError:
        return {"timestamp": "", "message": text}
    return line


def _literally(text: str) -> str:
    """A text as it stands in JSON, within a regular expression that ends at a slash."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1]
    return re.sub(r"([^\w-])", r"\\\1", inside)
