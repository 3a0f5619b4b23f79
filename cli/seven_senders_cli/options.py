"""The options that many commands have."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from seven_senders_adapter.shops.reading import PLAUSIBLE_YEARS

StackName = Annotated[
    str, typer.Option("--stack-name", envvar="SEVEN_SENDERS_STACK", help="The deployed stack.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

STACK = "seven-senders"
"""What a stack is called if nothing else is said (source: samconfig.toml)."""

Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def read_duration(text: str) -> timedelta:
    """Read how long something takes, such as 30m, 2h or 3d. Raises BadParameter."""
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if not found:
        raise typer.BadParameter(f"{text!r}: expected minutes, hours or days such as 30m, 2h or 3d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def read_begin(text: str) -> datetime:
    """Read when a time begins, in UTC and whole seconds; a date is its first second in UTC.

    Raises BadParameter.
    """
    return _moment(text, of_a_date=time.min)


def read_end(text: str) -> datetime:
    """The same of when a time ends; a date is its last second in UTC. Raises BadParameter."""
    return _moment(text, of_a_date=time(23, 59, 59))


def _moment(text: str, *, of_a_date: time) -> datetime:
    try:
        at = datetime.combine(date.fromisoformat(text), of_a_date, UTC)
    except ValueError:
        at = _date_time(text)
    if at.year not in PLAUSIBLE_YEARS:
        raise typer.BadParameter(f"{text!r}: no shop is that old, or lives that long")
    return at


def _date_time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        pass
    raise typer.BadParameter(
        f"{text!r}: expected a date such as 2026-01-31, in UTC, or a time with its offset such as"
        " 2026-01-31T08:00+01:00"
    )


Since = Annotated[
    datetime,
    typer.Option(
        parser=read_begin,
        metavar="DATE",
        help="Orders created from then on: a date, in UTC, or a time such as"
        " 2026-01-31T08:00+01:00.",
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(parser=read_end, metavar="DATE", help="The last day, or time; else now."),
]
