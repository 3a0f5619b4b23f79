"""What makes an order wait, or all orders of a connection."""

from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.connections.documents import ConnectionDocument, SyncingDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.brakes import Brake, Brakes
from seven_senders_adapter.syncing.brake_guard import brake_names

BEHIND_A_BRAKE = "it failed while Seven Senders was down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a connection stands still, and since when, if that is known."""

    why: str
    since: datetime | None = None


def settings_of(name: str, connections: ConnectionStore) -> ConnectionDocument | Hold:
    """A connection's settings, or what is wrong with them. Raises AwsUnavailable."""
    try:
        return connections.load(name)
    except ConnectionMissing:
        return Hold(why=f"there is no connection {name} any more")
    except InvalidConnection as error:
        return Hold(why=str(error))


def holds(settings: SyncingDocument | Hold, brakes: Brakes) -> list[Hold]:
    """What holds a connection: wrong settings, a pause, its API's brake, its account's.

    Raises AwsUnavailable.
    """
    if isinstance(settings, Hold):
        return [settings]
    api, account = brake_names(settings.account)
    closed = brakes.read((api, account))
    found = (
        [Hold(why="it is paused: seven-senders resume lets it go on")] if settings.paused else []
    )
    if (brake := closed.get(account)) and brake.closed_since:
        found.append(_hold(brake, "Seven Senders refuses the account: check its key and URL"))
    if (brake := closed.get(api)) and brake.closed_since:
        found.append(_hold(brake, "Seven Senders is down, it goes on by itself"))
    return found


def tried(attempt: Attempt) -> str:
    """Why a message fails and how often it did; nothing if it only waits behind a brake."""
    if not attempt.tries:
        return ""
    times = "once" if attempt.tries == 1 else f"{attempt.tries} times"
    return f"{attempt.reason}, tried {times}"


def _hold(brake: Brake, why: str) -> Hold:
    return Hold(why=f"{why} ({brake.reason})", since=brake.closed_since)
