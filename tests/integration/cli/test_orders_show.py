"""``orders show``: from "where is my order" to the answer."""

import json

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_local.sandbox import FaultRule, Sandbox
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.functions import Functions, order


def test_an_order_that_arrived_is_shown_as_it_stands(
    command: CommandLine, functions: Functions
) -> None:
    command.connect("arrived", access_key="key_arrived")
    functions.deliver("arrived", order("#7001", id_=97001), topic="orders/create")
    functions.deliver("arrived", order("#7001", id_=97001, minute=1, tags="vip"))
    ended = command("orders", "show", "7001")
    first, *lines = ended.out.splitlines()
    assert first == "#7001 of arrived is created and paid at Seven Senders; nothing is missing."
    happened = [line.split("\t")[1:] for line in lines[1:6]]
    assert [what for what, _ in happened] == [
        "came by webhook",
        "sent",
        "sent",
        "came by webhook",
        "sent",
    ]
    assert happened[-1] == ["sent", "update order_tags"]
    assert "order_tags\tvip: true\tvip: true\tvip: true\tno" in lines
    assert ended.code == 0


def test_a_script_gets_all_that_is_known(command: CommandLine, functions: Functions) -> None:
    command.connect("script", access_key="key_script")
    functions.deliver("script", order("#7002", id_=97002))
    [shown] = json.loads(command("orders", "show", "97002", "--json").out)
    assert shown["record"]["accepted_states"].keys() == {"paid"}
    assert shown["seven_senders"]["state"] == "paid"
    assert shown["seven_senders"]["states"].keys() == {"new", "paid"}
    assert (shown["missing"], shown["attempt"], shown["dead_letters"]) == (None, None, [])


def test_what_fails_is_told_first(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("failing", access_key="key_failing")
    sandbox.play(FaultRule(path="^/order_states$", status=503))
    functions.deliver("failing", order("#7003", id_=97003))
    ended = command("orders", "show", "7003")
    assert "is created at Seven Senders; it waits since 20" in ended.out
    assert "UTC because add_state: the API failed (HTTP 503), tried once." in ended.out
    assert "\tfailed\tadd_state: the API failed (HTTP 503), tried once" in ended.out


def test_a_message_that_was_given_up_waits_no_more(
    command: CommandLine, functions: Functions
) -> None:
    command.connect("given-up", access_key="key_given_up")
    functions.deliver("given-up", order("#7011", id_=97011))
    failed = Attempt(
        message_id="m", tries=60, last_failed_at=utc_now(), reason="failed", given_up=True
    )
    Ledger.at(command.stack.table).attempts.save("given-up", "97011", failed)
    ended = command("orders", "show", "7011", "--offline")
    assert "nothing is missing." in ended.out


def test_a_refusal_is_told_with_its_reason(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("refusing", access_key="key_refusing")
    sandbox.play(FaultRule(method="POST", path="^/orders$", status=422, times=1))
    functions.deliver("refusing", order("#7004", id_=97004))
    ended = command("orders", "show", "7004")
    assert "is not at Seven Senders; Seven Senders refused create: " in ended.out
    assert "\tdead letter\torder_refused: " in ended.out
    assert "does not know the order #7004" in ended.err


def test_what_changed_at_seven_senders_stands_out(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("changed", access_key="key_changed")
    functions.deliver("changed", order("#7005", id_=97005, tags="vip"))
    (there,) = sandbox.account("key_changed").named("#7005")
    there.fields["order_tags"] = {"vip": "false"}
    ended = command("orders", "show", "7005")
    assert "order_tags\tvip: true\tvip: true\tvip: false\tyes" in ended.out
    assert "Seven Senders shows order_tags otherwise: seven-senders orders resync" in ended.out


def test_an_order_that_was_deleted_there_is_told(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("deleted", access_key="key_deleted")
    functions.deliver("deleted", order("#7006", id_=97006))
    account = sandbox.account("key_deleted")
    account.delete(next(iter(account.orders)))
    ended = command("orders", "show", "7006")
    assert "Seven Senders does not know it any more: seven-senders orders resync" in ended.out


def test_if_seven_senders_can_not_be_asked_the_rest_is_shown(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("silent", access_key="key_silent")
    functions.deliver("silent", order("#7007", id_=97007))
    sandbox.play(FaultRule(method="GET", status=503))
    ended = command("orders", "show", "7007")
    assert ended.code == 0
    assert "sent\tcreated as #7007" in ended.out
    assert "Seven Senders can't be asked now: get_order: the API failed (HTTP 503)" in ended.err


def test_offline_it_asks_nobody(
    command: CommandLine, functions: Functions, sandbox: Sandbox
) -> None:
    command.connect("offline", access_key="key_offline")
    functions.deliver("offline", order("#7008", id_=97008))
    calls = len(sandbox.calls)
    ended = command("orders", "show", "7008", "--offline")
    assert (ended.code, len(sandbox.calls)) == (0, calls)
    assert "Seven Senders was not asked" in ended.err


def test_of_several_orders_all_are_shown_or_one_connections(
    command: CommandLine, functions: Functions
) -> None:
    names = ("many-1", "many-2")
    for name in names:
        command.connect(name, access_key=f"key_{name}")
    for id_, name in enumerate(names, 97009):
        functions.deliver(name, order("#7009", id_=id_))
    ended = command("orders", "show", "7009", "--offline")
    assert ended.code == 0
    assert all(f"#7009 of {name} is created" in ended.out for name in names)
    shown = json.loads(command("orders", "show", "7009", "--offline", "--json").out)
    assert [one["where"].partition(" is ")[0] for one in shown] == [
        "#7009 of many-1",
        "#7009 of many-2",
    ]
    chosen = command("orders", "show", "7009", "--connection", "many-2", "--offline")
    assert chosen.out.startswith("#7009 of many-2 is created")
    assert "many-1" not in chosen.out


def test_an_order_that_is_not_there_ends_with_what_may_be_the_cause(command: CommandLine) -> None:
    ended = command("orders", "show", "no-such")
    assert (ended.code, ended.out) == (3, "")
    assert "there is no order no-such in all connections: it came moments ago" in ended.err
