"""From "where is my order" to the answer, and to its mending, on the local stack."""

import json

from seven_senders_local.sandbox import FaultRule, Sandbox
from tests.end_to_end.driving import ACCESS_KEY, Driver, order, wait_for


def test_an_order_is_shown_and_what_was_changed_there_is_mended(
    stack: Driver, sandbox: Sandbox
) -> None:
    stack.deliver(order(4001, hours_ago=2, paid=True))
    stack.wait_until_quiet()
    [there] = sandbox.account(ACCESS_KEY).named("#4001")
    there.fields["language"] = "fr"
    shown = stack.command("orders", "show", "4001")
    assert "Seven Senders shows language otherwise" in shown.stdout, shown.stderr
    mended = stack.command("orders", "resync", "#4001", "--yes")
    assert (mended.returncode, mended.stderr) == (0, "")
    assert mended.stdout == "#4001 of shop: sent update language\n"
    assert there.fields["language"] == "de"


def test_an_order_that_fails_is_listed_as_stuck(stack: Driver, sandbox: Sandbox) -> None:
    sandbox.play(FaultRule(order_id="#4002", status=503))
    stack.deliver(order(4002, hours_ago=2, paid=True))
    wait_for(lambda: stack.local("status")["delayed"] == 1)
    [row] = json.loads(stack.command("orders", "list", "--stuck", "--json").stdout)
    assert (row["order"], row["what"]) == ("4002", "fails")
