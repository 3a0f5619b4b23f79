"""The sandbox over HTTP: tokens, routes, lists, forms of answers, faults, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from seven_senders_local.sandbox import FaultRule, Sandbox, Settings

LOCAL = Path(__file__).parents[3] / "local"
AT = "2026-03-27T14:00:00+00:00"


class Caller:
    """Calls the sandbox with one key, over one connection."""

    def __init__(self, sandbox: Sandbox, access_key: str = "key-a") -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.access_key = access_key
        self.log_in()

    def log_in(self) -> str:
        answer = self.call("POST", "/token", {"access_key": self.access_key})
        token: str = answer.json()["token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        return token

    def call(self, method: str, path: str, body: object = None, **query: str) -> requests.Response:
        return self.session.request(
            method, self.sandbox.api_url + path, json=body, params=query, timeout=5
        )

    def create(self, order_id: str = "#1001", **fields: object) -> requests.Response:
        return self.call("POST", "/orders", {"order_id": order_id, "order_date": AT, **fields})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def caller(sandbox: Sandbox) -> Iterator[Caller]:
    caller = Caller(sandbox)
    yield caller
    caller.session.close()


def set_up(sandbox: Sandbox, **changes: object) -> None:
    sandbox.service.settings = sandbox.service.settings.changed(changes)


def test_an_order_lives_over_http(caller: Caller) -> None:
    created = caller.create(language="de", boarding_complete=False)
    assert created.status_code == 201
    remote_id = created.json()["id"]

    state = {"order_id": "#1001", "state": "paid", "datetime": AT}
    added = caller.call("POST", "/order_states", state)
    assert (added.status_code, added.headers["Location"]) == (201, f"/v2/orders/{remote_id}")

    changed = caller.call("PUT", f"/orders/{remote_id}", {"boarding_complete": True})
    assert changed.status_code == 200
    assert caller.call("GET", f"/orders/{remote_id}").json() == {
        "id": remote_id,
        "order_id": "#1001",
        "order_date": AT,
        "language": "de",
        "boarding_complete": True,
        "state": "paid",
        "states_history": [
            {"state": "new", "datetime": AT},
            {"state": "paid", "datetime": AT},
        ],
        "shipments": [],
    }
    assert caller.call("DELETE", f"/orders/{remote_id}").status_code == 204
    assert caller.call("GET", f"/orders/{remote_id}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("POST", "/order", {}, 404, id="another spelling"),
        pytest.param("POST", "/order-states", {}, 404, id="another spelling of states"),
        pytest.param("GET", "/orders/x", None, 404, id="an id that is no number"),
        pytest.param("PUT", "/orders", {}, 405, id="a method that the list has not"),
        pytest.param("GET", "/order_states", None, 405, id="states are not listed"),
        pytest.param("POST", "/orders", [], 400, id="no object"),
        pytest.param("POST", "/orders", None, 415, id="no JSON"),
        pytest.param("POST", "/orders", {}, 422, id="no order"),
    ],
)
def test_a_wrong_call_is_refused(
    caller: Caller, method: str, path: str, body: object, status: int
) -> None:
    assert caller.call(method, path, body).status_code == status


def test_a_refusal_names_the_fields_at_fault(caller: Caller) -> None:
    answer = caller.create(language="nl")
    assert answer.status_code == 422
    assert answer.json()["violations"] == [
        {"propertyPath": "language", "message": "The value you selected is not a valid choice."}
    ]


@pytest.mark.parametrize("raw", [b"{", b'{"order_id": NaN}', b"\xff"])
def test_a_body_that_is_no_json_is_refused(caller: Caller, raw: bytes) -> None:
    answer = caller.session.post(
        f"{caller.sandbox.api_url}/orders",
        data=raw,
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    assert answer.status_code == 400


def test_nothing_is_answered_outside_the_base_path(caller: Caller) -> None:
    assert caller.session.get(f"{caller.sandbox.url}/orders", timeout=5).status_code == 404


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


@pytest.mark.parametrize(
    ("form", "body", "location"),
    [
        ("id", {"id": 4434712}, False),
        ("iri", {"iri": "/v2/orders/4434712"}, False),
        ("@id", {"@id": "/v2/orders/4434712"}, False),
        ("location", None, True),
        ("none", None, False),
    ],
)
def test_the_created_id_comes_in_every_form(
    caller: Caller, form: str, body: dict[str, object] | None, location: bool
) -> None:
    set_up(caller.sandbox, id_form=form)
    answer = caller.create()
    assert answer.status_code == 201
    assert (answer.headers.get("Location") == "/v2/orders/4434712") is location
    if body is None:
        assert answer.content == b""
    else:
        assert answer.json() == {**body, "order_id": "#1001", "state": "new"}
    listed = caller.call("GET", "/orders").json()[0]
    assert listed.items() >= (body or {"id": 4434712}).items()


def fill(caller: Caller, days: int) -> None:
    account = caller.sandbox.account(caller.access_key)
    for day in range(1, days + 1):
        account.create({"order_id": f"#{day}", "order_date": f"2026-03-{day:02}T12:00:00Z"})
    account.add_state({"order_id": "#1", "state": "paid", "datetime": AT})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({}, [*range(1, 21)], id="twenty at first"),
        pytest.param({"offset": "20"}, [*range(21, 26)], id="the rest"),
        pytest.param({"limit": "2", "offset": "3"}, [4, 5], id="a page"),
        pytest.param({"limit": "9", "offset": "30"}, [], id="behind the end"),
        pytest.param({"order_id": "#7"}, [7], id="by order_id, exactly"),
        pytest.param({"order_id": "7"}, [], id="not by a part of it"),
        pytest.param({"state": "paid"}, [1], id="by state"),
        pytest.param({"order_date[before]": "2026-03-02T12:00:00+00:00"}, [1, 2], id="before"),
        pytest.param({"order_date[after]": "2026-03-24T12:00:00Z"}, [24, 25], id="after"),
        pytest.param(
            {"order_date[after]": "2026-03-03", "order_date[before]": "2026-03-05"},
            [3, 4],
            id="between two days",
        ),
    ],
)
def test_orders_are_listed(caller: Caller, query: dict[str, str], found: list[int]) -> None:
    fill(caller, 25)
    answer = caller.call("GET", "/orders", **query)
    assert [order["order_id"] for order in answer.json()] == [f"#{n}" for n in found]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("orderid=1", id="an unknown filter"),
        pytest.param("limit=0", id="no page"),
        pytest.param("offset=-1", id="a negative offset"),
        pytest.param("order_date[before]=2026-03-02T12:00:00+00:00", id="a plus not encoded"),
        pytest.param("order_id=1&order_id=2", id="twice the same"),
    ],
)
def test_a_wrong_list_is_refused(caller: Caller, query: str) -> None:
    assert caller.call("GET", f"/orders?{query}").status_code == 400


def test_lists_may_be_hydra_collections(caller: Caller) -> None:
    fill(caller, 3)
    set_up(caller.sandbox, list_form="hydra")
    answer = caller.call("GET", "/orders", limit="2").json()
    assert [order["order_id"] for order in answer["hydra:member"]] == ["#1", "#2"]
    assert answer["hydra:totalItems"] == 3


def test_filters_may_be_ignored(caller: Caller) -> None:
    fill(caller, 3)
    set_up(caller.sandbox, ignored_filters=["order_id"])
    assert len(caller.call("GET", "/orders", order_id="#2").json()) == 3


def test_a_page_may_be_smaller_than_asked_for(caller: Caller) -> None:
    fill(caller, 5)
    set_up(caller.sandbox, largest_page=2)
    assert len(caller.call("GET", "/orders", limit="4").json()) == 2


def test_reads_may_use_the_old_names(caller: Caller) -> None:
    set_up(caller.sandbox, old_names=True)
    caller.create(order_url="https://shop.example/")
    order = caller.call("GET", "/orders").json()[0]
    assert order["shop_order_id"] == "#1001"
    assert order["shop_order_date"] == AT
    assert order["shop_order_url"] == "https://shop.example/"
    assert not {"order_id", "order_date", "order_url"} & set(order)


@pytest.mark.parametrize(
    ("answer", "status", "orders"),
    [("400", 400, 1), ("409", 409, 1), ("422", 422, 1), ("200", 200, 1), ("second", 201, 2)],
)
def test_a_duplicate_is_answered_in_every_form(
    caller: Caller, answer: str, status: int, orders: int
) -> None:
    set_up(caller.sandbox, duplicate_answer=answer)
    caller.create()
    assert caller.create().status_code == status
    assert len(caller.sandbox.account("key-a").orders) == orders


@pytest.mark.parametrize(("applies", "orders"), [(False, 0), (True, 1)])
def test_a_call_is_cut_before_or_after_it_took_effect(
    caller: Caller, applies: bool, orders: int
) -> None:
    caller.sandbox.play(FaultRule(path="^/orders$", cut=True, applies=applies))
    with pytest.raises(requests.ConnectionError):
        caller.create()
    assert len(caller.sandbox.account("key-a").orders) == orders


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(FaultRule(delay_seconds=0.3), id="before it takes effect"),
        pytest.param(FaultRule(answer_delay_seconds=0.3), id="after it took effect"),
    ],
)
def test_a_call_that_nobody_waits_for_takes_effect_all_the_same(
    caller: Caller, fault: FaultRule
) -> None:
    caller.sandbox.play(fault)
    with pytest.raises(requests.ReadTimeout):
        caller.session.post(
            f"{caller.sandbox.api_url}/orders",
            json={"order_id": "#1001", "order_date": AT},
            timeout=0.1,
        )
    deadline = time.monotonic() + 5
    while len(caller.sandbox.calls) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(caller.sandbox.account("key-a").orders) == 1


def test_half_an_answer_is_no_json(caller: Caller) -> None:
    caller.sandbox.play(FaultRule(truncate=True))
    answer = caller.create()
    assert answer.status_code == 201
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_an_answer_breaks_off(caller: Caller) -> None:
    caller.sandbox.play(FaultRule(path="^/orders$", break_off=True))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        caller.create()
    assert len(caller.sandbox.account("key-a").orders) == 1


def test_an_answer_is_replaced(caller: Caller) -> None:
    html = "<html>Bad Gateway</html>"
    caller.sandbox.play(FaultRule(status=502, headers={"Retry-After": "7"}, body=html, times=1))
    answer = caller.create()
    assert (answer.status_code, answer.headers["Retry-After"], answer.text) == (502, "7", html)
    assert caller.create().status_code == 201


def test_faults_can_be_about_the_order_behind_an_id(caller: Caller) -> None:
    first, second = (caller.create(name).json()["id"] for name in ("#1", "#2"))
    caller.sandbox.play(FaultRule(order_id="#2", status=503))
    statuses = [caller.call("GET", f"/orders/{i}").status_code for i in (first, second)]
    assert statuses == [200, 503]
    assert caller.call("GET", "/orders", order_id="#2").status_code == 503


def test_the_sandbox_is_set_up_over_http(caller: Caller) -> None:
    control = f"{caller.sandbox.url}/_sandbox"
    session = caller.session
    rules = [{"path": "^/orders$", "status": 503, "times": 1}]
    assert session.post(f"{control}/faults?seed=7", json=rules, timeout=5).status_code == 204
    assert caller.create().status_code == 503
    session.post(f"{control}/faults", json=[{"status": 500}], timeout=5)
    session.delete(f"{control}/faults", timeout=5)
    assert caller.create().status_code == 201

    shipped = {"access_key": "key-a", "order_id": "#1001", "state": "shipped", "datetime": AT}
    assert session.post(f"{control}/states", json=[shipped], timeout=5).status_code == 204
    assert session.get(f"{control}/orders", timeout=5).json() == {
        "key-a": {
            "#1001": [
                {
                    "id": 4434712,
                    "order_id": "#1001",
                    "fields": {"order_date": AT},
                    "state": "shipped",
                    "states_history": [
                        {"state": "new", "datetime": AT, "location": None},
                        {"state": "shipped", "datetime": AT, "location": None},
                    ],
                }
            ]
        }
    }
    calls = session.get(f"{control}/calls", timeout=5).json()
    assert (calls["count"], calls["calls"][1]) == (
        3,
        {
            "method": "POST",
            "path": "/orders",
            "order_id": "#1001",
            "status": 503,
            "applied": False,
            "faulty": True,
        },
    )
    session.delete(f"{control}/calls", timeout=5)
    assert session.get(f"{control}/calls", timeout=5).json()["count"] == 0

    changes = {"list_form": "hydra", "access_keys": ["key-a"]}
    assert session.put(f"{control}/settings", json=changes, timeout=5).status_code == 204
    assert session.get(f"{control}/settings", timeout=5).json().items() >= changes.items()
    session.delete(f"{control}/tokens", timeout=5)
    assert caller.call("GET", "/orders").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "settings", {"id_form": "xml"}, 400),
        ("PUT", "settings", {"idform": "id"}, 400),
        ("POST", "faults", {"status": 500}, 400),
        ("POST", "faults", [{"statu": 500}], 400),
        ("POST", "states", [{"access_key": "a"}], 400),
        ("GET", "nothing", None, 404),
    ],
)
def test_a_wrong_instruction_is_refused(
    caller: Caller, method: str, path: str, body: object, status: int
) -> None:
    url = f"{caller.sandbox.url}/_sandbox/{path}"
    answer = caller.session.request(method, url, json=body, timeout=5)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_every_call_can_be_slow(caller: Caller) -> None:
    set_up(caller.sandbox, latency_seconds=0.15)
    began = time.monotonic()
    caller.create()
    assert 0.15 <= time.monotonic() - began < 0.6


def test_a_stopped_sandbox_lets_go_of_its_connections() -> None:
    with Sandbox() as sandbox:
        caller = Caller(sandbox)
    with pytest.raises(requests.ConnectionError):
        caller.call("GET", "/orders")
    caller.session.close()


def test_the_sandbox_runs_on_its_own_and_ends_when_told() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "seven_senders_local.sandbox", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(LOCAL)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        word, url = process.stdout.readline().split()
        answer = requests.post(f"{url}/token", json={"access_key": "k"}, timeout=5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    assert (word, answer.status_code) == ("ready", 200)
