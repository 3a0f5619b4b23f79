"""How often a fleet logs in within an hour, whatever SSM, the API and others do."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any, override

import pytest

from seven_senders_adapter.seven_senders.errors import TokenUnavailable
from seven_senders_adapter.tokens import LOGIN_LEASE, SETTLING, Tokens
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi, Seen
from tests.integration.seven_senders.tokens.fleet import (
    HOUR,
    NOON,
    Fleet,
    down,
)
from tests.played.ssm import MemorySsm, throttled

WORKERS = 50
MINUTE = timedelta(minutes=1)


class Logins(ScriptedApi):
    """Gives another token at each login."""

    @override
    def answer(self, seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        self.script(Reply(content={"token": f"login-{len(self.requests) + 1}"}))
        super().answer(seen, handler)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with Logins() as server:
        yield Fleet(server)


class StaleSsm(MemorySsm):
    """Shows a value only so long after it was written."""

    def __init__(self, clock: Callable[[], datetime], lag: timedelta) -> None:
        super().__init__()
        self._clock = clock
        self._lag = lag
        self._written: list[tuple[datetime, str, str]] = []

    @override
    def put_parameter(self, **put: Any) -> dict[str, Any]:
        self._written.append((self._clock(), put["Name"], put["Value"]))
        return {}

    @override
    def begin(self, operation: str, name: str) -> None:
        super().begin(operation, name)
        seen = self._clock() - self._lag
        self.parameters = {name: value for at, name, value in self._written if at <= seen}


class MoodySsm(MemorySsm):
    """Throttles two of three calls."""

    @override
    def begin(self, operation: str, name: str) -> None:
        super().begin(operation, name)
        if len(self.calls) % 3:
            raise throttled(operation)


def work(tokens: Tokens, fleet: Fleet, *, login_ends_token: bool, revoked: set[str]) -> None:
    """One call of the API: a token, and another one if that is refused."""
    with suppress(TokenUnavailable):
        token = tokens.current()
        is_cut_off = login_ends_token and token != f"login-{fleet.logins}"
        if is_cut_off or token in revoked:
            tokens.refused(token)


def an_hour(
    fleet: Fleet, *, login_ends_token: bool = False, revoke_every: timedelta = 2 * HOUR
) -> int:
    """Let each worker make a call a minute for just under an hour; how often they logged in."""
    workers = [fleet.worker(sleep=lambda _: None) for _ in range(WORKERS)]
    revoked: set[str] = set()
    last_revoked = fleet.now
    while fleet.now < NOON + 54 * MINUTE:
        for tokens in workers:
            fleet.now += MINUTE / WORKERS
            if fleet.now - last_revoked >= revoke_every:
                revoked.add(f"login-{fleet.logins}")
                last_revoked = fleet.now
            work(tokens, fleet, login_ends_token=login_ends_token, revoked=revoked)
    return fleet.logins


@pytest.mark.parametrize("login_ends_token", [False, True])
def test_is_once(fleet: Fleet, login_ends_token: bool) -> None:
    assert an_hour(fleet, login_ends_token=login_ends_token) == 1


@pytest.mark.parametrize("value", ["", "rubbish", "{}", "x" * 8_192])
def test_is_once_if_the_parameter_held_rubbish(fleet: Fleet, value: str) -> None:
    fleet.ssm.parameters[fleet.parameter] = value
    assert an_hour(fleet, login_ends_token=True) == 1


def test_is_once_if_the_parameter_held_the_token_of_another_key(fleet: Fleet) -> None:
    fleet.share("of-another", NOON + HOUR, fingerprint="another")
    assert an_hour(fleet, login_ends_token=True) == 1


def test_is_never_while_nobody_can_read_the_parameter(fleet: Fleet) -> None:
    fleet.ssm.failing["GetParameter"] = down()
    assert an_hour(fleet) == 0


@pytest.mark.parametrize("error", [throttled("PutParameter"), down()])
def test_is_once_a_worker_if_the_token_can_not_be_shared(fleet: Fleet, error: Exception) -> None:
    fleet.ssm.failing["PutParameter"] = error
    assert an_hour(fleet) == WORKERS


def test_is_once_a_lease_if_it_can_not_be_shared_and_each_login_ends_the_one_before(
    fleet: Fleet,
) -> None:
    fleet.ssm.failing["PutParameter"] = down()
    assert an_hour(fleet, login_ends_token=True) <= 54 * MINUTE / LOGIN_LEASE + 1


def test_is_a_few_times_while_ssm_throttles_most_calls(fleet: Fleet) -> None:
    fleet.ssm = MoodySsm()
    assert an_hour(fleet, login_ends_token=True) <= 3


@pytest.mark.parametrize(
    ("lag", "logins"),
    [(SETTLING, 1), (timedelta(seconds=10), 10 / SETTLING.total_seconds())],
    ids=["for as long as is allowed for", "for longer"],
)
def test_while_ssm_shows_what_was_before_a_write(
    fleet: Fleet, lag: timedelta, logins: float
) -> None:
    fleet.ssm = StaleSsm(clock=lambda: fleet.now, lag=lag)
    assert an_hour(fleet) <= logins


def test_is_once_more_for_each_time_that_the_token_is_revoked(fleet: Fleet) -> None:
    assert an_hour(fleet, login_ends_token=True, revoke_every=10 * MINUTE) == 1 + 5
