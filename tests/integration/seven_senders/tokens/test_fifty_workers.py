"""A whole fleet that needs a token at once, with leases as DynamoDB has them."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast, override

import boto3
import pytest
from moto import mock_aws

from seven_senders_adapter.ledger.leases import Leases
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.tokens import Tokens
from tests.integration.seven_senders.tokens.fleet import HOUR, NOON, Fleet
from tests.played.ledger_table import NAME, create_ledger_table
from tests.played.ssm import MemorySsm

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class OneAtATime:
    """A client of moto whose calls come one after another: it is not made for threads."""

    def __init__(self, client: Any) -> None:
        self.exceptions = client.exceptions
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(**arguments: object) -> object:
            with self._lock:
                answer: object = getattr(self._client, name)(**arguments)
            return answer

        return call


class WatchedSsm(MemorySsm):
    """``written`` is set once a parameter was."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    @override
    def put_parameter(self, **put: Any) -> dict[str, Any]:
        answer = super().put_parameter(**put)
        self.written.set()
        return answer

    def wait(self, seconds: float) -> None:
        self.written.wait(5)


@pytest.fixture
def ssm(fleet: Fleet) -> Iterator[WatchedSsm]:
    """The fleet's SSM, beside a ledger with the fleet's leases."""
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-central-1")
        create_ledger_table(dynamodb)
        table = Table(client=cast("DynamoDBClient", OneAtATime(dynamodb)), name=NAME)
        fleet.leases = Leases(table=table)
        fleet.ssm = ssm = WatchedSsm()
        yield ssm


@pytest.mark.parametrize("start", ["missing", "expired", "refused"])
def test_fifty_workers_log_in_once(fleet: Fleet, ssm: WatchedSsm, start: str) -> None:
    workers = [fleet.worker(sleep=ssm.wait) for _ in range(50)]
    if start != "missing":
        fleet.share("old", NOON + HOUR)
        assert {tokens.current() for tokens in workers} == {"old"}
        ssm.written.clear()
    if start == "expired":
        fleet.now += HOUR
    all_awake = threading.Barrier(len(workers))

    def work(tokens: Tokens) -> str:
        all_awake.wait()
        return tokens.refused("old") if start == "refused" else tokens.current()

    with ThreadPoolExecutor(len(workers)) as pool:
        results = list(pool.map(work, workers))
    assert fleet.logins == 1
    assert set(results) == {"login-1"}
