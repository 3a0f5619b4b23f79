"""``failed``: the dead letters, listed, explained, sent back or dropped."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.dead_letter_run import (
    HIDDEN_SECONDS,
    Action,
    DeadLetterRun,
    Selection,
    Tally,
)
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.retrying import Retry
from seven_senders_cli.asking import confirm
from seven_senders_cli.dead_letters import (
    Clearance,
    Filters,
    by_reason,
    in_full,
    in_line,
    listed,
    no_action,
    selection,
    until,
)
from seven_senders_cli.doctor.queues import count
from seven_senders_cli.failing import Exit, Failed
from seven_senders_cli.interrupting import between_steps
from seven_senders_cli.options import STACK, AsJson, StackName, Yes, read_duration
from seven_senders_cli.orders.finding import Orders
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack, find_stack

app = typer.Typer(
    help="Look at the dead letters: order events that wait for a retry or a person.",
    no_args_is_help=True,
)

Reasons = Annotated[
    list[Reason] | None, typer.Option("--reason", metavar="REASON", help="May be repeated.")
]
Connections = Annotated[
    list[str] | None, typer.Option("--connection", metavar="NAME", help="May be repeated.")
]
OrderNames = Annotated[
    list[str] | None,
    typer.Option(
        "--order", metavar="ORDER", help="A number such as 1001, or the shop's id. May be repeated."
    ),
]
OlderThan = Annotated[
    timedelta | None,
    typer.Option(parser=read_duration, metavar="AGE", help="By the last try: 30m, 2h, 3d."),
]
NewerThan = Annotated[timedelta | None, typer.Option(parser=read_duration, metavar="AGE")]
All = Annotated[bool, typer.Option("--all", help="All dead letters, whatever their reason.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be chosen.")]


@app.command("list", epilog="Example: seven-senders failed list --reason state_refused")
def list_(
    *,
    reason: Reasons = None,
    connection: Connections = None,
    order: OrderNames = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """List dead letters, the oldest first, from the ledger's index."""
    filters = _filters(reason, connection, order, older_than, newer_than)
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    letters = listed(DeadLetters(table=stack.table), _selection(stack, filters))
    _show(screen, letters)


@app.command(epilog="Example: seven-senders failed show 1001")
def show(
    order: Annotated[
        str,
        typer.Argument(
            metavar="ORDER|LETTER", help="An order's number or the shop's id, or a letter's name."
        ),
    ],
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Show all of a dead letter: why it is one, and what to do. It holds no personal data."""
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    of_order = _selection(stack, Filters(orders=[order]))
    letters = [
        letter
        for letter in listed(DeadLetters(table=stack.table), Selection())
        if of_order.takes(letter) or letter.failure.letter.startswith(order)
    ]
    if not letters:
        raise Failed(
            f"no dead letter is listed for {order}: see seven-senders failed list",
            code=Exit.NOT_FOUND,
        )
    screen.show_each("Dead letter", [in_full(letter) for letter in letters])


@app.command(epilog="Example: seven-senders failed retry --reason order_id_taken --connection shop")
def retry(
    *,
    reason: Reasons = None,
    connection: Connections = None,
    order: OrderNames = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    all_: All = False,
    dry_run: DryRun = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Send dead letters back to the queue of order events.

    Those whose API or account still fails wait behind its brake.

    Nothing is lost if it is interrupted: run it again.
    """
    filters = _filters(reason, connection, order, older_than, newer_than)
    _need_a_choice(filters, all_=all_)
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    chosen = until(_selection(stack, filters), utc_now())
    letters = listed(DeadLetters(table=stack.table), chosen)
    if dry_run:
        _show(screen, letters)
        return
    action = Retry(queue=stack.queue, brakes=Brakes(table=stack.table), now=utc_now)
    tally = _take_off(stack, screen, chosen, letters, action)
    screen.done(
        f"{tally.taken} returned to the queue, {tally.waiting} wait behind a closed brake,"
        f" {tally.left} left",
        returned=tally.taken,
        waiting=tally.waiting,
        left=tally.left,
    )


@app.command(epilog="Example: seven-senders failed drop --order 1001 --reason unreadable_order")
def drop(
    *,
    reason: Reasons = None,
    connection: Connections = None,
    order: OrderNames = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    all_: All = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Delete dead letters for good, with the order events in them.

    The orders' records stay as they are, with what was refused of them.

    If it is interrupted, run it again.
    """
    filters = _filters(reason, connection, order, older_than, newer_than)
    _need_a_choice(filters, all_=all_)
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    chosen = until(_selection(stack, filters), utc_now())
    letters = listed(DeadLetters(table=stack.table), chosen)
    if dry_run:
        _show(screen, letters)
        return
    confirm(f"Delete {_counted(letters)} for good?", yes=yes)
    tally = _take_off(stack, screen, chosen, letters, no_action)
    screen.done(f"{tally.taken} dropped, {tally.left} left", dropped=tally.taken, left=tally.left)


def _filters(
    reason: Reasons,
    connection: Connections,
    order: OrderNames,
    older_than: OlderThan,
    newer_than: NewerThan,
) -> Filters:
    return Filters(
        reasons=reason or (),
        connections=connection or (),
        orders=order or (),
        older_than=older_than,
        newer_than=newer_than,
    )


def _need_a_choice(filters: Filters, *, all_: bool) -> None:
    if filters.choose_any and not all_:
        raise Failed(
            "say which: --reason, --connection, --order, --older-than or --newer-than, or --all",
            code=Exit.WRONG_INPUT,
        )


def _selection(stack: Stack, filters: Filters) -> Selection:
    orders = Orders(ledger=Ledger.at(stack.table), connections=stack.connections)
    return selection(filters, orders, utc_now)


def _show(screen: Screen, letters: Sequence[DeadLetter]) -> None:
    form = in_full if screen.as_json else in_line
    rows = [form(letter) for letter in letters]
    screen.show("Dead letters", rows, empty="There are no such dead letters")
    if letters and screen.aside.is_terminal:
        screen.aside.print(_counted(letters))


def _counted(letters: Sequence[DeadLetter]) -> str:
    letters_in_words = "1 dead letter" if len(letters) == 1 else f"{len(letters)} dead letters"
    return f"{letters_in_words} ({by_reason(letters)})" if letters else "no listed dead letter"


def _take_off(
    stack: Stack,
    screen: Screen,
    chosen: Selection,
    letters: Sequence[DeadLetter],
    action: Action,
) -> Tally:
    """Go through the queue; ``letters`` are those that are expected there."""
    run = DeadLetterRun(
        queue=stack.dead_letter_queue, index=DeadLetters(table=stack.table), now=utc_now
    )
    clearance = Clearance(run=run, action=action, expected=letters)
    total = sum(count(stack.sqs, stack.output("DeadLetterQueueUrl")))
    try:
        with screen.progress("Dead letters", total) as show, between_steps() as go_on:
            clearance.go(chosen, has_time=go_on, progress=lambda tally: show(tally.seen))
    except (KeyboardInterrupt, AwsUnavailable):
        screen.warn(
            f"stopped: {clearance.tally.taken} were taken off; the others are where they were,"
            " and none is lost"
        )
        raise
    if clearance.unmet:
        screen.warn(
            f"{clearance.unmet} more are listed, but another run has them, such as the hourly"
            f" retry: try again in {HIDDEN_SECONDS // 60} minutes"
        )
    return clearance.tally
