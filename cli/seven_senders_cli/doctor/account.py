"""The Seven Senders account of a connection: its key, its token, its brakes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.client import SevenSendersClient
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    Refused,
    SevenSendersError,
    TokenUnavailable,
)
from seven_senders_adapter.syncing.brake_guard import brake_names
from seven_senders_cli.doctor.finding import Finding, amber, green, red
from seven_senders_cli.screen import as_text

NO_ORDER = "seven-senders-doctor"
"""An order id that no shop gives."""


class Token(Protocol):
    """What is known of an account's token."""

    @property
    def good_until(self) -> datetime | None:
        """When the token that this process holds expires."""


def access_key(
    subject: str, client: SevenSendersClient, token: Token, *, now: datetime
) -> Iterator[Finding]:
    """Whether the API takes the account's shared token, or its key; looks up a made-up order."""
    try:
        client.list_orders({"order_id": NO_ORDER, "limit": 1})
    except Refused as error:
        mend = "Seven Senders finds orders in another way: see docs/api-assumptions.md"
        yield amber(subject, f"accepted, but no order can be looked up: {error}", mend)
    except AccountFailure as error:
        yield red(subject, str(error), "Ask Seven Senders for the key and the URL, connect again")
    except TokenUnavailable as error:
        yield amber(subject, f"can't be told: {error}", "Look again in a minute")
    except SevenSendersError as error:
        mend = "Events wait and follow by themselves. If it lasts, ask Seven Senders"
        yield red(subject, str(error), mend)
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
