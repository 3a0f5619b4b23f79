"""Orders over HTTP: a whole life, what is refused, and the forms of the answers."""

import pytest

from tests.unit.local.sandbox.calling import AT, Caller, set_up


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
