"""``doctor``: what works, what does not, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_cli.doctor import checks
from seven_senders_cli.doctor.finding import Check, Level, examine, untold
from seven_senders_cli.doctor.trial import ACCEPTANCE_HOST, is_allowed
from seven_senders_cli.failing import Exit, Failed, explaining
from seven_senders_cli.options import STACK, AsJson, StackName
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack, find_stack

_STYLES: Mapping[object, str] = {Level.GREEN: "green", Level.AMBER: "yellow", Level.RED: "red"}


def doctor(
    connection: Annotated[
        str | None, typer.Argument(help="Look at this one only, of all connections.")
    ] = None,
    try_orders: Annotated[
        bool,
        typer.Option(
            "--try-orders",
            help="Make up an order of CONNECTION at Seven Senders, take it through all calls, and"
            " delete it. On the acceptance system only.",
        ),
    ] = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Look at a stack and its connections: a green, amber or red line each, with the mend.

    Nothing is changed. A signed webhook of a topic that is left goes to each connection's URL, and
    Seven Senders is asked for an order that there is not. Ends with 1 if a line is red.
    """
    stack = find_stack(stack_name)
    run(_checks(stack, connection, try_orders=try_orders), Screen(as_json=as_json))


def run(checks: Sequence[Check], screen: Screen) -> None:
    """Show what checks find, as they find it. Raises Exit with 1 if anything is red."""
    found = map(asdict, examine(checks))
    shown = screen.follow("Doctor", found, style=lambda row: _STYLES[row["level"]])
    if any(row["level"] == Level.RED for row in shown):
        raise typer.Exit(Exit.FAILED)


def _checks(stack: Stack, connection: str | None, *, try_orders: bool) -> list[Check]:
    if try_orders and connection is None:
        raise Failed("--try-orders needs a CONNECTION", code=Exit.WRONG_INPUT)
    if not checks.is_whole(stack):
        return checks.of_deployment(stack)
    of_stack = [*checks.of_deployment(stack), *checks.of_queues(stack)]
    try:
        with explaining():
            known = checks.load(stack)
    except Failed as failed:
        reason = failed
        return [*of_stack, Check(checks.CONNECTIONS, lambda: [untold(checks.CONNECTIONS, reason)])]
    if connection is None:
        return [*of_stack, *checks.of_connections(stack, known, list(known))]
    if connection not in known:
        raise ConnectionMissing(connection)
    of_connection = checks.of_connections(stack, known, [connection])
    trial = [_trial(stack, connection, known[connection])] if try_orders else []
    return [*of_stack, *of_connection, *trial]


def _trial(
    stack: Stack, connection: str, document: ConnectionDocument | InvalidConnection
) -> Check:
    if isinstance(document, InvalidConnection):
        raise document
    if not is_allowed(document.api_url):
        raise Failed(
            f"--try-orders makes orders on {ACCEPTANCE_HOST} only, and the api_url of"
            f" {connection} is {document.api_url}: use a connection to the acceptance system",
            code=Exit.WRONG_INPUT,
        )
    return checks.of_trial(stack, connection, document)
