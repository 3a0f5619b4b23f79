"""The options that many commands have."""

from typing import Annotated

import typer

StackName = Annotated[
    str, typer.Option("--stack-name", envvar="SEVEN_SENDERS_STACK", help="The deployed stack.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

STACK = "seven-senders"
"""What a stack is called if nothing else is said (source: samconfig.toml)."""
