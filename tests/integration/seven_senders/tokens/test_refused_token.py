"""What follows a token that the API refuses."""

from datetime import timedelta

import pytest

from seven_senders_adapter.seven_senders.errors import TokenUnavailable
from tests.integration.seven_senders.tokens.fleet import HOUR, NOON, Fleet


class TestRefused:
    def test_the_shared_one_is_taken_if_it_is_another(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.share("newer", NOON + HOUR)
        assert tokens.refused("shared") == "newer"
        assert tokens.current() == "newer"
        assert fleet.logins == 0

    @pytest.mark.parametrize("shared_age", [timedelta(0), timedelta(minutes=5)])
    def test_a_login_follows_if_the_shared_one_is_the_refused_one_or_older(
        self, fleet: Fleet, shared_age: timedelta
    ) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        if shared_age:
            fleet.share("older", NOON + HOUR - shared_age)
        assert tokens.refused("shared") == "login-1"
        assert tokens.is_own("login-1")

    def test_one_refused_is_not_offered_again_while_another_logs_in(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.lend(seconds=60)
        with pytest.raises(TokenUnavailable):
            tokens.refused("shared")
        with pytest.raises(TokenUnavailable):
            tokens.current()
        assert fleet.logins == 0

    def test_one_that_is_no_longer_held_costs_no_login(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        assert tokens.refused("long-gone") == "shared"
        assert fleet.logins == 0
