"""Answers that are not what they should be are given up, never believed and never told."""

import gzip
import logging
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    SevenSendersError,
    TemporaryFailure,
)
from seven_senders_adapter.seven_senders.transport import MAX_ANSWER_BYTES
from tests.integration.seven_senders.calling import CALLS, CHANGES, OK, client_at, new_order
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi

CREATED = b"HTTP/1.1 201 Created\r\n"
GIANT = b" " * 2 * MAX_ANSWER_BYTES
BOMB = b"[" + b" " * 50_000_000 + b"]"
DEEP = {"lists": b"[" * 100_000, "objects": b'{"a":' * 100_000}


class TestUnreadable:
    @pytest.mark.parametrize(
        ("call", "reply"),
        [
            ("get", Reply(content=[])),
            ("get", Reply(content={"id": 7})),
            ("get", Reply(content={"order_id": {}})),
            ("get", Reply()),
            ("list", Reply(content={})),
            ("list", Reply(content={"hydra:member": None})),
            ("list", Reply(content="all")),
            ("list", Reply()),
            ("create", Reply(body=b'{"id": 1')),
            ("create", Reply(body=b"<html>maintenance</html>")),
            ("create", Reply(body=b"\xff\xfe\xff")),
            ("create", Reply(body=b"[" * 200_000)),
            ("create", Reply(body=b"9" * 5_000)),
            ("create", Reply(body=b'"' + b"x" * 1_048_576 + b'"')),
            ("create", Reply(content=[])),
            ("create", Reply(content=[{"id": 5}])),
            ("create", Reply(content="down for maintenance")),
            ("create", Reply(content=0)),
            ("create", Reply(content={"id": 5, "order_id": "of another"})),
            ("create", Reply(content={"id": 5, "shop_order_id": "of another"})),
            ("state", Reply(content=[])),
            ("update", Reply(content=True)),
            ("state", Reply(body=b"<html>maintenance</html>")),
            ("update", Reply(body=b"<html>maintenance</html>")),
            ("delete", Reply(body=b"<html>maintenance</html>")),
        ],
    )
    def test_a_success_that_can_not_be_read_is_tried_again_and_may_have_worked(
        self, server: ScriptedApi, call: str, reply: Reply
    ) -> None:
        server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            CALLS[call](client_at(server.url))
        assert caught.value.status == 200
        assert caught.value.maybe_applied == (call in CHANGES)
        assert caught.value.answered

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("status", [200, 400, 422, 500])
    @pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
    def test_one_nested_too_deep_breaks_nothing(
        self, server: ScriptedApi, call: str, status: int, deep: bytes
    ) -> None:
        server.script(Reply(status=status, body=deep))
        with pytest.raises(SevenSendersError):
            CALLS[call](client_at(server.url))

    def test_a_wrongly_packed_answer_is_a_lost_one(self, server: ScriptedApi) -> None:
        server.script(Reply(headers={"Content-Encoding": "gzip"}, body=b"not packed"))
        with pytest.raises(TemporaryFailure):
            client_at(server.url).list_orders({})


