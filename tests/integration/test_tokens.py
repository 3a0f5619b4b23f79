"""The shared token: who logs in, when, and what happens if SSM or the API does not play along."""

import json
import logging
import threading
import traceback
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast
from unittest.mock import ANY

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clients import Clients
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.api import Api, WireSettings, unobserved
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    TemporaryFailure,
    TokenUnavailable,
)
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.tokens import LOGIN_LEASE, SETTLING, Tokens, expiry
from tests.integration.scripted_api import Reply, ScriptedApi

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class ParameterNotFound(Exception):
    pass


class FakeExceptions:
    ParameterNotFound = ParameterNotFound


@dataclass
class FakeSsm:
    """Parameters in memory. ``failing`` holds the calls that fail; ``reads`` counts looks."""

    values: dict[str, str] = field(default_factory=dict)
    failing: dict[str, Exception] = field(default_factory=dict)
    puts: list[dict[str, object]] = field(default_factory=list)
    reads: int = 0
    exceptions: type[FakeExceptions] = FakeExceptions

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, dict[str, str]]:  # noqa: N803 (AWS's names)
        self.reads += 1
        if error := self.failing.get("get_parameter"):
            raise error
        if Name not in self.values:
            raise ParameterNotFound
        return {"Parameter": {"Value": self.values[Name]}}

    def put_parameter(self, **call: object) -> None:
        if error := self.failing.get("put_parameter"):
            raise error
        self.puts.append(call)
        self.values[str(call["Name"])] = str(call["Value"])


