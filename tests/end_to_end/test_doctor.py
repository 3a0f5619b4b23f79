"""The doctor on the whole local stack, as those run it who started it."""

import json

from tests.end_to_end.driving import Driver


def test_all_is_well_with_a_stack_that_has_just_been_started(stack: Driver) -> None:
    ended = stack.command("doctor", "shop", "--try-orders", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    others = [row["subject"] for row in json.loads(ended.stdout) if row["level"] != "green"]
    # Nobody gave credentials of the shop's API.
    assert others == ["shop: webhooks in the shop", "shop: reconciliation"]
