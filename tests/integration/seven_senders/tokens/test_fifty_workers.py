"""A whole fleet that needs a token at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from seven_senders_adapter.tokens import Tokens
from tests.integration.seven_senders.tokens.fleet import HOUR, NOON, FakeSsm, Fleet


class TellingSsm(FakeSsm):
    """Tells when a token was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def put_parameter(self, **call: object) -> None:
        super().put_parameter(**call)
        self.written.set()

    def wait(self, seconds: float) -> None:
        self.written.wait(5)


class TestFiftyWorkers:
    @pytest.mark.parametrize("start", ["expired", "missing", "refused"])
    def test_log_in_at_most_twice(self, fleet: Fleet, start: str) -> None:
        ssm = TellingSsm()
        fleet.ssm = ssm
        workers = [fleet.worker(sleep=ssm.wait) for _ in range(50)]
        if start != "missing":
            fleet.share("old", NOON + HOUR)
            assert {tokens.current() for tokens in workers} == {"old"}
        if start == "expired":
            fleet.now += HOUR
        all_awake = threading.Barrier(len(workers))

        def work(tokens: Tokens) -> str:
            all_awake.wait()
            return tokens.refused("old") if start == "refused" else tokens.current()

        with ThreadPoolExecutor(len(workers)) as pool:
            results = list(pool.map(work, workers))
        assert fleet.logins <= 2
        assert set(results) <= {"login-1", "login-2"}