class FakeLeases:
    """Leases in memory, with the rules of the ledger's."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[str, datetime]] = {}
        self.fails = False
        self._lock = threading.Lock()

    def take(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        if self.fails:
            raise AwsUnavailable("dynamodb PutItem: ThrottlingException")
        with self._lock:
            other, ends = self.held.get(name, (holder, now))
            if other != holder and ends > now:
                return False
            self.held[name] = (holder, until)
            return True

    def release(self, name: str, *, holder: str) -> None:
        with self._lock:
            if self.held.get(name, ("", NOON))[0] == holder:
                del self.held[name]


def throttled(call: str) -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, call)


def down() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url="https://ssm.test")


def jwt(expires_at: datetime, name: str = "t") -> str:
    claims = json.dumps({"exp": int(expires_at.timestamp()), "n": name}).encode()
    return f"head.{urlsafe_b64encode(claims).decode().rstrip('=')}.{name}"


@dataclass
class Fleet:
    """Workers that share SSM, the leases, a clock and an API."""

    server: ScriptedApi
    ssm: FakeSsm = field(default_factory=FakeSsm)
    leases: FakeLeases = field(default_factory=FakeLeases)
    now: datetime = NOON
    slept: list[float] = field(default_factory=list)
    observed: list[tuple[str, str]] = field(default_factory=list)
    key: str = "the-key"

    @property
    def account(self) -> Account:
        return Account(self.server.url, self.key)

    @property
    def parameter(self) -> str:
        return f"/tokens/{self.account.fingerprint}"

    @property
    def logins(self) -> int:
        return len(self.server.requests)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def worker(
        self, *, jitter: float = 0.5, sleep: Callable[[float], None] | None = None
    ) -> Tokens:
        def observe(operation: str, outcome: str, seconds: float) -> None:
            self.observed.append((operation, outcome))

        api = Api(session=ApiSession(), account=self.account, now=lambda: self.now, observe=observe)
        return Tokens(
            api=api,
            ssm=cast("SSMClient", self.ssm),
            path="/tokens",
            leases=self.leases,
            sleep=sleep or self.sleep,
            jitter=lambda: jitter,
        )

    def share(self, token: str, expires_at: datetime, *, fingerprint: str | None = None) -> None:
        self.ssm.values[self.parameter] = json.dumps(
            {
                "token": token,
                "expires_at": expires_at.isoformat(),
                "fingerprint": fingerprint or self.account.fingerprint,
            }
        )

    def lend(self, *, seconds: float) -> None:
        until = self.now + timedelta(seconds=seconds)
        name = f"log_in/{self.account.fingerprint}"
        self.leases.take(name, holder="other", now=self.now, until=until)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with ScriptedApi(Reply(content={"token": "login-1"})) as server:
        server.script(*(Reply(content={"token": f"login-{n}"}) for n in range(1, 100)))
        yield Fleet(server)


class TestCurrent:
    def test_comes_from_memory_without_a_look_at_ssm(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        assert [tokens.current() for _ in range(3)] == ["shared"] * 3
        assert fleet.ssm.reads == 1
        assert fleet.logins == 0

    def test_is_logged_in_for_and_shared_if_there_is_none(self, fleet: Fleet) -> None:
        first, second = fleet.worker(), fleet.worker()
        assert (first.current(), second.current()) == ("login-1", "login-1")
        assert fleet.logins == 1
        assert first.is_own("login-1")
        assert not second.is_own("login-1")
        (put,) = fleet.ssm.puts
        assert put == {
            "Name": fleet.parameter,
            "Value": ANY,
            "Type": "SecureString",
            "Overwrite": True,
            "Tier": "Intelligent-Tiering",
        }
        assert json.loads(str(put["Value"])) == {
            "token": "login-1",
            "expires_at": "2026-03-02T13:00:00+00:00",
            "fingerprint": fleet.account.fingerprint,
        }

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "rubbish",
            "[]",
            "null",
            "3",
            "{}",
            "[" * 100_000,
            '{"token": "x"}',
            '{"token": 3, "expires_at": "2027-01-01T00:00:00+00:00", "fingerprint": "F"}',
            '{"token": "a b", "expires_at": "2027-01-01T00:00:00+00:00", "fingerprint": "F"}',
            '{"token": "x", "expires_at": "2027-01-01T00:00:00", "fingerprint": "F"}',
            '{"token": "x", "expires_at": "tomorrow", "fingerprint": "F"}',
            '{"token": "x", "expires_at": 3, "fingerprint": "F"}',
            '{"token": "x", "expires_at": "2027-01-01T00:00:00+00:00"}',
            '{"token": "x", "expires_at": "0001-01-01T00:00:00+10:00", "fingerprint": "F"}',
        ],
    )
    def test_is_logged_in_for_if_the_parameter_holds_rubbish(
        self, fleet: Fleet, value: str
    ) -> None:
        fleet.ssm.values[fleet.parameter] = value.replace('"F"', f'"{fleet.account.fingerprint}"')
        assert fleet.worker().current() == "login-1"
        assert json.loads(fleet.ssm.values[fleet.parameter])["token"] == "login-1"

    def test_is_never_the_token_of_another_key(self, fleet: Fleet) -> None:
        other = Account(fleet.server.url, "another-key").fingerprint
        fleet.share("of-another", NOON + HOUR, fingerprint=other)
        assert fleet.worker().current() == "login-1"

    def test_is_logged_in_for_once_the_shared_one_has_expired(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.now += HOUR
        assert tokens.current() == "login-1"

    @pytest.mark.parametrize("error", [throttled("GetParameter"), down()])
    def test_is_unavailable_if_ssm_is_and_nobody_logs_in(
        self, fleet: Fleet, error: Exception
    ) -> None:
        fleet.ssm.failing["get_parameter"] = error
        with pytest.raises(TokenUnavailable):
            fleet.worker().current()
        assert fleet.logins == 0

    def test_is_unavailable_if_the_leases_are(self, fleet: Fleet) -> None:
        fleet.leases.fails = True
        with pytest.raises(TokenUnavailable):
            fleet.worker().current()
        assert fleet.logins == 0

    @pytest.mark.parametrize("error", [throttled("PutParameter"), down()])
    def test_is_used_from_memory_if_it_can_not_be_shared(
        self, fleet: Fleet, error: Exception
    ) -> None:
        fleet.ssm.failing["put_parameter"] = error
        tokens = fleet.worker()
        assert [tokens.current() for _ in range(3)] == ["login-1"] * 3
        assert fleet.logins == 1
        assert ("share_token", "aws_unavailable") in fleet.observed

    @pytest.mark.parametrize(
        ("length", "is_shared"), [(4_096, True), (8_000, True), (8_192, False)]
    )
    def test_is_shared_if_a_parameter_can_hold_it(
        self, fleet: Fleet, length: int, is_shared: bool
    ) -> None:
        fleet.server.script(Reply(content={"token": "x" * length}))
        assert fleet.worker().current() == "x" * length
        assert (len(fleet.ssm.puts) == 1) == is_shared
        assert (("share_token", "token_too_long") in fleet.observed) != is_shared


class TestRefresh:
    def test_happens_shortly_before_the_end(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.now = NOON + timedelta(minutes=54)
        assert tokens.current() == "shared"
        fleet.now = NOON + timedelta(minutes=59)
        assert tokens.current() == "login-1"

    def test_happens_at_other_moments_in_other_workers(self, fleet: Fleet) -> None:
        fleet.share("shared", NOON + HOUR)
        early, late = fleet.worker(jitter=1.0), fleet.worker(jitter=0.0)
        early.current()
        late.current()
        fleet.now = NOON + timedelta(minutes=56)
        assert late.current() == "shared"
        assert early.current() == "login-1"

    def test_takes_what_another_worker_has_shared(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.share("newer", NOON + 2 * HOUR)
        fleet.now = NOON + timedelta(minutes=59)
        assert tokens.current() == "newer"
        assert fleet.logins == 0

    @pytest.mark.parametrize("obstacle", ["ssm", "lease", "api", "key"])
    def test_that_fails_leaves_the_old_one_in_use_while_it_is_good(
        self, fleet: Fleet, obstacle: str
    ) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.now = NOON + timedelta(minutes=59)
        match obstacle:
            case "ssm":
                fleet.ssm.failing["get_parameter"] = down()
            case "lease":
                fleet.lend(seconds=30)
            case "api":
                fleet.server.script(Reply(status=500))
            case "key":
                fleet.server.script(Reply(status=429))
        assert [tokens.current() for _ in range(5)] == ["shared"] * 5
        assert fleet.logins <= 1
        assert fleet.slept == []


class TestRefused:
    def test_the_shared_one_is_taken_if_it_is_another(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.share("newer", NOON + HOUR)
        assert tokens.refused("shared") == "newer"
        assert tokens.current() == "newer"
        assert fleet.logins == 0

    @pytest.mark.parametrize("shared_age", [timedelta(0), timedelta(minutes=5)])
    def test_a_login_follows_if_the_shared_one_is_the_refused_one_or_older(
        self, fleet: Fleet, shared_age: timedelta
    ) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        if shared_age:
            fleet.share("older", NOON + HOUR - shared_age)
        assert tokens.refused("shared") == "login-1"
        assert tokens.is_own("login-1")

    def test_one_refused_is_not_offered_again_while_another_logs_in(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.lend(seconds=60)
        with pytest.raises(TokenUnavailable):
            tokens.refused("shared")
        with pytest.raises(TokenUnavailable):
            tokens.current()
        assert fleet.logins == 0

    def test_one_that_is_no_longer_held_costs_no_login(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        assert tokens.refused("long-gone") == "shared"
        assert fleet.logins == 0


class TestLogIn:
    def test_looks_at_ssm_again_under_the_lease(self, fleet: Fleet) -> None:
        class SlowLeases(FakeLeases):
            def take(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
                fleet.share("just-shared", NOON + HOUR)
                return super().take(name, holder=holder, now=now, until=until)

        fleet.leases = SlowLeases()
        assert fleet.worker().current() == "just-shared"
        assert fleet.logins == 0
        assert fleet.leases.held == {}

    def test_is_waited_for_while_another_worker_has_the_lease(self, fleet: Fleet) -> None:
        fleet.lend(seconds=30)

        def sleep(seconds: float) -> None:
            fleet.slept.append(seconds)
            fleet.ssm.failing = {} if len(fleet.slept) > 1 else {"get_parameter": down()}
            if len(fleet.slept) == 3:
                fleet.share("from-another", NOON + HOUR)

        assert fleet.worker(sleep=sleep).current() == "from-another"
        assert fleet.slept == [0.3, 0.6, 1.2]
        assert fleet.logins == 0

    def test_is_waited_for_a_few_seconds_only(self, fleet: Fleet) -> None:
        fleet.lend(seconds=30)
        with pytest.raises(TokenUnavailable):
            fleet.worker().current()
        assert sum(fleet.slept) < 10
        assert fleet.logins == 0

    def test_follows_when_the_lease_of_a_dead_worker_ends(self, fleet: Fleet) -> None:
        fleet.lend(seconds=LOGIN_LEASE.total_seconds())
        fleet.now += LOGIN_LEASE
        assert fleet.worker().current() == "login-1"

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
    def test_refused_is_about_the_account_and_frees_the_lease(
        self, fleet: Fleet, status: int
    ) -> None:
        fleet.server.script(Reply(status=status))
        with pytest.raises(AccountFailure):
            fleet.worker().current()
        assert fleet.leases.held == {}
        assert fleet.ssm.puts == []

    @pytest.mark.parametrize("reply", [Reply(status=500), Reply(cut=True), Reply(content={})])
    def test_that_fails_is_tried_again_later_and_frees_the_lease(
        self, fleet: Fleet, reply: Reply
    ) -> None:
        fleet.server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            fleet.worker().current()
        assert not caught.value.maybe_applied
        assert fleet.leases.held == {}

    def test_is_followed_by_no_other_until_all_can_read_its_token(self, fleet: Fleet) -> None:
        fleet.worker().current()
        fleet.ssm.values.clear()  # as if SSM did not show the write yet
        assert [until for _, until in fleet.leases.held.values()] == [NOON + SETTLING]
        second = fleet.worker(sleep=lambda seconds: fleet.share("login-1", NOON + HOUR))
        assert second.current() == "login-1"
        assert fleet.logins == 1


class TellingSsm(FakeSsm):
    """Tells when a token was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def put_parameter(self, **call: object) -> None:
        super().put_parameter(**call)
        self.written.set()

    def wait(self, seconds: float) -> None:
        self.written.wait(5)


