"""``make bench``: what the functions cost beside bare ones, and whether the goals hold."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from seven_senders_local.events import fill, load_events
from seven_senders_local.stack import RECEIVE, SYNC
from tests.bench import cold, stack, syncing, warm
from tests.bench.report import Report, show
from tests.bench.sides import Side, bare, built
from tests.bench.sizes import sizes
from tests.built.world import World, delivery, world

EXAMPLE = "shopify/1001-2-paid"


def main(
    starts: Annotated[
        int, typer.Option(min=20, help="Cold starts of each function; fewer tell nothing.")
    ] = 20,
    blocks: Annotated[int, typer.Option(min=3, help="Blocks of 25 warm invocations.")] = 12,
    deliveries: Annotated[int, typer.Option(min=10, help="Through the local stack.")] = 400,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Exit 1 if a goal is missed.

    For example: python -m tests.bench --starts 40 --json
    """
    console = Console(stderr=True)
    with (
        TemporaryDirectory() as folder,
        Progress(console=console, disable=not console.is_terminal) as progress,
    ):

        def rounds(what: str, number: int) -> Iterator[int]:
            yield from progress.track(range(number), description=what)

        with world(Path(folder)) as running:
            bench = Bench(running, Path(folder), rounds)
            report = Report(
                cold={name: bench.cold(name, starts) for name in running.functions},
                warm=bench.warm(blocks),
                syncing=bench.syncing(blocks),
                sizes=sizes(),
                throughput=bench.throughput(deliveries),
            )
    if as_json:
        typer.echo(json.dumps(asdict(report) | {"missed": report.missed}))
    else:
        show(report)
    sys.exit(1 if report.missed else 0)


class Bench:
    """The measurements, each with its progress."""

    def __init__(
        self, running: World, folder: Path, rounds: Callable[[str, int], Iterator[int]]
    ) -> None:
        self._world = running
        self._folder = folder
        self._rounds = rounds
        self._numbers = count(1)

    def cold(self, name: str, starts: int) -> tuple[cold.Start, cold.Start]:
        events: dict[str, Callable[[], object]] = {
            RECEIVE: self._delivery,
            SYNC: lambda: {"Records": []},
        }
        return cold.compare(
            *self._sides(name),
            events=events.get(name),
            rounds=self._rounds(f"cold starts of {name}", starts),
        )

    def warm(self, blocks: int) -> tuple[float, float]:
        rounds = self._rounds("warm deliveries", blocks)
        return warm.deliveries(*self._sides(RECEIVE), event=self._delivery, rounds=rounds)

    def syncing(self, blocks: int) -> syncing.Syncing:
        return syncing.compare(
            self._world,
            *self._sides(SYNC),
            orders=syncing.Orders(self._world, self._order()),
            rounds=self._rounds("warm syncs", blocks),
        )

    def throughput(self, deliveries: int) -> stack.Throughput:
        [_] = self._rounds(f"{deliveries} deliveries through the local stack", 1)
        return stack.throughput(self._folder, deliveries=deliveries)

    def _sides(self, name: str) -> tuple[Side, Side]:
        return built(self._world, name, self._folder), bare(self._world, name, self._folder)

    def _delivery(self) -> dict[str, object]:
        return delivery(self._order())

    def _order(self) -> dict[str, Any]:
        body = fill(load_events()[EXAMPLE].body, datetime.now(UTC))
        assert isinstance(body, dict)
        return body | {"id": next(self._numbers)}


if __name__ == "__main__":
    typer.run(main)
