"""``logs``: what the functions have said of a connection or an order."""

from datetime import timedelta
from typing import Annotated

import typer

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.ledger import Ledger
from seven_senders_cli.log_query import MAX_LINES, Level, Subject, ask, in_line, query
from seven_senders_cli.options import STACK, AsJson, StackName, read_duration
from seven_senders_cli.orders.finding import Orders
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack, find_stack

A_DAY = timedelta(days=1)


def logs(
    name: Annotated[
        str,
        typer.Argument(
            metavar="CONNECTION|ORDER",
            help="A connection, or an order by its number such as 1001 or the shop's id.",
        ),
    ],
    *,
    since: Annotated[
        timedelta | None,
        typer.Option(
            parser=read_duration,
            metavar="AGE",
            help="How far to look back, such as 2h; else 1d.",
        ),
    ] = None,
    level: Annotated[
        Level, typer.Option(case_sensitive=False, help="The least severe lines to show.")
    ] = Level.DEBUG,
    limit: Annotated[
        int, typer.Option(min=1, max=MAX_LINES, help="So many of the newest lines.")
    ] = 200,
    only_query: Annotated[
        bool, typer.Option("--query", help="Print the query of CloudWatch Logs Insights only.")
    ] = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Show the functions' log lines of a connection or an order, the oldest first."""
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    text = query(_subjects(stack, name), level=level, limit=limit)
    if only_query:
        typer.echo(text)
        return
    now = utc_now()
    with screen.aside.status("Asking CloudWatch Logs Insights"):
        lines = ask(
            stack.logs,
            group=stack.output("LogGroupName"),
            text=text,
            since=now - (since or A_DAY),
            until=now,
        )
    screen.show(
        "Log lines, in UTC",
        lines if as_json else [in_line(line) for line in lines],
        empty=f"There is no such line of {name}. Look further back with --since; a new line takes"
        " some seconds to be found. Deliveries that are refused write none.",
    )
    if len(lines) == limit:
        screen.warn("There may be older lines: raise --limit, or see the others with --since.")


def _subjects(stack: Stack, name: str) -> list[Subject]:
    if name in stack.connections.names():
        return [Subject(connection=name)]
    orders = Orders(ledger=Ledger.at(stack.table), connections=stack.connections)
    numbered = [Subject(connection=found, order=order) for found, order in orders.numbered(name)]
    return [*numbered, Subject(order=name.removeprefix("#"))]
