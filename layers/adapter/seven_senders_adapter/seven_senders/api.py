"""One account's API: how a call is written, sent, judged and observed."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.answers import Unreadable, read_token
from seven_senders_adapter.seven_senders.errors import SevenSendersError, TemporaryFailure
from seven_senders_adapter.seven_senders.refusals import failure
from seven_senders_adapter.seven_senders.transport import (
    TIME_OUTS,
    Answer,
    ApiSession,
    Operation,
    Request,
    TimeOuts,
    exchange,
)

type Observe = Callable[[str, str, float], None]
"""Told of each call: its operation, its outcome (``ok`` or its failure), the seconds it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSettings:
    """What is doubtful about the wire. Paths are appended to the account's base URL."""

    orders_path: str = "/orders"
    states_path: str = "/order_states"
    token_path: str = "/token"  # noqa: S105 - a path, no secret
    state_order_id_field: str = "order_id"


def unobserved(operation: str, outcome: str, seconds: float) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One account's API, without a token of its own. All calls raise SevenSendersError."""

    session: ApiSession
    account: Account
    wire: WireSettings = WireSettings()
    time_outs: TimeOuts = TIME_OUTS
    now: Clock = utc_now
    observe: Observe = unobserved

    def log_in(self) -> str:
        """A new token. Raises AccountFailure for every 4xx, else TemporaryFailure."""
        payload = {"access_key": self.account.access_key}
        return self.call(
            Operation.LOG_IN, "POST", self.wire.token_path, read=read_token, payload=payload
        )

    def call[T](
        self,
        operation: Operation,
        method: str,
        path: str,
        *,
        read: Callable[[Answer], T],
        payload: Mapping[str, object] | None = None,
        token: str | None = None,
    ) -> T:
        """Make one call and read its answer."""
        request = Request(
            operation=operation,
            method=method,
            url=self.account.api_url + path,
            headers=_headers(token, has_body=payload is not None),
            body=None if payload is None else _body(payload),
        )
        started = monotonic()
        try:
            result = self._exchange(request, sent=payload or (), read=read)
        except SevenSendersError as error:
            self.observe(operation, outcome(error), monotonic() - started)
            raise
        self.observe(operation, "ok", monotonic() - started)
        return result

    def _exchange[T](
        self, request: Request, *, sent: Collection[str], read: Callable[[Answer], T]
    ) -> T:
        operation = request.operation
        answer = exchange(self.session, request, time_outs=self.time_outs)
        error = failure(answer, operation=operation, sent=sent, now=self.now())
        if error is not None:
            raise error
        try:
            return read(answer)
        except Unreadable as unreadable:
            raise TemporaryFailure(
                operation,
                answer.status,
                str(unreadable),
                maybe_applied=operation.changes_something,
            ) from unreadable


def wire_time(at: datetime) -> str:
    """A time as the API has it: ``2017-08-15T16:53:07+00:00`` (source: seed)."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat()


def _headers(token: str | None, *, has_body: bool) -> dict[str, str]:
    headers = {"Accept": "application/json"}
    if has_body:
        headers["Content-Type"] = "application/json"
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _body(payload: Mapping[str, object]) -> bytes:
    wire = {
        name: wire_time(value) if isinstance(value, datetime) else value
        for name, value in payload.items()
        if value is not None
    }
    return json.dumps(wire, separators=(",", ":")).encode()


def outcome(error: Exception) -> str:
    """A failure's name for metrics: ``temporary_failure`` and so on."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
