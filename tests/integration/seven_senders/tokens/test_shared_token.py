"""Where a worker has its token from, and what it does if that fails."""

import json
import logging
import traceback
from datetime import timedelta
from unittest.mock import ANY

import boto3
import pytest
from moto import mock_aws

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clients import Clients
from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.api import WireSettings, unobserved
from seven_senders_adapter.seven_senders.errors import AccountFailure, TokenUnavailable
from seven_senders_adapter.seven_senders.transport import ApiSession
from tests.integration.seven_senders.scripted_api import Reply
from tests.integration.seven_senders.tokens.fleet import HOUR, NOON, Fleet, down
from tests.played.ssm import throttled


class TestCurrent:
    def test_comes_from_memory_without_a_look_at_ssm(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        assert [tokens.current() for _ in range(3)] == ["shared"] * 3
        assert fleet.ssm.calls.count(("GetParameter", fleet.parameter)) == 1
        assert fleet.logins == 0

    def test_is_logged_in_for_and_shared_if_there_is_none(self, fleet: Fleet) -> None:
        first, second = fleet.worker(), fleet.worker()
        assert (first.current(), second.current()) == ("login-1", "login-1")
        assert fleet.logins == 1
        assert first.is_own("login-1")
        assert not second.is_own("login-1")
        (put,) = fleet.ssm.puts
        assert put == {
            "Name": fleet.parameter,
            "Value": ANY,
            "Type": "SecureString",
            "Overwrite": True,
            "Tier": "Intelligent-Tiering",
        }
        assert json.loads(str(put["Value"])) == {
            "token": "login-1",
            "expires_at": "2026-03-02T13:00:00+00:00",
            "fingerprint": fleet.account.fingerprint,
        }

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "rubbish",
            "[]",
            "null",
            "3",
            "{}",
            "[" * 100_000,
            '{"token": "x"}',
            '{"token": 3, "expires_at": "2027-01-01T00:00:00+00:00", "fingerprint": "F"}',
            '{"token": "a b", "expires_at": "2027-01-01T00:00:00+00:00", "fingerprint": "F"}',
            '{"token": "x", "expires_at": "2027-01-01T00:00:00", "fingerprint": "F"}',
            '{"token": "x", "expires_at": "tomorrow", "fingerprint": "F"}',
            '{"token": "x", "expires_at": 3, "fingerprint": "F"}',
            '{"token": "x", "expires_at": "2027-01-01T00:00:00+00:00"}',
            '{"token": "x", "expires_at": "0001-01-01T00:00:00+10:00", "fingerprint": "F"}',
        ],
    )
    def test_is_logged_in_for_if_the_parameter_holds_rubbish(
        self, fleet: Fleet, value: str
    ) -> None:
        fleet.ssm.parameters[fleet.parameter] = value.replace(
            '"F"', f'"{fleet.account.fingerprint}"'
        )
        assert fleet.worker().current() == "login-1"
        assert json.loads(fleet.ssm.parameters[fleet.parameter])["token"] == "login-1"

    def test_is_never_the_token_of_another_key(self, fleet: Fleet) -> None:
        other = Account(fleet.server.url, "another-key").fingerprint
        fleet.share("of-another", NOON + HOUR, fingerprint=other)
        assert fleet.worker().current() == "login-1"

    def test_is_logged_in_for_once_the_shared_one_has_expired(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.now += HOUR
        assert tokens.current() == "login-1"

    @pytest.mark.parametrize("error", [throttled("GetParameter"), down()])
    def test_is_unavailable_if_ssm_is_and_nobody_logs_in(
        self, fleet: Fleet, error: Exception
    ) -> None:
        fleet.ssm.failing["GetParameter"] = error
        with pytest.raises(TokenUnavailable):
            fleet.worker().current()
        assert fleet.logins == 0

    def test_is_unavailable_if_the_leases_are(self, fleet: Fleet) -> None:
        class DownLeases(Leases):
            def take(self, *_: object, **__: object) -> bool:
                raise AwsUnavailable("dynamodb PutItem: ThrottlingException")

        fleet.leases = DownLeases(table=fleet.table)
        with pytest.raises(TokenUnavailable):
            fleet.worker().current()
        assert fleet.logins == 0

    @pytest.mark.parametrize("error", [throttled("PutParameter"), down()])
    def test_is_used_from_memory_if_it_can_not_be_shared(
        self, fleet: Fleet, error: Exception
    ) -> None:
        fleet.ssm.failing["PutParameter"] = error
        tokens = fleet.worker()
        assert [tokens.current() for _ in range(3)] == ["login-1"] * 3
        assert fleet.logins == 1
        assert ("share_token", "aws_unavailable") in fleet.observed

    @pytest.mark.parametrize(
        ("length", "is_shared"), [(4_096, True), (8_000, True), (8_192, False)]
    )
    def test_is_shared_if_a_parameter_can_hold_it(
        self, fleet: Fleet, length: int, is_shared: bool
    ) -> None:
        fleet.server.script(Reply(content={"token": "x" * length}))
        assert fleet.worker().current() == "x" * length
        assert (len(fleet.ssm.puts) == 1) == is_shared
        assert (("share_token", "token_too_long") in fleet.observed) != is_shared


class TestRefresh:
    def test_happens_shortly_before_the_end(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.now = NOON + timedelta(minutes=54)
        assert tokens.current() == "shared"
        fleet.now = NOON + timedelta(minutes=59)
        assert tokens.current() == "login-1"

    def test_happens_at_other_moments_in_other_workers(self, fleet: Fleet) -> None:
        fleet.share("shared", NOON + HOUR)
        early, late = fleet.worker(jitter=1.0), fleet.worker(jitter=0.0)
        early.current()
        late.current()
        fleet.now = NOON + timedelta(minutes=56)
        assert late.current() == "shared"
        assert early.current() == "login-1"

    def test_takes_what_another_worker_has_shared(self, fleet: Fleet) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.share("newer", NOON + 2 * HOUR)
        fleet.now = NOON + timedelta(minutes=59)
        assert tokens.current() == "newer"
        assert fleet.logins == 0

    @pytest.mark.parametrize("obstacle", ["ssm", "lease", "api", "key"])
    def test_that_fails_leaves_the_old_one_in_use_while_it_is_good(
        self, fleet: Fleet, obstacle: str
    ) -> None:
        tokens = fleet.worker()
        fleet.share("shared", NOON + HOUR)
        tokens.current()
        fleet.now = NOON + timedelta(minutes=59)
        match obstacle:
            case "ssm":
                fleet.ssm.failing["GetParameter"] = down()
            case "lease":
                fleet.lend(seconds=30)
            case "api":
                fleet.server.script(Reply(status=500))
            case "key":
                fleet.server.script(Reply(status=429))
        assert [tokens.current() for _ in range(5)] == ["shared"] * 5
        assert fleet.logins <= 1
        assert fleet.slept == []


def test_neither_token_nor_key_is_told(
    fleet: Fleet, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = fleet.worker()
    token = tokens.current()
    fleet.server.script(Reply(status=403))
    with pytest.raises(AccountFailure) as caught:
        tokens.refused(token)
    trace = "".join(traceback.format_exception(caught.value))
    told = [tokens, vars(tokens)["_held"], fleet.account, fleet.observed, caplog.text, trace]
    shown = " ".join(map(repr, told)) + "".join(capsys.readouterr())
    assert "the-key" not in shown
    assert token not in shown


@mock_aws
def test_with_ssm_one_login_serves_all_processes(fleet: Fleet) -> None:
    ssm = boto3.client("ssm", region_name="eu-central-1")

    def process() -> Clients:
        return Clients(
            session=ApiSession(),
            ssm=ssm,
            tokens_path="/tokens",
            leases=fleet.leases,
            wire=WireSettings(),
            observe=unobserved,
            now=lambda: fleet.now,
            sleep=fleet.sleep,
            jitter=lambda: 0.5,
        )

    fleet.server.script(Reply(content={"token": "login-1"}), Reply(status=201, content={"id": 7}))
    first, second = process(), process()
    for clients in (first, second):
        clients.of(fleet.account).add_state("#1001", "paid", NOON)
    assert [request.path for request in fleet.server.requests] == [
        "/v2/token",
        "/v2/order_states",
        "/v2/order_states",
    ]
    parameter = ssm.get_parameter(Name=fleet.parameter)["Parameter"]
    assert parameter["Type"] == "SecureString"
    assert first.of(fleet.account) is first.of(Account(fleet.server.url, "the-key"))
    assert first.of(fleet.account) is not first.of(Account(fleet.server.url, "another-key"))
