"""What goes wrong around the functions: their processes die, AWS throttles, answers are lost."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from random import Random
from typing import Any, override

import requests
from botocore.exceptions import ClientError

from seven_senders_adapter.seven_senders.transport import TIME_OUTS, ApiSession
from seven_senders_local.sandbox import FaultRule
from tests.played.clock import PlayedClock, PlayedContext
from tests.played.mortal import Killed

AWS_CALL_SECONDS = 0.005
LONGEST_LIFE = 40
"""Effects of a process after which it is killed, if it is to be killed, at most."""

LATEST_EFFECT = 2 * TIME_OUTS.read - 1
"""Seconds after its start at which a call takes effect that nobody waits for, at most.

After a read time-out it is given up, and a read time-out later it is looked up.
"""

ALWAYS_THERE = frozenset({"exceptions", "get_paginator"})
"""What of a boto3 client is no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How likely each trouble is of an API call, an AWS call's end, an invocation, a message.

    ``resync``: that somebody has an order compared after a delivery.
    """

    api_fault: float = 0.3
    late_effect: float = 0.02
    aws_fault: float = 0.005
    kill: float = 0.02
    second_worker: float = 0.01
    lost_delete: float = 0.01
    resync: float = 0.05


CALM = Chances(
    api_fault=0, late_effect=0, aws_fault=0, kill=0, second_worker=0, lost_delete=0, resync=0
)


@dataclass(slots=True)
class Troubles:
    """Throws the dice, and counts what came of it in ``struck``."""

    random: Random
    chances: Chances
    struck: Counter[str] = field(default_factory=Counter, init=False)

    def effects_until_killed(self) -> float:
        """After how many effects the process of an invocation is killed."""
        return self.random.randint(1, LONGEST_LIFE) if self._throw("kill") else inf

    def fails(self) -> bool:
        """Whether a call of AWS fails at one of its two ends."""
        return self._throw("aws_fault")

    def late_by(self) -> float | None:
        """How many seconds after its start a call takes effect whose client has stopped waiting."""
        return self.random.uniform(0, LATEST_EFFECT) if self._throw("late_effect") else None

    def latency(self) -> float:
        """How many seconds a call of the API takes."""
        return self.random.uniform(0.05, 0.5)

    def sends_second_worker(self) -> bool:
        """Whether another worker has the same messages, although it should not."""
        return self._throw("second_worker")

    def loses_delete(self) -> bool:
        """Whether a message comes back that was done."""
        return self._throw("lost_delete")

    def _throw(self, chance: str) -> bool:
        strikes: bool = self.random.random() < getattr(self.chances, chance)
        self.struck[chance] += strikes
        return strikes


FAULTS = (
    FaultRule(status=500),
    FaultRule(status=500, applies=True),
    FaultRule(status=502, body="<html><h1>Bad Gateway</h1></html>"),
    FaultRule(status=503, headers={"Retry-After": "120"}),
    FaultRule(status=429, headers={"Retry-After": "Wed, 01 Apr 2026 12:00:00 GMT"}),
    FaultRule(status=429, headers={"Retry-After": "7"}),
    FaultRule(cut=True, applies=False),
    FaultRule(cut=True, applies=True),
    FaultRule(truncate=True),
    FaultRule(break_off=True),
)
"""Every fault of the API."""


def api_faults(probability: float) -> list[FaultRule]:
    """All faults, of which one strikes that often: they are tried one after another."""
    each = 1 - (1 - probability) ** (1 / len(FAULTS))
    return [replace(fault, probability=each) for fault in FAULTS]


DOWN = [FaultRule(status=503)]
"""The API is down for all."""


@dataclass(slots=True)
class Process:
    """A worker of the fleet. It is killed at a chosen effect, or by its function's time-out."""

    clock: PlayedClock
    troubles: Troubles
    context: PlayedContext = field(init=False)
    _effects_left: float = field(default=0, init=False)

    def begin(self, time_out: float) -> None:
        """An invocation begins."""
        self._effects_left = self.troubles.effects_until_killed()
        self.context = PlayedContext(self.clock, self.clock.seconds + time_out)

    def live(self) -> None:
        """Go on, or be killed; a dead process stays dead."""
        self._effects_left -= 1
        if self._effects_left <= 0 or self.clock.seconds >= self.context.ends_at:
            self._effects_left = 0
            raise Killed


class TroubledClient:
    """A boto3 client whose calls may fail before or after they take effect, or be the last."""

    def __init__(self, client: object, process: Process) -> None:
        self._client = client
        self._process = process

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return found if name in ALWAYS_THERE else partial(self._call, name, found)

    def _call(self, name: str, call: Callable[..., Any], **arguments: Any) -> Any:
        self._process.live()
        self._process.clock.sleep(AWS_CALL_SECONDS)
        self._strike(name, "ThrottlingException")
        answer = call(**arguments)
        self._strike(name, "InternalServerError")
        self._process.live()
        return answer

    def _strike(self, name: str, code: str) -> None:
        if self._process.troubles.fails():
            raise ClientError({"Error": {"Code": code, "Message": ""}}, name)


@dataclass(slots=True)
class LateCalls:
    """Calls whose client has stopped waiting, and which take effect all the same."""

    clock: PlayedClock
    _calls: list[tuple[float, requests.PreparedRequest]] = field(default_factory=list)

    def add(self, request: requests.PreparedRequest, *, at: float) -> None:
        """Let a call take effect then."""
        self._calls.append((at, request))

    def play(self) -> None:
        """Let those take effect whose time has come."""
        due = [request for at, request in self._calls if at <= self.clock.seconds]
        self._calls = [call for call in self._calls if call[0] > self.clock.seconds]
        for request in due:
            with ApiSession() as session:
                try:
                    session.send(request, timeout=TIME_OUTS.read)
                except requests.ConnectionError:
                    continue  # one of the sandbox's own faults


class TroubledSession(ApiSession):
    """A worker's connection to the API: slow, at times too slow, and perhaps its last."""

    def __init__(self, process: Process, late: LateCalls, disturb: Callable[[], None]) -> None:
        super().__init__()
        self._process = process
        self._late = late
        self._disturb = disturb

    @override
    def send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        process = self._process
        process.live()
        self._disturb()
        self._late.play()
        if (seconds := process.troubles.late_by()) is not None:
            self._late.add(request, at=process.clock.seconds + seconds)
            process.clock.sleep(TIME_OUTS.read)
            process.live()
            raise requests.ReadTimeout(request=request)
        process.clock.sleep(process.troubles.latency())
        response = super().send(request, **settings)
        process.live()
        return response
