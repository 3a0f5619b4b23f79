"""The orders that have not arrived where they should, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_cli.orders.waiting import BEHIND_A_BRAKE, holds, settings_of, tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """An order, by the shop's id and its number if it is known, or all of a connection.

    ``what`` is ``waits``, ``fails`` (and is tried again) or ``dead letter``.
    """

    connection: str
    number: str
    order: str
    since: datetime | None
    what: str
    why: str


def stuck(ledger: Ledger, connections: ConnectionStore, only: str | None) -> list[Stuck]:
    """What is stuck in all connections, or in one: the connections first, then orders by time.

    A refusal is stuck as long as its dead letter stands. Raises AwsUnavailable or UnreadableRow.
    """
    names = connections.names() if only is None else [only]
    still = [
        Stuck(connection=name, number="", order="all", since=h.since, what="waits", why=h.why)
        for name in names
        for h in holds(settings_of(name, connections), ledger.brakes)
    ]
    found = [stuck for name in names for stuck in _failing(ledger, name)]
    found += map(_dead, ledger.dead_letters.list(only))
    known = ledger.orders.load_all({(one.connection, one.order) for one in found})
    numbers = {(record.connection, record.order): record.number for record in known}
    named = (replace(one, number=numbers.get((one.connection, one.order), "")) for one in found)
    return [*still, *sorted(named, key=lambda one: (one.since is None, one.since))]


def _failing(ledger: Ledger, connection: str) -> Iterator[Stuck]:
    for order, attempt in ledger.attempts.failing(connection):
        yield Stuck(
            connection=connection,
            number="",
            order=order,
            since=attempt.first_failed_at or attempt.last_failed_at,
            what="fails",
            why=tried(attempt) or BEHIND_A_BRAKE,
        )


def _dead(letter: DeadLetter) -> Stuck:
    failure = letter.failure
    return Stuck(
        connection=letter.connection,
        number="",
        order=letter.order,
        since=failure.first_try,
        what="dead letter",
        why=f"{failure.reason}: {failure.detail}",
    )
