"""Workers that share a token, with SSM and leases in memory."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError, EndpointConnectionError

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.api import Api
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.tokens import Tokens
from tests.integration.seven_senders.scripted_api import ScriptedApi

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
        content = {
            "token": token,
            "expires_at": expires_at.isoformat(),
            "fingerprint": fingerprint or self.account.fingerprint,
        }
        self.ssm.put_parameter(
            Name=self.parameter, Value=json.dumps(content), Type="SecureString", Overwrite=True
        )

    def lend(self, *, seconds: float) -> None:
        until = self.now + timedelta(seconds=seconds)
        name = f"log_in/{self.account.fingerprint}"
        self.leases.take(name, holder="other", now=self.now, until=until)
