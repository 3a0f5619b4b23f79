"""``orders``: where an order is, what is stuck, and sending one anew."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.ledger import Ledger
from seven_senders_cli.asking import confirm
from seven_senders_cli.failing import Exit, Failed
from seven_senders_cli.options import STACK, AsJson, StackName, Yes
from seven_senders_cli.orders.comparing import compared
from seven_senders_cli.orders.finding import Orders
from seven_senders_cli.orders.resyncing import End, Outcome, Resync, in_words
from seven_senders_cli.orders.situation import Situation, situation
from seven_senders_cli.orders.stuck import stuck
from seven_senders_cli.orders.telling import timeline, where
from seven_senders_cli.orders.waiting import Hold, settings_of
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
    """Show what came of an order, what was sent, and what Seven Senders says now.

    Orders of several connections may have the same number: then all of them are shown.
    """
    stack = find_stack(stack_name)
    ledger = Ledger.at(stack.table)
    records = Orders(ledger=ledger, connections=stack.connections, only=connection).find(order)
    screen = Screen(as_json=as_json)
    clients = None if offline else stack.clients
    situations = [
        situation(record, ledger=ledger, connections=stack.connections, clients=clients)
        for record in records
    ]
    if as_json:
        screen.dump([{"where": where(found), **found.as_json()} for found in situations])
    else:
        for found in situations:
            _show(screen, found)


@app.command("list", epilog="Example: seven-senders orders list --stuck")
def list_(
    connection: Connection = None,
    only_stuck: Annotated[
        bool, typer.Option("--stuck", help="Those that have not arrived where they should.")
    ] = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """List the orders that are stuck, since when and why."""
    if not only_stuck:
        raise Failed(
            "only what is stuck can be listed: seven-senders orders list --stuck",
            code=Exit.WRONG_INPUT,
        )
    stack = find_stack(stack_name)
    found = stuck(Ledger.at(stack.table), stack.connections, connection)
    rows = [asdict(one) for one in found]
    Screen(as_json=as_json).show("Stuck, in UTC", rows, empty="No order is stuck.")


@app.command("resync", epilog="Example: seven-senders orders resync 1001")
def resync_(
    order: Order,
    *,
    connection: Connection = None,
    yes: Yes = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait for what comes of it.")
    ] = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Compare an order with what Seven Senders has, and send what is missing or was refused."""
    stack = find_stack(stack_name)
    ledger = Ledger.at(stack.table)
    orders = Orders(ledger=ledger, connections=stack.connections, only=connection)
    record = orders.find_one(order)
    settings = settings_of(record.connection, stack.connections)
    if isinstance(settings, Hold):
        raise Failed(settings.why)
    name = f"{record.number} of {record.connection}"
    confirm(f"Compare {name} with what Seven Senders has, and send what is missing?", yes=yes)
    screen = Screen(as_json=as_json)
    job = Resync(record=record, settings=settings, ledger=ledger, queue=stack.queue)
    request_id = job.ask(utc_now())
    outcome = Outcome(end=End.QUEUED)
    if not no_wait:
        with screen.aside.status(f"Waiting for what comes of {name} …"):
            outcome = job.wait(request_id, sleep=time.sleep)
    _tell(screen, name, request_id, outcome)


def _tell(screen: Screen, name: str, request_id: str, outcome: Outcome) -> None:
    sentence = in_words(name, outcome)
    if outcome.is_good or screen.as_json:
        screen.done(sentence, request_id=request_id, **asdict(outcome))
    if not outcome.is_good:
        raise Failed(sentence)


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
            "to mend": line.differs,
        }
        for line in compared(found.record, found.asked.order)
        if {line.wanted, line.accepted, line.there} != {None}
    ]
    screen.show("What it should be, and is, in UTC", rows, empty="", style=_marked)
    if found.asked.why_not:
        screen.warn(f"Seven Senders {found.asked.why_not}.")


def _marked(row: Row) -> str:
    return "bold yellow" if row["to mend"] else ""
