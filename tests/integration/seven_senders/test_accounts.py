"""What is about the account: its URL, its token, its login, its session."""

from pathlib import Path

import pytest

from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.api import Api
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    TemporaryFailure,
    TokenUnavailable,
)
from seven_senders_adapter.seven_senders.transport import ApiSession
from tests.integration.seven_senders.calling import (
    CALLS,
    UNAUTHORIZED,
    FixedTokens,
    client_at,
    element,
    new_order,
)
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi


class TestBaseUrl:
    @pytest.mark.parametrize("url", ["", "api.example", "ftp://x", "http://", "http://[::1"])
    def test_a_base_url_that_is_none_is_about_the_account(self, url: str) -> None:
        with pytest.raises(AccountFailure):
            client_at(url).create_order(new_order())


class TestSession:
    def test_keeps_no_cookie_of_one_account_for_another(self, server: ScriptedApi) -> None:
        server.script(Reply(content=[], headers={"Set-Cookie": "session=1; Path=/"}))
        client = client_at(server.url)
        client.list_orders({})
        client.list_orders({})
        assert "cookie" not in server.requests[1].headers

    def test_is_not_confused_by_a_netrc(
        self, server: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login a password b\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        server.script(Reply(content=[]))
        client_at(server.url).list_orders({})
        assert server.requests[0].headers["authorization"] == "Bearer token-1"


class TestRefusedToken:
    @pytest.mark.parametrize("call", CALLS)
    def test_is_replaced_and_the_call_repeated_once(self, server: ScriptedApi, call: str) -> None:
        content = [element()] if call == "list" else element()
        server.script(UNAUTHORIZED, Reply(content=content))
        tokens = FixedTokens()
        CALLS[call](client_at(server.url, tokens=tokens))
        assert tokens.refusals == ["token-1"]
        sent = [request.headers["authorization"] for request in server.requests]
        assert sent == ["Bearer token-1", "Bearer token-2"]

    def test_twice_is_about_the_account_if_the_second_is_from_our_own_login(
        self, server: ScriptedApi
    ) -> None:
        server.script(UNAUTHORIZED)
        with pytest.raises(AccountFailure) as caught:
            client_at(server.url).create_order(new_order())
        assert caught.value.status == 401
        assert len(server.requests) == 2

    def test_twice_says_nothing_if_the_second_is_another_workers(self, server: ScriptedApi) -> None:
        server.script(UNAUTHORIZED)
        with pytest.raises(TokenUnavailable):
            client_at(server.url, tokens=FixedTokens(own=False)).create_order(new_order())
        assert len(server.requests) == 2

    def test_another_failure_of_the_repetition_is_what_it_is(self, server: ScriptedApi) -> None:
        server.script(UNAUTHORIZED, Reply(status=403))
        with pytest.raises(AccountFailure) as caught:
            client_at(server.url, tokens=FixedTokens(own=False)).create_order(new_order())
        assert caught.value.status == 403


class TestLogIn:
    def test_sends_the_key_and_reads_the_token(self, server: ScriptedApi) -> None:
        server.script(Reply(content={"token": "abc.def", "user": "x"}))
        api = Api(session=ApiSession(), account=Account(server.url, "the-key"))
        assert api.log_in() == "abc.def"
        (request,) = server.requests
        assert (request.method, request.path) == ("POST", "/v2/token")
        assert request.json() == {"access_key": "the-key"}
        assert "authorization" not in request.headers

    @pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 408, 418, 422, 425, 429])
    def test_refused_in_any_way_is_about_the_account(
        self, server: ScriptedApi, status: int
    ) -> None:
        server.script(Reply(status=status))
        with pytest.raises(AccountFailure) as caught:
            Api(session=ApiSession(), account=Account(server.url, "the-key")).log_in()
        assert "the-key" not in f"{caught.value!r}"

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(status=500),
            Reply(cut=True),
            Reply(content={}),
            Reply(content=[]),
            Reply(content={"token": None}),
            Reply(content={"token": ""}),
            Reply(content={"token": "a b"}),
            Reply(content={"token": "a\r\nX-Evil: 1"}),
            Reply(content={"token": "ü"}),
            Reply(),
        ],
    )
    def test_that_brings_no_token_is_tried_again_and_leaves_no_order_in_doubt(
        self, server: ScriptedApi, reply: Reply
    ) -> None:
        server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            Api(session=ApiSession(), account=Account(server.url, "the-key")).log_in()
        assert not caught.value.maybe_applied
