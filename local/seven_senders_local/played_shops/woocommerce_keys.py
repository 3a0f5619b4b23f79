"""Who calls, as WooCommerce finds it out (source: class-wc-rest-authentication.php)."""

import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from seven_senders_local.played_shops.loopback import Asked, Said
from seven_senders_local.played_shops.wordpress import error

OAUTH_WINDOW = 15 * 60
OAUTH_PARAMETERS = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)


@dataclass
class PlayedKeys:
    """The one key of a shop. ``rights``: ``read``, ``write`` or ``read_write``.

    ``over_tls``: the shop takes itself to be called over TLS; else basic authentication is
    not looked at. ``home``: the address that signatures are made for; empty: the one that is
    called. ``now`` gives epoch seconds.
    """

    consumer_key: str = "ck_1"
    consumer_secret: str = "cs_1"
    rights: str = "read_write"
    manages_the_shop: bool = True
    over_tls: bool = True
    home: str = ""
    now: Callable[[], float] = time.time
    nonces: dict[str, int] = field(default_factory=dict)

    def refusal(self, asked: Asked) -> Said | None:
        """What somebody is told who may not ask this; ``None`` if he may."""
        is_known = self._knows(asked)
        if isinstance(is_known, Said):
            return is_known
        if not is_known or not self.manages_the_shop:
            told = "Sorry, you cannot list resources."
            return error("woocommerce_rest_cannot_view", told, 403 if is_known else 401)
        right = "read" if asked.method == "GET" else "write"
        if right not in self.rights:
            return _unknown(f"The API key provided does not have {right} permissions.")
        return None

    def _knows(self, asked: Asked) -> bool | Said:
        scheme, _, credentials = asked.headers.get("authorization", "").partition(" ")
        if self.over_tls and scheme == "Basic":
            key, _, secret = b64decode(credentials).decode().partition(":")
            if key == self.consumer_key and secret != self.consumer_secret:
                return _unknown("Consumer secret is invalid.")
            return key == self.consumer_key
        return self._knows_the_signature(asked)

    def _knows_the_signature(self, asked: Asked) -> bool | Said:
        given = asked.query
        missing = [name for name in OAUTH_PARAMETERS if not given.get(name)]
        if len(missing) == len(OAUTH_PARAMETERS):
            return False
        if missing:
            told = f"Missing OAuth parameters {', '.join(missing)}"
            return error("woocommerce_rest_authentication_missing_parameter", told, 401)
        if given["oauth_consumer_key"] != self.consumer_key:
            return _unknown("Consumer key is invalid.")
        if given["oauth_signature_method"] not in {"HMAC-SHA1", "HMAC-SHA256"}:
            return _unknown("Invalid signature - signature method is invalid.")
        if not hmac.compare_digest(given["oauth_signature"], self._signature(asked)):
            return _unknown("Invalid signature - provided signature does not match.")
        return self._is_fresh(given["oauth_timestamp"], given["oauth_nonce"])

    def _signature(self, asked: Asked) -> str:
        home = self.home or f"http://{asked.headers['host']}"
        pairs = [
            _encoded(f"{_encoded(name)}={_encoded(asked.query[name])}")
            for name in sorted(asked.query)
            if name != "oauth_signature"
        ]
        text = f"{asked.method}&{_encoded(home + asked.path)}&{'%26'.join(pairs)}"
        algorithm = asked.query["oauth_signature_method"].removeprefix("HMAC-")
        key = f"{self.consumer_secret}&".encode()
        return b64encode(hmac.digest(key, text.encode(), algorithm)).decode()

    def _is_fresh(self, timestamp: str, nonce: str) -> bool | Said:
        if not timestamp.isdecimal() or abs(int(timestamp) - self.now()) > OAUTH_WINDOW:
            return _unknown("Invalid timestamp.")
        begin = self.now() - OAUTH_WINDOW
        self.nonces = {used: at for used, at in self.nonces.items() if at >= begin}
        if nonce in self.nonces:
            return _unknown("Invalid nonce - nonce has already been used.")
        self.nonces[nonce] = int(timestamp)
        return True


def _unknown(told: str) -> Said:
    return error("woocommerce_rest_authentication_error", told, 401)


def _encoded(text: str) -> str:
    return quote(text, safe="")
