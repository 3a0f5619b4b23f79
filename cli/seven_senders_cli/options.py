"""The options that many commands have."""

import re
from datetime import timedelta
from typing import Annotated

import typer

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