class TestFiftyWorkers:
    @pytest.mark.parametrize("start", ["expired", "missing", "refused"])
    def test_log_in_at_most_twice(self, fleet: Fleet, start: str) -> None:
        ssm = TellingSsm()
        fleet.ssm = ssm
        workers = [fleet.worker(sleep=ssm.wait) for _ in range(50)]
        if start != "missing":
            fleet.share("old", NOON + HOUR)
            assert {tokens.current() for tokens in workers} == {"old"}
        if start == "expired":
            fleet.now += HOUR
        all_awake = threading.Barrier(len(workers))

        def work(tokens: Tokens) -> str:
            all_awake.wait()
            return tokens.refused("old") if start == "refused" else tokens.current()

        with ThreadPoolExecutor(len(workers)) as pool:
            results = list(pool.map(work, workers))
        assert fleet.logins <= 2
        assert set(results) <= {"login-1", "login-2"}


class TestExpiry:
    @pytest.mark.parametrize(
        ("token", "expires_at"),
        [
            (jwt(NOON + timedelta(minutes=15)), NOON + timedelta(minutes=15)),
            (jwt(NOON - HOUR), NOON + HOUR),
            ("opaque", NOON + HOUR),
            ("a.b.c", NOON + HOUR),
            ("..", NOON + HOUR),
            ("a.bnVsbA.c", NOON + HOUR),
            ("a.eyJleHAiOiAieCJ9.c", NOON + HOUR),
            ("a.eyJleHAiOiAxZTk5fQ.c", NOON + HOUR),
            ("a.eyJleHAiOiBOYU59.c", NOON + HOUR),
            ("a." + urlsafe_b64encode(b"[" * 100_000).decode() + ".c", NOON + HOUR),
            ("ü.ü.ü", NOON + HOUR),
        ],
        ids=[
            "as the JWT says",
            "an hour if the JWT says the past",
            "an hour if opaque",
            "an hour if no base64",
            "an hour if empty",
            "an hour if the claims are null",
            "an hour if exp is a text",
            "an hour if exp is beyond all time",
            "an hour if exp is no number",
            "an hour if nested too deep",
            "an hour if not ASCII",
        ],
    )
    def test_is(self, token: str, expires_at: datetime) -> None:
        assert expiry(token, now=NOON) == expires_at


