"""``orders list --stuck``: what has not arrived where it should, and why."""

import json

import pytest

from seven_senders_local.sandbox import FaultRule, Sandbox
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.functions import Functions, order


def stuck(command: CommandLine, connection: str) -> list[dict[str, str]]:
    ended = command("orders", "list", "--stuck", "--connection", connection, "--json")
    rows: list[dict[str, str]] = json.loads(ended.out)
    return rows


def test_an_order_that_fails_is_listed_until_it_arrives(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("stuck", access_key="key_stuck")
    sandbox.play(FaultRule(path="^/order_states$", status=503, times=1))
    functions.deliver("stuck", order("#8001", id_=98001))
    [row] = stuck(command, "stuck")
    assert (row["number"], row["order"], row["what"]) == ("#8001", "98001", "fails")
    assert row["why"] == "add_state: the API failed (HTTP 503), tried once"
    functions.show_hidden()
    functions.work()
    assert stuck(command, "stuck") == []


def test_refusals_and_dead_letters_are_listed(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("dead", access_key="key_dead")
    sandbox.play(FaultRule(method="POST", path="^/orders$", status=413))
    functions.deliver("dead", order("#8002", id_=98002))
    functions.deliver("dead", {"id": 98003, "line_items": []})
    found = [(row["number"], row["order"], row["what"]) for row in stuck(command, "dead")]
    assert found == [("#8002", "98002", "dead letter"), ("", "98003", "dead letter")]
    assert [row["why"].partition(":")[0] for row in stuck(command, "dead")] == [
        "order_refused",
        "unreadable_order",
    ]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        pytest.param({}, "Seven Senders refuses the account", id="whose account is refused"),
        pytest.param({"paused": True}, "it is paused", id="that is paused"),
    ],
)
def test_a_connection_is_listed_as_a_whole(
    command: CommandLine,
    functions: Functions,
    sandbox: Sandbox,
    settings: dict[str, object],
    why: str,
) -> None:
    name = f"still-{len(settings)}"
    command.connect(name, access_key=f"key_{name}", **settings)
    sandbox.play(FaultRule(path="^/token$", status=403))
    functions.deliver(name, order("#8004", id_=98004))
    [row] = stuck(command, name)
    assert (row["order"], row["what"]) == ("all", "waits")
    assert why in row["why"]


def test_what_arrived_is_not_listed(command: CommandLine, functions: Functions) -> None:
    command.connect("well", access_key="key_well")
    functions.deliver("well", order("#8005", id_=98005))
    ended = command("orders", "list", "--stuck", "--connection", "well")
    assert (ended.code, ended.out) == (0, "")
    assert "No order is stuck" in ended.err


def test_other_lists_there_are_none(command: CommandLine) -> None:
    ended = command("orders", "list")
    assert ended.code == 2
    assert "seven-senders orders list --stuck" in ended.err
