"""OAuth 1.0a without tokens (RFC 5849): a shop without TLS sees a signature, never the secret."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase

METHOD = "HMAC-SHA256"


class OAuth(AuthBase):
    """Signs each request anew. ``clock`` gives epoch seconds."""

    def __init__(self, key: str, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add a signature to the query, as many web servers withhold the header from PHP."""
        request.url = signed(
            str(request.method),
            str(request.url),
            key=self._key,
            secret=self._secret,
            timestamp=int(self._clock()),
            nonce=secrets.token_hex(16),
        )
        return request


def signed(method: str, url: str, *, key: str, secret: str, timestamp: int, nonce: str) -> str:
    """A URL with the signature of a request to it in its query. ``timestamp`` in epoch seconds."""
    parts = urlsplit(url)
    query = [
        *parse_qsl(parts.query, keep_blank_values=True),
        ("oauth_consumer_key", key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", METHOD),
        ("oauth_timestamp", str(timestamp)),
    ]
    bare = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    text = base_string(method, bare, query)
    digest = hmac.digest(f"{_encoded(secret)}&".encode(), text.encode(), hashlib.sha256)
    query.append(("oauth_signature", base64.b64encode(digest).decode()))
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What is signed: method, URL without its query, and the parameters by name and value."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in parameters)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return f"{method}&{_encoded(url)}&{_encoded(joined)}"


def _encoded(text: str) -> str:
    return quote(text, safe="")
