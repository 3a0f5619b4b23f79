"""Answers that do not come, or do not come whole or in time."""

import socket

import pytest

from seven_senders_adapter.seven_senders.errors import TemporaryFailure
from seven_senders_adapter.seven_senders.transport import TimeOuts
from tests.integration.seven_senders.calling import CALLS, CHANGES, LateApi, client_at, new_order
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi


class TestLostAnswers:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(cut=True),
            Reply(hangs=True),
            Reply(body=b'{"id": 1', promises=500),
            Reply(headers={"Transfer-Encoding": "chunked"}, body=b"5\r\n12"),
            Reply(headers={"Transfer-Encoding": "chunked"}, body=b"zz\r\n"),
            Reply(body=b" " * 1000, drips=0.02),
        ],
        ids=["cut", "hangs", "truncated", "truncated chunk", "odd chunk", "drips"],
    )
    def test_a_lost_answer_is_tried_again_and_may_have_worked(
        self, server: ScriptedApi, call: str, reply: Reply
    ) -> None:
        server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            CALLS[call](client_at(server.url, time_outs=TimeOuts(connect=0.2, read=0.2)))
        assert caught.value.maybe_applied == (call in CHANGES)
        assert not caught.value.answered

    def test_the_wait_for_late_headers_counts_for_a_slow_body(self) -> None:
        with LateApi(Reply(body=b"[ ]", drips=0.25), late=0.9) as server:
            client = client_at(server.url, time_outs=TimeOuts(connect=0.1, read=1.0))
            with pytest.raises(TemporaryFailure, match="too long"):
                client.list_orders({})

    def test_a_call_takes_connecting_and_twice_reading_at_the_longest(self) -> None:
        assert TimeOuts(connect=3.0, read=10.0).longest == 23.0

    @pytest.mark.parametrize("host", ["127.0.0.1:{closed}", "name.invalid"])
    def test_without_a_connection_nothing_was_applied(self, host: str) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = "http://" + host.format(closed=unused.getsockname()[1])
            with pytest.raises(TemporaryFailure) as caught:
                client_at(url).create_order(new_order())
        assert not caught.value.maybe_applied
        assert not caught.value.answered
