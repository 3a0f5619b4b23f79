"""Which account at which API."""

from dataclasses import dataclass, field
from hashlib import sha256

PRODUCTION_URL = "https://api.sevensenders.com/v2"


@dataclass(frozen=True, slots=True)
class Account:
    """An API's base URL without a closing slash, and an access key. The key is never printed."""

    api_url: str
    access_key: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Names the account without telling its key: shared by all connections that use it."""
        return sha256(f"{self.api_url}\n{self.access_key}".encode()).hexdigest()[:32]
