"""Dates and times that a person gives."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import typer

from seven_senders_cli.options import read_begin, read_end


def test_a_date_is_all_of_its_day_in_utc() -> None:
    assert read_begin("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert read_end("2026-01-31") == datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("read", [read_begin, read_end])
@pytest.mark.parametrize(
    "text", ["2026-01-31T08:00+01:00", "2026-01-31T07:00:00Z", "2026-01-31 07:00:00.9+00:00"]
)
def test_a_time_with_its_offset_is_that_second(read: Callable[[str], datetime], text: str) -> None:
    at = read(text)
    assert (at, at.tzinfo) == (datetime(2026, 1, 31, 7, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30",
        "31.01.2026",
        "2026-01-31T08:00",
        "0001-01-01T00:00+05:00",
        "1066-10-14",
    ],
)
def test_all_else_is_wrong(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=re.escape(f"{text!r}: ")):
        read_begin(text)
