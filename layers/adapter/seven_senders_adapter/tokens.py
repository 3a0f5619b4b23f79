"""The token of one account, shared by the fleet: memory, then SSM, then one login under a lease.

SSM has neither a compare-and-set nor a promise that a write is read at once, and a new login may
end the token before it. So only the holder of a lease logs in, and it keeps the lease for a
moment afterwards, until all can read what it wrote.
"""

import json
import random
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from seven_senders_adapter.aws import AwsUnavailable, reaching
from seven_senders_adapter.clock import from_text, to_text
from seven_senders_adapter.seven_senders.answers import is_token
from seven_senders_adapter.seven_senders.api import Api, outcome
from seven_senders_adapter.seven_senders.errors import SevenSendersError, TokenUnavailable
from seven_senders_adapter.seven_senders.transport import Operation

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

DEFAULT_LIFE = timedelta(minutes=60)
"""How long a token is good if it does not say so itself (source: docs)."""

LOGIN_LEASE = timedelta(seconds=30)
"""Longer than a login and the write to SSM can take."""

SETTLING = timedelta(seconds=2)
"""How long after a login no other follows: by then SSM shows the new token to all."""

WAITS = (0.3, 0.6, 1.2, 2.4)
"""Seconds between two looks at SSM while another worker logs in."""

EARLY = timedelta(minutes=5)
"""At most so long before its expiry a token is replaced."""

REFRESH_PAUSE = timedelta(seconds=30)
"""How long a token that is still good is used on after it could not be replaced."""

MAX_PARAMETER_BYTES = 8_192
"""What an advanced parameter holds (source: docs); a standard one holds 4,096."""


class TokenTooLong(Exception):
    """A token that no parameter holds."""


