"""``make flood``: how fast one process answers while it is flooded at the stage's limit.

Deliveries come at fixed times, whether those before them are answered or not, so that a process
that is too slow falls behind. On AWS Lambda adds processes; here there is one.
"""

import sys
from collections import defaultdict
from contextlib import redirect_stdout
from io import StringIO
from statistics import quantiles
from time import perf_counter, sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from seven_senders_adapter.telemetry import Telemetry
from tests.attack.door import Door
from tests.attack.test_flood import AUTHENTIC, FORGED, to

A_SECOND = 1.0
KINDS = {
    "authentic": AUTHENTIC,
    "forged": FORGED[0],
    "unknown connection": to("shop-nobody-has"),
    "impossible name": to("../tokens"),
}


def main(
    rate: Annotated[int, typer.Option(min=1, help="Deliveries a second.")] = 200,
    seconds: Annotated[int, typer.Option(min=1, max=600, help="How long.")] = 10,
) -> None:
    """Exit 1 if an authentic delivery waited for a second or longer."""
    with redirect_stdout(StringIO()):  # the log lines
        waits = flood(Door(Telemetry(service="flood", namespace="Flood")), rate, seconds)
    table = Table("delivery", "number", "median ms", "99 of 100, ms", "longest ms", box=None)
    for kind, times in waits.items():
        cuts = quantiles(times, n=100)
        milliseconds = (f"{1000 * t:.1f}" for t in (cuts[49], cuts[98], max(times)))
        table.add_row(kind, str(len(times)), *milliseconds)
    Console().print(table)
    sys.exit(1 if max(waits["authentic"]) >= A_SECOND else 0)


def flood(door: Door, rate: int, seconds: int) -> dict[str, list[float]]:
    """From its time of arrival to its answer, in seconds, by kind."""
    waits: defaultdict[str, list[float]] = defaultdict(list)
    began = perf_counter()
    numbers = track(range(rate * seconds), "flooding", console=Console(stderr=True))
    for number, kind in zip(numbers, list(KINDS) * (rate * seconds), strict=False):
        arrives = began + number / rate
        sleep(max(0.0, arrives - perf_counter()))
        door.status(KINDS[kind])
        waits[kind].append(perf_counter() - arrives)
    return waits


if __name__ == "__main__":
    typer.run(main)
