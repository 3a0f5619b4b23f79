"""The same over HTTP, where names are escaped, headers repeated, and bodies of any type."""

from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attack.cases import few
from tests.attack.door import ANSWERS, DOCUMENTS, Door
from tests.attack.open_door import front_of
from tests.attack.test_names import IMPOSSIBLE
from tests.recording import Recorder
from tests.unit.receiving.deliveries import shopify, signature

BODY = shopify().body.encode()
SIGNED = {
    "Content-Type": "application/json",
    "X-Shopify-Topic": "orders/paid",
    "X-Shopify-Hmac-Sha256": signature(BODY),
}


class Shop:
    """Sends deliveries over one connection."""

    def __init__(self, door: Door, port: int) -> None:
        self.door = door
        self.http = HTTPConnection("127.0.0.1", port, timeout=30)

    def send(
        self,
        path: str = "/webhooks/acme",
        *,
        method: str = "POST",
        headers: list[tuple[str, str]] | None = None,
        body: bytes = BODY,
    ) -> int:
        self.http.putrequest(method, path, skip_accept_encoding=True)
        for name, value in list(SIGNED.items()) if headers is None else headers:
            self.http.putheader(name, value)
        self.http.putheader("Content-Length", str(len(body)))
        self.http.endheaders(body)
        response = self.http.getresponse()
        response.read()
        return response.status


@pytest.fixture
def shop(capsys: pytest.CaptureFixture[str]) -> Iterator[Shop]:
    door = Door(Recorder(capsys).telemetry)
    with front_of(door) as front:
        shop = Shop(door, front.server_port)
        yield shop
        shop.http.close()


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title, str.swapcase])
def test_names_of_headers_may_be_written_in_any_case(
    shop: Shop, case: Callable[[str], str]
) -> None:
    assert shop.send(headers=[(case(name), value) for name, value in SIGNED.items()]) == 200
    assert len(shop.door.sqs.sent) == 1


@pytest.mark.parametrize(
    "second", [signature(BODY), "AAAA", ""], ids=["the same", "a wrong one", "an empty one"]
)
def test_a_signature_that_is_sent_twice_is_none(shop: Shop, second: str) -> None:
    twice = [*SIGNED.items(), ("x-shopify-hmac-sha256", second)]
    assert shop.send(headers=twice) == 401
    assert shop.send(headers=twice[::-1]) == 401
    assert not shop.door.sqs.sent


@pytest.mark.parametrize("name", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_name_that_none_may_have_opens_nothing_however_it_is_escaped(
    shop: Shop, name: str
) -> None:
    once = quote(name, safe="", errors="surrogatepass")
    every_byte = "".join(f"%{byte:02x}" for byte in name.encode("utf-8", "surrogatepass"))
    for path in (once, quote(once, safe=""), every_byte):
        assert shop.send(f"/webhooks/{path[:60_000]}") == 404
    assert shop.door.ssm.calls == []


def test_what_is_escaped_without_need_is_the_same_name(shop: Shop) -> None:
    assert shop.send("/webhooks/%61c%6De?x=../woo") == 200
    assert shop.door.ssm.calls == [("GetParametersByPath", "/path")]


VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
HEADERS = st.tuples(
    st.sampled_from(
        [*SIGNED, "X-WC-Webhook-Topic", "X-WC-Webhook-Signature", "X-WC-Webhook-Source", "Host"]
    ),
    VALUES | st.sampled_from(list(SIGNED.values())),
)


def test_any_request_is_answered(shop: Shop) -> None:
    @few(100)
    @given(
        method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "DELETE", "OPTIONS"]),
        name=st.sampled_from(sorted(DOCUMENTS)) | st.binary(max_size=40).map(quote_from_bytes),
        headers=st.lists(HEADERS, max_size=6),
        body=st.just(BODY) | st.binary(max_size=200),
    )
    def fuzz(method: str, name: str, headers: list[tuple[str, str]], body: bytes) -> None:
        status = shop.send(f"/webhooks/{name}", method=method, headers=headers, body=body)
        assert status in ANSWERS
        assert method == "POST" or status == 404

    fuzz()
    assert shop.send() == 200
