"""Who logs in, when, and who waits."""

from datetime import datetime

import pytest

from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    TemporaryFailure,
    TokenUnavailable,
)
from seven_senders_adapter.tokens import LOGIN_LEASE, SETTLING
from tests.integration.seven_senders.scripted_api import Reply
from tests.integration.seven_senders.tokens.fleet import HOUR, NOON, Fleet, down


class TestLogIn:
    def test_looks_at_ssm_again_under_the_lease(self, fleet: Fleet) -> None:
        class SlowLeases(Leases):
            def take(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
                fleet.share("just-shared", NOON + HOUR)
                return super().take(name, holder=holder, now=now, until=until)

        fleet.leases = SlowLeases(table=fleet.table)
        assert fleet.worker().current() == "just-shared"
        assert fleet.logins == 0
        assert fleet.lent == []

    def test_is_waited_for_while_another_worker_has_the_lease(self, fleet: Fleet) -> None:
        fleet.lend(seconds=30)

        def sleep(seconds: float) -> None:
            fleet.slept.append(seconds)
            fleet.ssm.failing = {} if len(fleet.slept) > 1 else {"GetParameter": down()}
            if len(fleet.slept) == 3:
                fleet.share("from-another", NOON + HOUR)

        assert fleet.worker(sleep=sleep).current() == "from-another"
        assert fleet.slept == [0.3, 0.6, 1.2]
        assert fleet.logins == 0

    def test_is_waited_for_a_few_seconds_only(self, fleet: Fleet) -> None:
        fleet.lend(seconds=30)
        with pytest.raises(TokenUnavailable):
            fleet.worker().current()
        assert sum(fleet.slept) < 10
        assert fleet.logins == 0

    def test_follows_when_the_lease_of_a_dead_worker_ends(self, fleet: Fleet) -> None:
        fleet.lend(seconds=LOGIN_LEASE.total_seconds())
        fleet.now += LOGIN_LEASE
        assert fleet.worker().current() == "login-1"

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
    def test_refused_is_about_the_account_and_frees_the_lease(
        self, fleet: Fleet, status: int
    ) -> None:
        fleet.server.script(Reply(status=status))
        with pytest.raises(AccountFailure):
            fleet.worker().current()
        assert fleet.lent == []
        assert fleet.ssm.puts == []

    @pytest.mark.parametrize("reply", [Reply(status=500), Reply(cut=True), Reply(content={})])
    def test_that_fails_is_tried_again_later_and_frees_the_lease(
        self, fleet: Fleet, reply: Reply
    ) -> None:
        fleet.server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            fleet.worker().current()
        assert not caught.value.maybe_applied
        assert fleet.lent == []

    def test_is_followed_by_no_other_until_all_can_read_its_token(self, fleet: Fleet) -> None:
        fleet.worker().current()
        fleet.ssm.parameters.clear()  # as if SSM did not show the write yet
        assert fleet.lent == [NOON + SETTLING]
        second = fleet.worker(sleep=lambda seconds: fleet.share("login-1", NOON + HOUR))
        assert second.current() == "login-1"
        assert fleet.logins == 1
