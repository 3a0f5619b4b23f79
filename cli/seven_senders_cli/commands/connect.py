"""``connect``: a shop's settings go to the stack."""

from pathlib import Path
from typing import Annotated

import typer

from seven_senders_cli.options import STACK, StackName
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import find_stack
from seven_senders_local.connections import read_file


def connect(
    connections: Annotated[
        Path,
        typer.Option("--connections", help="YAML: {name: {platform: ..., access_key: ..., ...}}"),
    ],
    stack_name: StackName = STACK,
) -> None:
    """Put the settings of connections into SSM, for a stack that is deployed in AWS."""
    documents = read_file(connections)
    store = find_stack(stack_name).connections
    for name, document in documents.items():
        store.save(name, document)
    Screen(as_json=False).done(f"connected {', '.join(documents)}; in force within a minute")
