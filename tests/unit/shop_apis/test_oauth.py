"""OAuth 1.0a's signature: what is signed, and where it stands."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, urlsplit

import pytest

from seven_senders_adapter.shop_apis.oauth import base_string, signed


def test_what_is_signed_is_the_example_of_rfc_5849() -> None:
    """Section 3.4.1.1; its parameters stand in the query, the body and the header."""
    parameters = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ]
    assert base_string("POST", "http://example.com/request", parameters) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )


@pytest.mark.parametrize("path", ["", "/shop", "/gr%C3%BC%C3%9Fe"])
def test_the_signature_is_the_keyed_hash_of_it_and_closes_the_query(path: str) -> None:
    url = signed(
        "GET",
        f"http://shop.example:8080{path}/orders?after=2026-10-16T00%3A00%3A00&status=",
        key="ck_1",
        secret="cs_1",
        timestamp=1_792_000_000,
        nonce="n1",
    )
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    assert parts._replace(query="").geturl() == f"http://shop.example:8080{path}/orders"
    assert [name for name, _ in query] == [
        "after",
        "status",
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_signature",
    ]
    text = base_string("GET", f"http://shop.example:8080{path}/orders", query[:-1])
    expected = hmac.digest(b"cs_1&", text.encode(), hashlib.sha256)
    assert query[-1] == ("oauth_signature", base64.b64encode(expected).decode())
