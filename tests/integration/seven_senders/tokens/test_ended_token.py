"""A token whose time is up."""

import pytest

from seven_senders_adapter.seven_senders.errors import TemporaryFailure, TokenUnavailable
from tests.integration.seven_senders.scripted_api import Reply
from tests.integration.seven_senders.tokens.fleet import HOUR, NOON, Fleet, down


@pytest.mark.parametrize("obstacle", ["ssm", "lease", "api"])
def test_is_not_used_even_if_no_other_can_be_had(fleet: Fleet, obstacle: str) -> None:
    tokens = fleet.worker()
    fleet.share("shared", NOON + HOUR)
    assert tokens.current() == "shared"
    fleet.now = NOON + HOUR
    match obstacle:
        case "ssm":
            fleet.ssm.failing["GetParameter"] = down()
        case "lease":
            fleet.lend(seconds=30)
        case "api":
            fleet.server.script(Reply(status=500))
    with pytest.raises((TemporaryFailure, TokenUnavailable)):
        tokens.current()