class Leases(Protocol):
    """Who alone may log in for a while; its holder may prolong it. Raise AwsUnavailable."""

    def take(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        """Take or prolong a lease; ``False`` if another has it."""

    def release(self, name: str, *, holder: str) -> None:
        """Give a lease back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    text: str = field(repr=False)
    expires_at: datetime

    def replaces(self, other: "_Token | None", now: datetime) -> bool:
        """Whether it is still good, and another and no older one than ``other``."""
        if now >= self.expires_at:
            return False
        return other is None or (self.text != other.text and self.expires_at >= other.expires_at)


class Tokens:
    """The TokenSource of one account, for one process."""

    def __init__(
        self,
        *,
        api: Api,
        ssm: "SSMClient",
        path: str,
        leases: Leases,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._ssm = ssm
        self._fingerprint = api.account.fingerprint
        self._parameter = f"{path}/{self._fingerprint}"
        self._lease = f"log_in/{self._fingerprint}"
        self._leases = leases
        self._holder = uuid4().hex
        self._sleep = sleep
        self._jitter = jitter
        self._held: _Token | None = None
        self._refused: _Token | None = None
        self._refresh_at = datetime.min.replace(tzinfo=UTC)
        self._own: str | None = None

    def current(self) -> str:
        """A token that should be good.

        Raises TokenUnavailable, and what a login raises if there is no good token left.
        """
        held = self._held
        now = self._api.now()
        if held is None or now >= held.expires_at:
            return self._renewed(self._refused, waits=WAITS)
        if now < self._refresh_at:
            return held.text
        try:
            return self._renewed(held, waits=())
        except SevenSendersError:
            self._refresh_at = now + REFRESH_PAUSE
            return held.text

    def refused(self, token: str) -> str:
        """Another token, after a 401 to this one. Raises what ``current`` raises."""
        if self._held is not None and self._held.text == token:
            self._refused, self._held = self._held, None
        return self.current()

    def is_own(self, token: str) -> bool:
        """Whether a login of this process gave it, rather than another worker's."""
        return token == self._own

    @property
    def good_until(self) -> datetime | None:
        """When the token that this process holds expires; ``None`` if it holds none."""
        return self._held.expires_at if self._held else None

    def _renewed(self, old: _Token | None, *, waits: tuple[float, ...]) -> str:
        try:
            if shared := self._read(old):
                return self._hold(shared)
            now = self._api.now()
            if self._leases.take(
                self._lease, holder=self._holder, now=now, until=now + LOGIN_LEASE
            ):
                return self._log_in(old)
        except AwsUnavailable as error:
            raise TokenUnavailable(Operation.LOG_IN, None, str(error)) from error
        return self._wait_for_another(old, waits)

    def _log_in(self, old: _Token | None) -> str:
        try:
            # Another may have logged in between the look at SSM and the lease.
            if shared := self._read(old):
                self._release()
                return self._hold(shared)
            text = self._api.log_in()
        except (SevenSendersError, AwsUnavailable):
            self._release()
            raise
        token = _Token(text=text, expires_at=expiry(text, now=self._api.now()))
        self._own = text
        self._hold(token)
        self._share(token)
        return text

    def _wait_for_another(self, old: _Token | None, waits: tuple[float, ...]) -> str:
        for seconds in waits:
            self._sleep(seconds * (0.5 + self._jitter()))
            # Many look at once: a look that SSM throttles is only missed.
            with suppress(AwsUnavailable):
                if shared := self._read(old):
                    return self._hold(shared)
        raise TokenUnavailable(Operation.LOG_IN, None, "another worker is logging in")

    def _hold(self, token: _Token) -> str:
        now = self._api.now()
        early = min(EARLY, (token.expires_at - now) / 10)
        self._refresh_at = token.expires_at - early * (0.2 + 0.8 * self._jitter())
        self._held = token
        return token.text

    def _read(self, old: _Token | None) -> _Token | None:
        with reaching("ssm GetParameter"):
            try:
                answer = self._ssm.get_parameter(Name=self._parameter, WithDecryption=True)
            except self._ssm.exceptions.ParameterNotFound:
                return None
        shared = _parsed(answer["Parameter"]["Value"], fingerprint=self._fingerprint)
        return shared if shared and shared.replaces(old, now=self._api.now()) else None

    def _share(self, token: _Token) -> None:
        """Write a token to SSM, and let no other log in before all can read it.

        A failure loses nothing: the token serves this process, and the failure is counted. Then
        the lease stands for its whole time, since the next login may end this token.
        """
        started = monotonic()
        try:
            self._write(token)
        except (AwsUnavailable, TokenTooLong) as error:
            self._api.observe("share_token", outcome(error), monotonic() - started)
            return
        now = self._api.now()
        with suppress(AwsUnavailable):
            self._leases.take(self._lease, holder=self._holder, now=now, until=now + SETTLING)

    def _write(self, token: _Token) -> None:
        value = json.dumps(
            {
                "token": token.text,
                "expires_at": to_text(token.expires_at),
                "fingerprint": self._fingerprint,
            }
        )
        if len(value) > MAX_PARAMETER_BYTES:
            raise TokenTooLong(f"{len(value)} bytes, a parameter holds {MAX_PARAMETER_BYTES}")
        with reaching("ssm PutParameter"):
            self._ssm.put_parameter(
                Name=self._parameter,
                Value=value,
                Type="SecureString",
                Overwrite=True,
                # Standard up to 4,096 bytes, else advanced, and no attempt to go back.
                Tier="Intelligent-Tiering",
            )

    def _release(self) -> None:
        # Without it the lease ends by itself.
        with suppress(AwsUnavailable):
            self._leases.release(self._lease, holder=self._holder)


def expiry(token: str, *, now: datetime) -> datetime:
    """When a token expires: its ``exp`` if it is a JWT that says so, else 60 minutes from now."""
    try:
        claims = token.split(".")[1]
        claims += "=" * (-len(claims) % 4)
        at = datetime.fromtimestamp(json.loads(urlsafe_b64decode(claims))["exp"], UTC)
    except (LookupError, TypeError, ValueError, OverflowError, OSError, RecursionError):
        return now + DEFAULT_LIFE
    return at if at > now else now + DEFAULT_LIFE


def _parsed(value: str, *, fingerprint: str) -> _Token | None:
    """The token in a parameter; ``None`` for rubbish and for the token of another key."""
    try:
        content = json.loads(value)
        token = _Token(text=content["token"], expires_at=from_text(content["expires_at"]))
        ours = content["fingerprint"] == fingerprint
    except (LookupError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    return token if ours and is_token(token.text) else None
