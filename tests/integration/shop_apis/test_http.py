"""One exchange with a shop that is slow, endless, broken or talkative."""

import gzip
import logging
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from traceback import format_exception

import pytest

from seven_senders_adapter.shop_apis.http import (
    MAX_ANSWER_BYTES,
    UNTOLD,
    AnswerTooLarge,
    Bounds,
    ShopHttp,
    told,
)
from seven_senders_adapter.shop_apis.oauth import OAuth
from seven_senders_adapter.shop_apis.shop_api import (
    ShopApiError,
    ShopUnreachable,
    Throttled,
    WrongShop,
)
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
KEY, SECRET = "ck_1234567890", "cs_1234567890"
SMALL = Bounds(answer=0.2, size=100_000)
BUSY = 429


@dataclass
class Caller:
    """Calls a server, in whose place another URL can be set. ``waits``: seconds between calls."""

    server: ScriptedApi
    url: str = ""
    waits: list[float] = field(default_factory=list)

    def http(self, bounds: Bounds = SMALL) -> ShopHttp:
        url = self.url or self.server.url
        return ShopHttp(url, sleep=self.waits.append, bounds=bounds, now=lambda: NOW)

    def call(self, *replies: Reply, bounds: Bounds = SMALL) -> bytes:
        self.server.script(*replies)
        return self.http(bounds).send("GET", "/orders", auth=OAuth(KEY, SECRET)).body


@pytest.fixture
def caller() -> Iterator[Caller]:
    with ScriptedApi(Reply()) as server:
        yield Caller(server)


def plain(body: bytes) -> Reply:
    return Reply(body=body)


def chunked(body: bytes) -> Reply:
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return Reply(raw=head + framed)


def packed(body: bytes) -> Reply:
    return Reply(headers={"Content-Encoding": "gzip"}, body=gzip.compress(body))


def test_an_answer_up_to_the_bound_is_read(caller: Caller) -> None:
    body = b" " * SMALL.size
    assert caller.call(plain(body)) == body
    assert caller.call(chunked(body)) == body
    assert caller.call(packed(body)) == body


@pytest.mark.parametrize("made", [plain, chunked, packed])
def test_an_answer_over_the_bound_is_given_up(
    caller: Caller, made: Callable[[bytes], Reply]
) -> None:
    with pytest.raises(AnswerTooLarge, match="answers with more than 100000 bytes"):
        caller.call(made(b" " * (SMALL.size + 1)))


def test_a_small_answer_that_unpacks_to_a_giant_takes_little_memory(caller: Caller) -> None:
    bomb = packed(b" " * 60_000_000)
    assert len(bomb.body) < SMALL.size
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            caller.call(bomb)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5_000_000


def test_a_hundred_orders_of_a_quarter_of_a_megabyte_are_read_usually() -> None:
    assert Bounds().size == MAX_ANSWER_BYTES > 100 * 250_000


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(hangs=True), id="no answer"),
        pytest.param(Reply(body=b"x" * 1000, drips=0.05), id="a body in drips"),
        pytest.param(
            Reply(raw=b"HTTP/1.1 200 OK\r\nX-Odd: " + b"x" * 1000, drips=0.05), id="a head in drips"
        ),
    ],
)
def test_an_answer_that_takes_too_long_is_told_as_slow(caller: Caller, reply: Reply) -> None:
    with pytest.raises(ShopUnreachable, match="answers too slowly: try again later") as raised:
        caller.call(reply)
    assert "address" not in str(raised.value)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(cut=True), id="at once"),
        pytest.param(Reply(body=b"{", promises=50), id="in the middle"),
        pytest.param(Reply(headers={"Content-Encoding": "gzip"}, body=b"no gzip"), id="unpacking"),
    ],
)
def test_an_answer_that_breaks_off_is_told_as_such(caller: Caller, reply: Reply) -> None:
    with pytest.raises(ShopUnreachable, match=r"breaks off its answer \(\w+\): try again later"):
        caller.call(reply)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://a..b"])
def test_a_shop_that_is_not_there_is_told_with_its_address(caller: Caller, url: str) -> None:
    caller.url = url
    with pytest.raises(ShopUnreachable, match=r"can't be reached \(\w+\): check the address"):
        caller.call()


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("https://www.shop.example/wp-json/wc/v3/orders", "sends on to https://www.shop.example:"),
        ("https://www.shop.example:8443", "sends on to https://www.shop.example:8443:"),
        ("https://anna:secret@www.shop.example/", "sends on to https://www.shop.example:"),
        ("//www.shop.example/de", "sends on to //www.shop.example:"),
        ("/de/orders", "sends on to another path of it:"),
        ("http://[", "sends on to no address:"),
        ("", "sends on to another path of it:"),
        ("https://" + "a" * 500, f"sends on to https://{'a' * 192}:"),
    ],
)
def test_of_a_redirect_scheme_and_host_are_told(caller: Caller, location: str, says: str) -> None:
    with pytest.raises(WrongShop) as raised:
        caller.call(Reply(status=302, headers={"Location": location}))
    assert str(raised.value) == f"{caller.server.url} {says} give the address there"


