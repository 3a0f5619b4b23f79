"""A real Telemetry whose lines are read back."""

import json
from collections import Counter
from functools import cached_property
from itertools import count
from typing import Any

import pytest

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.telemetry import Telemetry
from tests.played.clock import PlayedClock

_NUMBERS = count()
_STILL = PlayedClock(0)


class Recorder:
    """``now`` stands still, so that refusals are written by the first flush only."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        now: Clock = _STILL.now,
    ) -> None:
        self._capsys = capsys
        self._now = now
        self._text = ""
        # loggers live as long as the process, by the name of their service
        self.service = f"test-{next(_NUMBERS)}"

    @cached_property
    def telemetry(self) -> Telemetry:
        """Made in the test itself: a fixture's standard output is another one."""
        return Telemetry(service=self.service, namespace="Test", now=self._now)

    @property
    def text(self) -> str:
        """All that was written so far."""
        self.telemetry.flush()
        self._text += self._capsys.readouterr().out
        return self._text

    @property
    def logged(self) -> list[dict[str, Any]]:
        """The log lines."""
        return [line for line in self._lines() if "_aws" not in line]

    @property
    def written(self) -> list[dict[str, Any]]:
        """The lines of metrics."""
        return [line for line in self._lines() if "_aws" in line]

    @property
    def counted(self) -> dict[str, float]:
        """Sums by ``Metric`` or ``Metric reason``."""
        sums: Counter[str] = Counter()
        for line in self.written:
            by = line.get("reason") or line.get("outcome")
            for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                name = metric["Name"]
                sums[f"{name} {by}" if by else name] += sum(line[name])
        return dict(sums)

    def _lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]
