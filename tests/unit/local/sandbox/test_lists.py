"""Lists of orders: pages, filters, and forms."""

import pytest

from tests.unit.local.sandbox.calling import AT, Caller, set_up


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


def test_pages_may_be_ignored(caller: Caller) -> None:
    fill(caller, 3)
    set_up(caller.sandbox, ignored_filters=["limit", "offset"])
    assert len(caller.call("GET", "/orders", limit="2", offset="2").json()) == 3


def test_a_page_may_be_smaller_than_asked_for(caller: Caller) -> None:
    fill(caller, 5)
    set_up(caller.sandbox, largest_page=2)
    assert len(caller.call("GET", "/orders", limit="4").json()) == 2