def redirected(caller: Caller) -> Reply:
    """To the whole URL that was asked for, as servers do that want TLS."""
    host = caller.server.url.removeprefix("http://")
    query = f"oauth_consumer_key={KEY}&oauth_signature=abc"
    return Reply(status=301, headers={"Location": f"https://{host}/orders?{query}"})


@pytest.mark.parametrize(
    "failure",
    ["redirect", "no connection", "no name", "slow", "drips", "cut", "short", "500", "429", "big"],
)
def test_nothing_that_goes_wrong_shows_a_key_or_a_signature(
    caller: Caller, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply = {
        "redirect": redirected(caller),
        "slow": Reply(hangs=True),
        "drips": Reply(body=b"x" * 1000, drips=0.05),
        "cut": Reply(cut=True),
        "short": Reply(body=b"{", promises=50),
        "500": Reply(status=500),
        "429": Reply(status=BUSY),
        "big": Reply(body=b" " * (SMALL.size + 1)),
    }.get(failure, Reply())
    caller.url = {
        "no connection": "http://127.0.0.1:1",
        "no name": "http://a..b",
    }.get(failure, "")
    with caplog.at_level(logging.DEBUG), pytest.raises(ShopApiError) as raised:
        caller.call(reply)
    shown = "".join(format_exception(raised.value)) + caplog.text
    assert not [one for one in (KEY, SECRET, "oauth_signature", "abc") if one in shown]


def test_nothing_of_a_call_that_goes_well_is_logged(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        caller.call(Reply(content=[]))
    assert KEY in caller.server.requests[0].path
    assert KEY not in caplog.text


def test_a_shop_that_throttles_is_asked_five_times_with_four_waits(caller: Caller) -> None:
    with pytest.raises(Throttled, match="try again later"):
        caller.call(Reply(status=BUSY))
    assert len(caller.server.requests) == 5
    assert len(caller.waits) == 4


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7.0),
        ("2.0", 2.0),
        (format_datetime(NOW + timedelta(seconds=9), usegmt=True), 9.0),
        (format_datetime(NOW - timedelta(seconds=9), usegmt=True), 2.0),
        ("0", 2.0),
        ("-5", 2.0),
        ("nan", 2.0),
        ("-inf", 2.0),
        ("soon", 2.0),
        ("", 2.0),
    ],
)
def test_it_waits_as_the_shop_asks_if_that_makes_sense(
    caller: Caller, asked: str, waited: float
) -> None:
    caller.call(Reply(status=BUSY, headers={"Retry-After": asked}), Reply(content=[]))
    assert caller.waits == [waited]


@pytest.mark.parametrize("asked", ["31", "9" * 400, format_datetime(NOW + timedelta(days=99))])
def test_a_wait_that_is_too_long_is_left_to_later(caller: Caller, asked: str) -> None:
    with pytest.raises(Throttled, match=r"try again in \d{2,5} s"):
        caller.call(Reply(status=BUSY, headers={"Retry-After": asked}))
    assert caller.waits == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param("Sorry, no.", "Sorry, no.", id="as it is"),
        pytest.param(" one\r\n two\t\x1b[31mthree\u202e ", "one two [31mthree", id="one line"),
        pytest.param("x" * 5000, "x" * 200, id="short"),
        pytest.param("no route /a?oauth_consumer_key=ck_1 here", "no route /a? here", id="a query"),
        pytest.param("Order of anna@example.org", UNTOLD, id="an e-mail"),
        pytest.param("x" * 5000 + " anna@example.org", UNTOLD, id="an e-mail further on"),
        pytest.param("x" * 190 + " anna@example.org", UNTOLD, id="an e-mail that would be cut"),
        pytest.param("anna@example\uff0eorg", UNTOLD, id="an e-mail in other characters"),
        pytest.param("", UNTOLD, id="nothing"),
        pytest.param(" \n", UNTOLD, id="blanks"),
        pytest.param(None, UNTOLD, id="null"),
        pytest.param({"a": ["b"]}, UNTOLD, id="no text"),
    ],
)
def test_of_a_shops_words_one_short_line_is_told(words: object, line: str) -> None:
    assert told(words) == line


def test_a_server_that_is_silent_after_the_connection_is_slow_not_away(caller: Caller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller.url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ShopUnreachable, match="answers too slowly"):
            caller.call()
