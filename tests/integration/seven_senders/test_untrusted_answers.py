"""Answers that are not what they should be are given up, never believed."""

import gzip

import pytest

from seven_senders_adapter.seven_senders.errors import AccountFailure, TemporaryFailure
from tests.integration.seven_senders.calling import CALLS, CHANGES, OK, client_at, new_order
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi


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

    def test_an_answer_that_unpacks_to_a_giant_is_given_up(self, server: ScriptedApi) -> None:
        bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
        server.script(Reply(headers={"Content-Encoding": "gzip"}, body=bomb))
        with pytest.raises(TemporaryFailure, match="longer than"):
            client_at(server.url).list_orders({})

    def test_a_wrongly_packed_answer_is_a_lost_one(self, server: ScriptedApi) -> None:
        server.script(Reply(headers={"Content-Encoding": "gzip"}, body=b"not packed"))
        with pytest.raises(TemporaryFailure):
            client_at(server.url).list_orders({})


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

    def test_the_body_of_a_redirect_is_bounded_too(self, server: ScriptedApi) -> None:
        giant = Reply(status=302, headers={"Location": server.url}, body=b"x" * 2_000_000)
        server.script(giant)
        with pytest.raises(TemporaryFailure, match="longer than"):
            client_at(server.url).list_orders({})