def test_neither_token_nor_key_is_told(
    fleet: Fleet, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = fleet.worker()
    token = tokens.current()
    fleet.server.script(Reply(status=403))
    with pytest.raises(AccountFailure) as caught:
        tokens.refused(token)
    trace = "".join(traceback.format_exception(caught.value))
    told = [tokens, vars(tokens)["_held"], fleet.account, fleet.observed, caplog.text, trace]
    shown = " ".join(map(repr, told)) + "".join(capsys.readouterr())
    assert "the-key" not in shown
    assert token not in shown


@mock_aws
def test_with_ssm_one_login_serves_all_processes(fleet: Fleet) -> None:
    ssm = boto3.client("ssm", region_name="eu-central-1")

    def process() -> Clients:
        return Clients(
            session=ApiSession(),
            ssm=ssm,
            tokens_path="/tokens",
            leases=fleet.leases,
            wire=WireSettings(),
            observe=unobserved,
            now=lambda: fleet.now,
            sleep=fleet.sleep,
        )

    fleet.server.script(Reply(content={"token": "login-1"}), Reply(status=201, content={"id": 7}))
    first, second = process(), process()
    for clients in (first, second):
        clients.of(fleet.account).add_state("#1001", "paid", NOON)
    assert [request.path for request in fleet.server.requests] == [
        "/v2/token",
        "/v2/order_states",
        "/v2/order_states",
    ]
    parameter = ssm.get_parameter(Name=fleet.parameter)["Parameter"]
    assert parameter["Type"] == "SecureString"
    assert first.of(fleet.account) is first.of(Account(fleet.server.url, "the-key"))
    assert first.of(fleet.account) is not first.of(Account(fleet.server.url, "another-key"))
