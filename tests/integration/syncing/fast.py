"""The same world in this process's memory: days and hundreds of deaths in a second."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import override

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.telemetry import HOLD, Telemetry
from seven_senders_local.sandbox import Sandbox
from seven_senders_local.sandbox.control import Control
from seven_senders_local.sandbox.service import Service
from seven_senders_local.sandbox.settings import Settings
from tests.integration.syncing.world import World
from tests.played.direct import direct_session
from tests.played.dynamodb import MemoryDynamoDB
from tests.played.ssm import MemorySsm


class Noted(Telemetry):
    """Writes no log, and remembers when a connection failed, what was called and what was a bug.

    ``calls`` and ``logins`` are counted by connection and minute since 1970.
    """

    def __init__(self) -> None:
        super().__init__(service="noted", namespace="noted")
        self.now: Callable[[], datetime] = utc_now
        self.failed: defaultdict[str, list[datetime]] = defaultdict(list)
        self.calls: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.logins: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.bugs: list[Exception] = []
        self._connection = ""

    @override
    @contextmanager
    def about(self, *, connection: str, order: str = "", delivery_id: str = "") -> Iterator[None]:
        self._connection = connection
        with super().about(connection=connection, order=order, delivery_id=delivery_id):
            yield

    @override
    def note(self, message: str, **details: object) -> None:
        """Log nothing."""

    @override
    def warn(self, message: str, **details: object) -> None:
        """Log nothing."""

    @override
    def bug(self, message: str, error: Exception) -> None:
        self.bugs.append(error)

    @override
    def api_called(self, operation: str, outcome: str, seconds: float) -> None:
        minute = int(self.now().timestamp() // 60)
        self.calls[self._connection][minute] += 1
        self.logins[self._connection][minute] += operation == "log_in"

    @override
    def connection_failed(self, reason: str) -> None:
        self.failed[self._connection].append(self.now())

    @override
    def held_back(self) -> None:
        failed = self.failed[self._connection]
        if not failed or self.now() - failed[-1] >= HOLD:
            failed.append(self.now())


@contextmanager
def fast_worlds() -> Iterator[Callable[[], World]]:
    """Makes worlds, each with one connection; a world ends with the next one.

    They share a sandbox, which forgets what it knew.
    """
    worlds: list[World] = []

    def epoch() -> float:
        return worlds[-1].epoch()

    with Sandbox(now=epoch) as sandbox:

        def new() -> World:
            sandbox.service = Service(settings=Settings())
            sandbox.control = Control(service=sandbox.service)
            telemetry = Noted()
            world = World(
                dynamodb=MemoryDynamoDB().client,
                ssm=MemorySsm().client,
                telemetry=telemetry,
                new_session=direct_session,
                new_sandbox=lambda epoch: sandbox,
            )
            telemetry.now = lambda: world.now
            worlds[:] = [world]
            world.connect()
            return world

        yield new
