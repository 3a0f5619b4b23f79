"""Who may call: tokens, their end, and an account for each key."""

from collections.abc import Mapping

import pytest
import requests

from seven_senders_local.sandbox import Sandbox, Settings
from tests.unit.local.sandbox.calling import Caller, set_up


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"access_key": "known"}, 200),
        ({"access_key": "unknown"}, 401),
        ({"access_key": ""}, 400),
        ({"access_key": 7}, 400),
        ({"access_key": "known", "more": 1}, 400),
        ({}, 400),
    ],
)
def test_a_token_is_for_a_known_key(body: Mapping[str, object], status: int) -> None:
    with Sandbox(settings=Settings(access_keys=frozenset({"known"}))) as sandbox:
        answer = requests.post(f"{sandbox.api_url}/token", json=body, timeout=5)
    assert answer.status_code == status
    assert ("token" in answer.json()) is (status == 200)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic abc"])
def test_a_call_without_a_good_token_is_401(caller: Caller, header: str) -> None:
    caller.session.headers["Authorization"] = header
    assert caller.create().status_code == 401
    assert not caller.sandbox.account("key-a").orders


def test_a_token_expires() -> None:
    now = [1000.0]
    with Sandbox(settings=Settings(token_seconds=60), now=lambda: now[0]) as sandbox:
        caller = Caller(sandbox)
        now[0] += 59.9
        assert caller.call("GET", "/orders").status_code == 200
        now[0] += 0.1
        assert caller.call("GET", "/orders").status_code == 401
        caller.log_in()
        assert caller.call("GET", "/orders").status_code == 200
        caller.session.close()


@pytest.mark.parametrize(("ends", "status"), [(False, 200), (True, 401)])
def test_a_login_may_end_the_token_before(sandbox: Sandbox, ends: bool, status: int) -> None:
    set_up(sandbox, login_ends_token=ends)
    first, other = Caller(sandbox), Caller(sandbox, "key-b")
    Caller(sandbox).session.close()
    assert first.call("GET", "/orders").status_code == status
    assert other.call("GET", "/orders").status_code == 200
    first.session.close()
    other.session.close()


def test_every_key_opens_an_account_of_its_own(sandbox: Sandbox, caller: Caller) -> None:
    other = Caller(sandbox, "key-b")
    first, second = caller.create(), other.create()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert other.call("GET", f"/orders/{first.json()['id']}").status_code == 404
    other.session.close()
