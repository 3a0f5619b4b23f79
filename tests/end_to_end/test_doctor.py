"""The doctor on the whole local stack, as those run it who started it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.driving import Driver

PROGRAM = Path(sys.executable).with_name("seven-senders")


def test_all_is_well_with_a_stack_that_has_just_been_started(stack: Driver) -> None:
    aws = stack.local("aws")
    reached_by = {
        "AWS_ENDPOINT_URL": aws["endpoint"],
        "AWS_DEFAULT_REGION": aws["region"],
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    ended = subprocess.run(
        [PROGRAM, "doctor", "shop", "--try-orders", "--json"],
        env=os.environ | reached_by,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    others = [row["subject"] for row in json.loads(ended.stdout) if row["level"] != "green"]
    assert others == ["shop: webhooks in the shop"], "nobody gave credentials of the shop's API"
