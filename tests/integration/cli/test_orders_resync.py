"""``orders resync``: somebody has an order compared, and is told what came of it."""

import json

import pytest

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.ledger import Ledger
from seven_senders_cli.orders.finding import Orders
from seven_senders_cli.orders.resyncing import End, Outcome, Resync, in_words
from seven_senders_local.sandbox import FaultRule, Sandbox
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.functions import Functions, order


def resynced(command: CommandLine, functions: Functions, connection: str) -> Outcome:
    """What comes of the resync of a connection's one order; the functions work meanwhile."""
    stack = command.stack
    ledger = Ledger.at(stack.table)
    orders = Orders(ledger=ledger, connections=stack.connections, only=connection)
    job = Resync(
        record=orders.find_one("9001"),
        settings=stack.connections.load(connection),
        ledger=ledger,
        queue=stack.queue,
    )
    return job.wait(job.ask(utc_now()), sleep=lambda seconds: functions.work())


def tamper(sandbox: Sandbox, key: str, order_id: str) -> None:
    (there,) = sandbox.account(key).named(order_id)
    there.fields["order_tags"] = {}


def test_what_is_missing_is_sent_and_told(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("mended", access_key="key_mended")
    functions.deliver("mended", order("#9001", id_=99001, tags="vip"))
    tamper(sandbox, "key_mended", "#9001")
    outcome = resynced(command, functions, "mended")
    assert in_words("#9001", outcome) == "#9001: sent update order_tags"
    (there,) = sandbox.account("key_mended").named("#9001")
    assert there.fields["order_tags"] == {"vip": "true"}


def test_that_nothing_is_missing_is_told_too(command: CommandLine, functions: Functions) -> None:
    command.connect("whole", access_key="key_whole")
    functions.deliver("whole", order("#9001", id_=99002))
    outcome = resynced(command, functions, "whole")
    assert in_words("#9001", outcome) == "#9001: nothing is missing"
    assert outcome.is_good


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        pytest.param(
            FaultRule(method="PUT", status=413),
            "Seven Senders refuses order_tags",
            id="what it sends is refused",
        ),
        pytest.param(
            FaultRule(path="^/orders/", status=503),
            "get_order: the API failed (HTTP 503); it is tried again by itself",
            id="its calls fail",
        ),
        pytest.param(
            FaultRule(path="^/orders/", status=402),
            "is queued and waits: Seven Senders refuses the account",
            id="the account is refused",
        ),
    ],
)
def test_it_is_told_if(
    command: CommandLine,
    functions: Functions,
    sandbox: Sandbox,
    rule: FaultRule,
    says: str,
) -> None:
    name = f"ends-{rule.status}"
    command.connect(name, access_key=f"key_{name}")
    functions.deliver(name, order("#9001", id_=99003, tags="vip"))
    tamper(sandbox, f"key_{name}", "#9001")
    sandbox.play(rule)
    outcome = resynced(command, functions, name)
    assert not outcome.is_good
    assert says in in_words("#9001", outcome)


def test_it_is_told_if_nobody_works(command: CommandLine, functions: Functions) -> None:
    command.connect("idle", access_key="key_idle")
    functions.deliver("idle", order("#9001", id_=99004))
    outcome = resynced(command, Idle(command.stack), "idle")
    assert (outcome.end, outcome.detail) == (End.WAITING, "nothing has come of it after 30 s")


class Idle(Functions):
    """Functions that do nothing."""

    def work(self) -> None:
        """Do nothing."""


def test_the_command_ends_with_1_if_the_connection_is_paused(
    command: CommandLine, functions: Functions
) -> None:
    command.connect("paused", access_key="key_paused")
    functions.deliver("paused", order("#9005", id_=99005))
    command.connect("paused", access_key="key_paused", paused=True)
    ended = command("orders", "resync", "9005", "--yes", "--json")
    assert (ended.code, json.loads(ended.out)["end"]) == (1, "waiting")
    assert "is queued and waits: it is paused" in ended.err


def test_one_need_not_wait(command: CommandLine, functions: Functions) -> None:
    command.connect("later", access_key="key_later")
    functions.deliver("later", order("#9008", id_=99008))
    ended = command("orders", "resync", "9008", "--yes", "--no-wait", "--json")
    assert (ended.code, json.loads(ended.out)["end"]) == (0, "queued")
    functions.work()
    [shown] = json.loads(command("orders", "show", "9008", "--offline", "--json").out)
    assert shown["record"]["history"][-1]["detail"].startswith("resync ")


def test_who_does_not_agree_changes_nothing(command: CommandLine, functions: Functions) -> None:
    command.connect("asked", access_key="key_asked")
    functions.deliver("asked", order("#9006", id_=99006))
    assert command("orders", "resync", "9006", answers=["n"]).code == 1
    assert functions.is_idle()


def test_an_order_that_is_not_known_is_to_be_saved_in_the_shop(command: CommandLine) -> None:
    ended = command("orders", "resync", "no-such", "--yes")
    assert ended.code == 3
    assert "save it in the shop, so that it is sent anew" in ended.err


def test_of_several_orders_none_is_taken(command: CommandLine, functions: Functions) -> None:
    names = ("two-1", "two-2")
    for name in names:
        command.connect(name, access_key=f"key_{name}")
    for id_, name in enumerate(names, 99007):
        functions.deliver(name, order("#9007", id_=id_))
    ended = command("orders", "resync", "9007", "--yes")
    assert ended.code == 2
    assert "#9007 of two-1 (id 99007), #9007 of two-2 (id 99008): choose one" in ended.err
