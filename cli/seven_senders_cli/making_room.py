"""Letting live orders go first while others are queued by a command."""

from collections.abc import Callable

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.reconciling.room import Room
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.stack import Stack

QUIET = 20
"""So many order events may wait to be worked; while there are more, they come first."""

LOOK_AGAIN_SECONDS = 2.0


def room_for(stack: Stack, document: ConnectionDocument, pauses: Pauses) -> Room:
    """The room in a stack's queue for a connection's orders that are not live."""
    return Room(
        queue=stack.queue,
        brakes=Brakes(table=stack.table),
        account=document.account,
        most_ready=QUIET,
        now=pauses.now,
    )


def wait_for_room(room: Room, pauses: Pauses, tell: Callable[[str], None]) -> None:
    """Wait until an order may be queued; ``tell`` hears why it waits, each cause once.

    Raises AwsUnavailable or UnreadableRow.
    """
    told = ""
    while why := _why_not(room):
        kind, words = why
        if kind != told:
            tell(words)
            told = kind
        pauses.sleep(LOOK_AGAIN_SECONDS)


def _why_not(room: Room) -> tuple[str, str] | None:
    """What it waits for, and that in words."""
    if still := room.stands_still():
        return "brake", f"Seven Senders takes no orders now ({still})"
    if crowd := room.crowd():
        return "crowd", f"{crowd} order events are in the queue and go first"
    return None
