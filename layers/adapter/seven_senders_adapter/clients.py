"""The API clients of one process: one per account, all over one session."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.api import Api, Observe, WireSettings
from seven_senders_adapter.seven_senders.client import SevenSendersClient
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.tokens import Leases, Tokens

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class Clients:
    """Makes each account's client once, so that its token stays in memory."""

    def __init__(
        self,
        *,
        session: ApiSession,
        ssm: "SSMClient",
        tokens_path: str,
        leases: Leases,
        wire: WireSettings,
        observe: Observe,
        now: Clock,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._session = session
        self._ssm = ssm
        self._tokens_path = tokens_path
        self._leases = leases
        self._wire = wire
        self._observe = observe
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._clients: dict[Account, SevenSendersClient] = {}
        self._tokens: dict[Account, Tokens] = {}

    def of(self, account: Account) -> SevenSendersClient:
        """The client of an account."""
        if account not in self._clients:
            self._clients[account] = SevenSendersClient(
                api=self.api_of(account), tokens=self.tokens_of(account)
            )
        return self._clients[account]

    def api_of(self, account: Account) -> Api:
        """The API of an account, which knows no token."""
        return Api(
            session=self._session,
            account=account,
            wire=self._wire,
            now=self._now,
            observe=self._observe,
        )

    def tokens_of(self, account: Account) -> Tokens:
        """The tokens of an account."""
        if account not in self._tokens:
            self._tokens[account] = Tokens(
                api=self.api_of(account),
                ssm=self._ssm,
                path=self._tokens_path,
                leases=self._leases,
                sleep=self._sleep,
                jitter=self._jitter,
            )
        return self._tokens[account]
