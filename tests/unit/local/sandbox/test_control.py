"""How the sandbox is set up over HTTP, how it runs, and how it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from seven_senders_local.sandbox import Sandbox
from tests.unit.local.sandbox.calling import AT, Caller

LOCAL = Path(__file__).parents[4] / "local"


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
