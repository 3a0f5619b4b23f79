"""``pause`` and ``resume``: a connection's events wait, or go on."""

from datetime import timedelta
from typing import Annotated

import typer

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.syncing import FRESH_FOR
from seven_senders_adapter.queue import RETENTION_SECONDS
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_cli.doctor.queues import count
from seven_senders_cli.options import STACK, AsJson, StackName
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack, find_stack

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="See connections list.")]
DAYS = RETENTION_SECONDS // (24 * 3600)


def pause(name: Name, stack_name: StackName = STACK, as_json: AsJson = False) -> None:
    """Let a connection's events wait: its deliveries are taken, nothing is sent."""
    stack = find_stack(stack_name)
    was = _set(stack, name, paused=True)
    waiting = _waiting(stack)
    Screen(as_json=as_json).done(
        f"{name} {'was paused already' if was else f'is paused within {FRESH_FOR.seconds} s'}."
        f" Its deliveries are taken and wait, each for at most {DAYS} days: resume it before. "
        + _in_words(waiting),
        connection=name,
        paused=True,
        was_paused=was,
        waiting=waiting,
    )


def resume(name: Name, stack_name: StackName = STACK, as_json: AsJson = False) -> None:
    """Let a connection's events go on that a pause holds."""
    stack = find_stack(stack_name)
    was = _set(stack, name, paused=False)
    waiting = _waiting(stack)
    Screen(as_json=as_json).done(
        f"{name} goes on within {FRESH_FOR.seconds} s. An event that has waited is looked at again"
        " after a quarter of the time it has waited, so the last ones follow"
        f" {_longest_hold(stack) // timedelta(minutes=1)} minutes from now at the latest."
        f" {_in_words(waiting)}"
        if was
        else f"{name} was not paused. {_in_words(waiting)}",
        connection=name,
        paused=False,
        was_paused=was,
        waiting=waiting,
    )


def _set(stack: Stack, name: str, *, paused: bool) -> bool:
    """Write the setting if it is another; what it was."""
    document = stack.connections.load(name)
    if document.paused != paused:
        changed = read_connection(name, document.settings() | {"paused": paused})
        stack.connections.save(name, changed)
    return document.paused


def _longest_hold(stack: Stack) -> timedelta:
    """After what time at most an event is looked at again that waits."""
    pace = Pace(base=float(stack.parameters["RetryBaseSeconds"]), jitter=lambda: 1.0)
    return timedelta(seconds=pace.hold(timedelta(seconds=RETENTION_SECONDS)))


def _waiting(stack: Stack) -> int:
    return sum(count(stack.sqs, stack.output("OrderEventsQueueUrl")))


def _in_words(waiting: int) -> str:
    return f"{waiting} events of all connections are in the queue now."
