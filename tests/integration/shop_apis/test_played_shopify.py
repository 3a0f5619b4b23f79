"""The played Shopify refuses what Shopify refuses, so that what passes here passes there."""

from typing import Any

import pytest
import requests

from seven_senders_local.played_shops.bucket import Bucket
from seven_senders_local.played_shops.shopify import PlayedShopify
from tests.played.clock import PlayedClock

START = 1_800_000_000
ONE = "{ orders(first: 1) { nodes { id } pageInfo { endCursor } } }"


def ask(played: PlayedShopify, query: str, *, known: bool = True, **variables: object) -> Any:
    with played.serve() as server:
        answer = requests.post(
            f"{server.url}/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": played.token if known else "other"},
            timeout=5,
        )
    return answer.json()


def order(number: int) -> Any:
    at = "2027-01-10T08:00:00+01:00"
    times = {"created_at": at, "updated_at": at, "processed_at": at}
    return {"id": number, "name": f"#{number}", **times, "line_items": []}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{ orders(first: 1) { nodes { email } } }", "Cannot query field 'email'"),
        ("{ orders(first: 1) { nodes } }", "must have a selection of subfields"),
        ("{ orders(first: 1, sortKey: NEWEST) { nodes { id } } }", "does not exist in"),
        ("{ order { id } }", "of type 'ID!' is required"),
        ("query ($id: String!) { order(id: $id) { id } }", "used in position expecting type 'ID!'"),
        ("query ($id: ID!) { order(id: $id) { id } }", "of non-null type 'ID!'"),
        ("{ orders(first: 1) { nodes { id }", "Syntax Error"),
        ("{ orders { nodes { id } } }", "you must provide one of first or last"),
        ("{ orders(first: 251) { nodes { id } } }", "first cannot exceed 250"),
        ('{ orders(first: 1, query: "id:1") { nodes { id } } }', "does not understand id:1"),
        (
            '{ orders(first: 1, query: "created_at:>=2026-01-01T00:00:00Z") { nodes { id } } }',
            "does not understand created_at",
        ),
        (
            "{ orders(first: 250) { nodes { lineItems(first: 10) { nodes { id } } } } }",
            "Query cost is 3252, which exceeds the single query max cost limit (1000)",
        ),
    ],
    ids=[
        "an unknown field",
        "an object without its fields",
        "an unknown value",
        "an argument that is lacking",
        "a variable of another type",
        "a variable that is lacking",
        "an open bracket",
        "a connection without a size",
        "a page that is too large",
        "a search for something else",
        "a time without quotes, of which Shopify takes the day",
        "a query that costs too much",
    ],
)
def test_a_query_that_shopify_would_not_take_is_refused(query: str, says: str) -> None:
    (error,) = ask(PlayedShopify(), query)["errors"]
    assert says in error["message"]


def test_a_cursor_holds_for_its_sort_key_and_its_time() -> None:
    clock = PlayedClock(START)
    played = PlayedShopify(now=clock.now)
    for number in (1, 2):
        played.put(order(number))
    cursor = ask(played, ONE)["data"]["orders"]["pageInfo"]["endCursor"]
    after = (
        "query ($after: String) { orders(first: 1, after: $after, sortKey: %s) { nodes { id } } }"
    )
    rest = ask(played, after % "PROCESSED_AT", after=cursor)["data"]["orders"]["nodes"]
    assert rest == [{"id": "gid://shopify/Order/2"}]
    (error,) = ask(played, after % "CREATED_AT", after=cursor)["errors"]
    assert error["message"] == "Invalid cursor for current pagination sort."
    (error,) = ask(played, after % "CREATED_AT", after="no cursor")["errors"]
    assert error["message"] == "Invalid cursor for current pagination sort."


def test_a_call_takes_what_it_may_cost_and_gives_back_what_it_did_not() -> None:
    clock = PlayedClock(START)
    played = PlayedShopify(now=clock.now)
    played.bucket = Bucket(clock.now, size=1000, restored=50, left=100)
    costs = ask(played, "{ orders(first: 90) { nodes { id } } }")["extensions"]["cost"]
    assert costs == {
        "requestedQueryCost": 92,
        "actualQueryCost": 2,  # the answer's data and its connection
        "throttleStatus": {
            "maximumAvailable": 1000,
            "currentlyAvailable": 98,
            "restoreRate": 50,
        },
    }
    played.put(order(1))
    throttled = ask(played, "{ orders(first: 250) { nodes { id } } }")
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in throttled
    clock.sleep(3.1)
    assert "data" in ask(played, "{ orders(first: 250) { nodes { id } } }")


def test_a_token_is_needed_and_a_login_by_form() -> None:
    played = PlayedShopify()
    assert "Invalid API key" in ask(played, ONE, known=False)["errors"]
    with played.serve() as server:
        url = f"{server.url}/admin/oauth/access_token"
        answer = requests.post(url, data={"client_id": "client_1"}, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
