"""``orders``: where an order is, what is stuck, and sending one anew."""

from typing import Annotated

import typer

from seven_senders_adapter.ledger import Ledger
from seven_senders_cli.options import STACK, AsJson, StackName
from seven_senders_cli.orders.comparing import compared
from seven_senders_cli.orders.finding import Orders
from seven_senders_cli.orders.situation import Situation, situation
from seven_senders_cli.orders.telling import timeline, where
from seven_senders_cli.screen import Row, Screen
from seven_senders_cli.stack import find_stack

app = typer.Typer(help="Where an order is, what is stuck, sending anew.", no_args_is_help=True)

Order = Annotated[
    str,
    typer.Argument(help="Its number such as 1001, its order id at Seven Senders, or the shop's."),
]
Connection = Annotated[
    str | None, typer.Option("--connection", help="Look in this connection alone.")
]


@app.command(epilog="Example: seven-senders orders show 1001")
def show(
    order: Order,
    connection: Connection = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask Seven Senders what it says now.")
    ] = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Show what came of an order, what was sent, and what Seven Senders says now."""
    stack = find_stack(stack_name)
    ledger = Ledger.at(stack.table)
    records = Orders(ledger=ledger, connections=stack.connections, only=connection).find(order)
    screen = Screen(as_json=as_json)
    if len(records) > 1:
        rows = [
            {
                "connection": record.connection,
                "number": record.number,
                "id": record.order,
                "order_id": record.order_id,
                "ordered": record.order_date,
            }
            for record in records
        ]
        screen.show("Several orders", rows, empty="")
        screen.warn("Several orders: choose one by --connection and its id.")
        return
    found = situation(
        records[0],
        ledger=ledger,
        connections=stack.connections,
        clients=None if offline else stack.clients,
    )
    if as_json:
        screen.dump({"where": where(found), **found.as_json()})
    else:
        _show(screen, found)


def _show(screen: Screen, found: Situation) -> None:
    screen.done(where(found))
    lines = [{"at": at, "what": what, "detail": detail} for at, what, detail in timeline(found)]
    screen.show("What happened, in UTC", lines, empty="Nothing has happened to it yet.")
    rows = [
        {
            "what": line.name,
            "the shop wants": line.wanted,
            "was accepted": line.accepted,
            "Seven Senders has": line.there,
            "differs": line.differs,
        }
        for line in compared(found.record, found.asked.order)
        if {line.wanted, line.accepted, line.there} != {None}
    ]
    screen.show("What it should be, and is, in UTC", rows, empty="", style=_marked)
    if found.asked.why_not:
        screen.warn(f"Seven Senders {found.asked.why_not}.")


def _marked(row: Row) -> str:
    return "bold yellow" if row["differs"] else ""
