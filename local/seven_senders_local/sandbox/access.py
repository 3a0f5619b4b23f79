"""Access keys, and the tokens they open for a while."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes

from seven_senders_local.sandbox.rules import Refused
from seven_senders_local.sandbox.settings import Settings


@dataclass(frozen=True, slots=True)
class _Grant:
    access_key: str
    until: float


@dataclass(slots=True)
class Access:
    """The tokens that were given out. Times are epoch seconds."""

    grants: dict[str, _Grant] = field(default_factory=dict)

    def log_in(self, body: Mapping[str, object], *, settings: Settings, now: float) -> str:
        """A new token for an access key. Raises Refused."""
        key = body.get("access_key")
        if not isinstance(key, str) or not key:
            raise Refused(400, "access_key: This value should be a string that is not blank.")
        if set(body) != {"access_key"}:
            raise Refused(400, "nothing but access_key was expected")
        if settings.access_keys is not None and key not in settings.access_keys:
            raise Refused(401, "Invalid credentials.")
        if settings.login_ends_token:
            self.grants = {t: g for t, g in self.grants.items() if g.access_key != key}
        token = _new_token(now, now + settings.token_seconds)
        self.grants[token] = _Grant(key, now + settings.token_seconds)
        return token

    def key_for(self, authorization: str, *, now: float) -> str:
        """The access key behind an ``Authorization`` header. Raises Refused (401)."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused(401, "JWT Token not found")
        if (grant := self.grants.get(token)) is None:
            raise Refused(401, "Invalid JWT Token")
        if now >= grant.until:
            raise Refused(401, "Expired JWT Token")
        return grant.access_key


def _new_token(issued_at: float, until: float) -> str:
    parts = (
        json.dumps({"typ": "JWT", "alg": "RS256"}).encode(),
        json.dumps({"iat": int(issued_at), "exp": int(until)}).encode(),
        token_bytes(32),
    )
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
