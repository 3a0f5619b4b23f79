"""Workers that share a token, with SSM and leases in memory."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from botocore.exceptions import EndpointConnectionError

from seven_senders_adapter.clock import from_text
from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.api import Api
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.tokens import Tokens
from tests.integration.seven_senders.scripted_api import ScriptedApi
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.ledger_table import NAME
from tests.played.ssm import MemorySsm

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def down() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url="https://ssm.test")


def jwt(expires_at: datetime, name: str = "t") -> str:
    claims = json.dumps({"exp": int(expires_at.timestamp()), "n": name}).encode()
    return f"head.{urlsafe_b64encode(claims).decode().rstrip('=')}.{name}"


@dataclass
class Fleet:
    """Workers that share SSM, the leases, a clock and an API."""

    server: ScriptedApi
    ssm: MemorySsm = field(default_factory=MemorySsm)
    dynamodb: MemoryDynamoDB = field(default_factory=MemoryDynamoDB)
    leases: Leases = field(init=False)
    now: datetime = NOON
    slept: list[float] = field(default_factory=list)
    observed: list[tuple[str, str]] = field(default_factory=list)
    key: str = "the-key"

    def __post_init__(self) -> None:
        self.leases = Leases(table=self.table)

    @property
    def table(self) -> Table:
        """Where the leases stand."""
        return Table(client=self.dynamodb.client, name=NAME)

    @property
    def account(self) -> Account:
        return Account(self.server.url, self.key)

    @property
    def parameter(self) -> str:
        return f"/tokens/{self.account.fingerprint}"

    @property
    def logins(self) -> int:
        return len(self.server.requests)

    @property
    def lent(self) -> list[datetime]:
        """When the leases end that are held."""
        return [from_text(row["until"]["S"]) for row in self.dynamodb.items.values()]

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
            ssm=self.ssm.client,
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