class TestGiants:
    @pytest.mark.parametrize(
        "reply",
        [
            pytest.param(Reply(body=GIANT), id="of a declared length"),
            pytest.param(Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n" + GIANT), id="of no length"),
            pytest.param(
                Reply(
                    headers={"Transfer-Encoding": "chunked"},
                    body=(b"ffff\r\n" + GIANT[:0xFFFF] + b"\r\n") * 32,
                ),
                id="of many chunks",
            ),
            pytest.param(Reply(status=500, body=GIANT), id="with an error"),
            pytest.param(Reply(status=302, headers={"Location": "/"}, body=GIANT), id="redirect"),
        ],
    )
    def test_are_given_up(self, server: ScriptedApi, reply: Reply) -> None:
        server.script(reply)
        with pytest.raises(TemporaryFailure, match="longer than") as caught:
            client_at(server.url).create_order(new_order())
        assert caught.value.maybe_applied

    @pytest.mark.parametrize(
        ("encoding", "bomb"),
        [
            ("gzip", gzip.compress(BOMB)),
            ("deflate", zlib.compress(BOMB)),
            ("gzip, gzip", gzip.compress(gzip.compress(BOMB))),
        ],
        ids=["gzip", "deflate", "gzip twice"],
    )
    def test_that_unpack_to_be_so_are_given_up_early(
        self, server: ScriptedApi, encoding: str, bomb: bytes
    ) -> None:
        server.script(Reply(headers={"Content-Encoding": encoding}, body=bomb))
        tracemalloc.start()
        with pytest.raises(TemporaryFailure, match="longer than"):
            client_at(server.url).list_orders({})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8 * MAX_ANSWER_BYTES


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("location", ["{other}/orders", "http://[::1", ""])
    def test_none_is_followed_so_the_token_stays_here(
        self, server: ScriptedApi, status: int, location: str
    ) -> None:
        with ScriptedApi(OK) as other:
            target = location.format(other=other.url)
            server.script(Reply(status=status, headers={"Location": target}))
            with pytest.raises(AccountFailure):
                client_at(server.url).create_order(new_order())
            assert other.requests == []
        assert len(server.requests) == 1


class TestOddHttp:
    def test_of_two_lengths_is_a_lost_answer(self, server: ScriptedApi) -> None:
        server.script(Reply(raw=CREATED + b"Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}"))
        with pytest.raises(TemporaryFailure) as caught:
            client_at(server.url).create_order(new_order())
        assert caught.value.maybe_applied

    def test_of_too_short_a_length_is_no_success(self, server: ScriptedApi) -> None:
        server.script(Reply(status=201, content={"id": 7}, promises=5))
        with pytest.raises(TemporaryFailure) as caught:
            client_at(server.url).create_order(new_order())
        assert caught.value.maybe_applied

    def test_its_headers_are_not_logged(
        self, server: ScriptedApi, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        server.script(Reply(raw=CREATED + b"Anna Muster\r\nContent-Length: 0\r\n\r\n"))
        client_at(server.url).create_order(new_order())
        assert caplog.text == ""


@pytest.fixture(scope="module")
def odd_server() -> Iterator[ScriptedApi]:
    with ScriptedApi(OK) as server:
        yield server


HEADERS = st.sampled_from(
    "Content-Length Transfer-Encoding Content-Encoding Content-Type Location Set-Cookie "
    "Connection Retry-After WWW-Authenticate Trailer Upgrade Content-Range Link".split()
)
VALUES = st.sampled_from(
    "0 9 -5 zz chunked gzip br identity gzip,gzip close keep-alive bytes=0-1 a=b;Max-Age=x "
    "a=b;Expires=Foo /v2/orders/5 //[::1 http://127.0.0.1:1/ Basic Digest text/html;charset=\xff "
    ";=;".split()
) | st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=20)
LINES = st.tuples(HEADERS, VALUES).map(": ".join)
ODD_HTTP = st.builds(
    lambda status, lines, body: "\r\n".join([f"HTTP/1.1 {status} Odd", *lines, "", body]),
    st.integers(100, 599) | st.just(401),
    st.lists(LINES, max_size=5),
    st.sampled_from(["", '{"id": 7}', "9\r\n{}\r\n0\r\n\r\n", "\x1f\x8b", "[[["]),
).map(lambda text: text.encode("latin-1"))


@given(raw=ODD_HTTP | st.binary(min_size=1, max_size=60), call=st.sampled_from(sorted(CALLS)))
def test_whatever_the_answer_a_call_asks_once_and_again_after_a_401_only(
    odd_server: ScriptedApi, raw: bytes, call: str
) -> None:
    odd_server.requests.clear()
    odd_server.script(Reply(raw=raw))
    with suppress(SevenSendersError):
        CALLS[call](client_at(odd_server.url))
    most = 2 if raw.startswith(b"HTTP/1.1 401") else 1
    assert 1 <= len(odd_server.requests) <= most
