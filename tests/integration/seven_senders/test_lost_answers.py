"""Answers that do not come, or do not come whole or in time."""

import socket
import threading
from http.server import BaseHTTPRequestHandler
from typing import override

import pytest

from seven_senders_adapter.seven_senders.errors import TemporaryFailure
from seven_senders_adapter.seven_senders.transport import MAX_IDLE_SECONDS, ApiSession, TimeOuts
from tests.integration.seven_senders.calling import (
    CALLS,
    CHANGES,
    OK,
    LateApi,
    client_at,
    new_order,
)
from tests.integration.seven_senders.certificate import make_certificate
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi, Seen

CHUNKED = {"Transfer-Encoding": "chunked"}
LONG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"x" * 300 + b"\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
SHORT = TimeOuts(connect=1.0, read=0.1)

LOST = {
    "the connection is cut": Reply(cut=True),
    "nothing comes": Reply(hangs=True),
    "the connection ends before the promised length": Reply(body=b'{"id": 1', promises=500),
    "a chunk ends early": Reply(headers=CHUNKED, body=b"5\r\n12"),
    "the chunks end early": Reply(headers=CHUNKED, body=b"2\r\n[]\r\n"),
    "a chunk has no length": Reply(headers=CHUNKED, body=b"zz\r\n"),
    "the body drips": Reply(body=b" " * 300, drips=0.02),
    "the chunks drip": Reply(headers=CHUNKED, body=b"1\r\n \r\n" * 50 + b"0\r\n\r\n", drips=0.02),
    "the headers drip": Reply(raw=LONG_HEAD, drips=0.02),
    "interim answers drip": Reply(raw=INTERIM * 12 + LONG_HEAD, drips=0.02),
    "it is no HTTP": Reply(raw=b"220 smtp.example ESMTP\r\n\r\n"),
    "a header is giant": Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"),
    "there are too many headers": Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 101 + b"\r\n"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("reply", LOST.values(), ids=LOST)
def test_a_lost_answer_is_tried_again_and_may_have_worked(
    server: ScriptedApi, call: str, reply: Reply
) -> None:
    server.script(reply)
    with pytest.raises(TemporaryFailure) as caught:
        CALLS[call](client_at(server.url, time_outs=SHORT))
    assert caught.value.maybe_applied == (call in CHANGES)
    assert not caught.value.answered
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [LOST["the body drips"], LOST["the headers drip"]])
def test_an_answer_over_tls_has_its_time_out_as_a_whole_too(
    reply: Reply, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with ScriptedApi(Reply(content=[]), reply, certificate=certificate) as server:
        client = client_at(server.url, time_outs=TimeOuts(connect=5.0, read=0.5))
        client.list_orders({})
        with pytest.raises(TemporaryFailure) as caught:
            client.list_orders({})
        assert not caught.value.answered
        assert len(server.requests) == 2


def test_the_wait_for_late_headers_counts_for_a_slow_body() -> None:
    with LateApi(Reply(body=b"[ ]", drips=0.25), late=0.9) as server:
        client = client_at(server.url, time_outs=TimeOuts(connect=0.1, read=1.0))
        with pytest.raises(TemporaryFailure):
            client.list_orders({})


def test_a_call_takes_connecting_and_twice_reading_at_the_longest() -> None:
    assert TimeOuts(connect=3.0, read=10.0).longest == 23.0


@pytest.mark.parametrize("host", ["127.0.0.1:{closed}", "name.invalid"])
def test_without_a_connection_nothing_was_applied(host: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = "http://" + host.format(closed=unused.getsockname()[1])
        with pytest.raises(TemporaryFailure) as caught:
            client_at(url).create_order(new_order())
    assert not caught.value.maybe_applied
    assert not caught.value.answered


class Talkative(ScriptedApi):
    """Sends a second answer after the first, that nobody has asked for."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__(*replies)
        self.may_go_on = threading.Event()
        self.has_gone_on = threading.Event()

    @override
    def answer(self, seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        super().answer(seen, handler)
        if len(self.requests) == 1:
            self.may_go_on.wait(5)
            unasked = Reply(status=201, content={"id": 666})
            handler.wfile.write(unasked.head() + unasked.payload())
            self.has_gone_on.set()


class TestKeptConnection:
    def test_that_the_api_has_closed_loses_no_call(self, server: ScriptedApi) -> None:
        server.script(Reply(content=[], closes=True), Reply(status=201, content={"id": 7}))
        client = client_at(server.url)
        client.list_orders({})
        assert server.hung_up.wait(5)
        assert client.create_order(new_order()) == "7"
        assert len(server.requests) == 2

    @pytest.mark.parametrize(
        ("idle", "connections"), [(MAX_IDLE_SECONDS, 1), (MAX_IDLE_SECONDS + 1, 2)]
    )
    def test_is_not_used_again_after_a_long_rest(
        self, server: ScriptedApi, idle: float, connections: int
    ) -> None:
        server.script(Reply(content=[]))
        now = 0.0
        client = client_at(server.url, clock=lambda: now)
        client.list_orders({})
        now += idle
        client.list_orders({})
        assert len({request.port for request in server.requests}) == connections

    @pytest.mark.parametrize("status", [b"102 Processing", b"103 Early Hints"])
    def test_gives_no_interim_answer_for_the_final_one(
        self, server: ScriptedApi, status: bytes
    ) -> None:
        final = b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n" + b'{"id": 7}'
        interim = b"HTTP/1.1 " + status + b"\r\n\r\n"
        server.script(Reply(raw=interim * 2 + final))
        assert client_at(server.url).create_order(new_order()) == "7"

    def test_is_lost_if_the_api_speaks_another_protocol(self, server: ScriptedApi) -> None:
        server.script(Reply(raw=b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"))
        with pytest.raises(TemporaryFailure) as caught:
            client_at(server.url).create_order(new_order())
        assert caught.value.maybe_applied

    def test_is_not_kept_fresh_by_calls_of_another_api(self, server: ScriptedApi) -> None:
        now = 0.0
        with ScriptedApi(OK) as other, ApiSession(clock=lambda: now) as session:
            for url in (server.url, other.url, server.url):
                session.get(url).close()
                now += MAX_IDLE_SECONDS - 1
        assert len({request.port for request in server.requests}) == 2

    def test_takes_nothing_that_follows_an_answer_for_the_next_one(self) -> None:
        with Talkative(Reply(content=[]), Reply(status=201, content={"id": 7})) as server:
            client = client_at(server.url)
            client.list_orders({})
            server.may_go_on.set()
            assert server.has_gone_on.wait(5)
            assert client.create_order(new_order()) == "7"
