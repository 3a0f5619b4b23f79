"""The Seven Senders account of a connection: its key, its token, its brakes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.client import SevenSendersClient
from seven_senders_adapter.seven_senders.errors import SevenSendersError, TokenUnavailable
from seven_senders_adapter.syncing.brake_guard import brake_names
from seven_senders_cli.account_check import ask, explained
from seven_senders_cli.doctor.finding import Finding, amber, green, red, untold
from seven_senders_cli.failing import Failed
from seven_senders_cli.screen import as_text


class Token(Protocol):
    """What is known of an account's token."""

    @property
    def good_until(self) -> datetime | None:
        """When the token that this process holds expires."""


def access_key(
    subject: str, client: SevenSendersClient, token: Token, account: Account, *, now: datetime
) -> Iterator[Finding]:
    """Whether the API takes the account's shared token, or else its key."""
    try:
        ask(client)
    except SevenSendersError as error:
        what = explained(error, account)
        if isinstance(error, TokenUnavailable):
            yield untold(subject, Failed(what))
        else:
            yield red(subject, what, "Its events wait, and follow by themselves once it is mended")
    else:
        until = token.good_until
        minutes = 0 if until is None else int((until - now).total_seconds() // 60)
        yield green(subject, f"accepted; its token is good for {minutes} minutes")


def brakes(subject: str, brakes: Brakes, account: Account) -> Iterator[Finding]:
    """Whether the API's brake and the account's are open."""
    names = brake_names(account)
    found = brakes.read(names)
    problems = []
    for name, of in zip(names, ("the API", "the account"), strict=True):
        if name not in found:
            continue
        brake = found[name]
        if brake.closed_since is None:
            what = f"{of} failed for {len(brake.failing)} events in a row: {brake.reason}"
            problems.append(amber(subject, what, "Look again: one that works clears it"))
        else:
            since = as_text(brake.closed_since)
            what = f"of {of} closed since {since} UTC, its events wait: {brake.reason}"
            mend = "It opens by itself within a minute of what it waits for being mended"
            problems.append(red(subject, what, mend))
    yield from problems or [green(subject, "open: nothing holds its events back")]
