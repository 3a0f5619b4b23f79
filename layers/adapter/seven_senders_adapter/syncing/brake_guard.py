"""The brakes that one message obeys: one for its API, one for its account."""

from datetime import datetime

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.ledger.brakes import Brake, Brakes
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.errors import TemporaryFailure
from seven_senders_adapter.seven_senders.transport import Operation
from seven_senders_adapter.syncing.pace import Pace

FAILURES_TO_CLOSE = 3
"""So many different messages, or logins, must fail in a row before the API counts as down."""


def brake_names(account: Account) -> tuple[str, str]:
    """The names of the API's brake and the account's."""
    return f"api/{account.api_url}", f"account/{account.fingerprint}"


class BrakeGuard:
    """Asks the brakes before a message is worked, and tells them how its calls went."""

    def __init__(
        self, *, brakes: Brakes, account: Account, message_id: str, pace: Pace, now: datetime
    ) -> None:
        self._brakes = brakes
        self.names = brake_names(account)
        self._api, self._account = self.names
        self._message_id = message_id
        self._pace = pace
        self._seen: dict[str, Brake] = brakes.read(self.names)
        self.probing = False
        self._now = now

    def lets_through(self) -> bool:
        """Whether the message may be worked: no brake is closed, or it is the next probe."""
        # In one order for all workers, so that of two the one that loses loses at once.
        seen = [self._seen[name] for name in self.names if name in self._seen]
        closed = [brake for brake in seen if brake.closed_since]
        if not closed:
            return True
        if any(brake.probe_at and brake.probe_at > self._now for brake in closed):
            return False
        next_probe = self._now + self._pace.probe_interval
        self.probing = all(
            self._brakes.take_probe(brake.name, now=self._now, next_probe_at=next_probe)
            for brake in closed
        )
        return self.probing

    @property
    def closed(self) -> str:
        """Whose brake is closed: the ``api``'s or the ``account``'s; empty if none is."""
        closed = (
            name for name in self.names if name in self._seen and self._seen[name].closed_since
        )
        return next(closed, "").partition("/")[0]

    def answered(self) -> None:
        """The API has answered a call of this account: nothing is wrong with either."""
        for name in self._seen:
            self._brakes.open(name)
        self._seen = {}

    def api_failed(
        self, failure: TemporaryFailure, now: datetime, retry_at: datetime | None
    ) -> bool:
        """Note a temporary failure; whether the API's brake is closed now."""
        failing = self._message_id
        if failure.operation == Operation.LOG_IN:
            # About no message: each tells as much as that of another one. Else a shop with a
            # single order would never know that its API is not there.
            failing = f"{failing} {to_text(now)}"
        probe_at = max(now + self._pace.probe_interval, retry_at or now)
        brake = self._brakes.fail(
            self._api,
            what=failing,
            reason=failure.reason,
            now=now,
            probe_at=probe_at,
            limit=FAILURES_TO_CLOSE,
        )
        self._seen[self._api] = brake
        return brake.closed_since is not None

    def account_failed(self, reason: str, now: datetime) -> None:
        """Stop everything of this account until a probe gets through. The API has answered."""
        if self._api in self._seen:
            self._brakes.open(self._api)
        self._brakes.close(
            self._account, reason=reason, now=now, probe_at=now + self._pace.probe_interval
        )
