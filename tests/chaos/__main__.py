"""``make chaos ORDERS=10000``: the chaos test in large, on all processors."""

import sys
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from random import SystemRandom
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.chaos.play import Result, be_quiet, play

SHARD = 100
"""Orders of one run: each has an API of another form, so that a large test meets all forms."""


def main(
    orders: Annotated[int, typer.Option(min=1, help="How many order lives.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Repeats a run; 0 takes a new one.")] = 0,
) -> None:
    """Play order lives with all troubles; exit 1 if one ends otherwise than it should.

    For example: python -m tests.chaos --orders 10000 --seed 7
    """
    seed = seed or SystemRandom().randrange(1, 1_000_000)
    console = Console()
    console.print(f"{orders} orders, seed {seed}")
    sizes = [min(SHARD, orders - done) for done in range(0, orders, SHARD)]
    shards = dict(enumerate(sizes, start=seed))
    started = monotonic()
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=be_quiet) as pool:
        runs = {pool.submit(play, *shard): shard for shard in shards.items()}
        results = _watched(runs, console)
    counts = sum((result.counts for result in results.values()), Counter[str]())
    _print_rates(console, orders, counts, monotonic() - started)
    twice = sum(len(result.said_twice) for result in results.values())
    console.print(f"{twice} re-openings are in the dead letters twice, after a crash")
    wrong = {number: result.differences for number, result in results.items() if result.differences}
    for number, found in wrong.items():
        for difference in found:
            console.print(f"[red]seed {number}[/]: ", end="")
            console.print(difference, markup=False)
        console.print(f"Repeat it: make chaos ORDERS={shards[number]} SEED={number}")
    console.print(f"{sum(map(len, wrong.values()))} differences")
    sys.exit(1 if wrong else 0)


def _watched(runs: dict[Future[Result], tuple[int, int]], console: Console) -> dict[int, Result]:
    results: dict[int, Result] = {}
    orders = sum(size for _, size in runs.values())
    columns = TextColumn("orders"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("orders", total=orders)
        for run in as_completed(runs):
            seed, size = runs[run]
            results[seed] = _ended(run)
            progress.advance(task, size)
            if not console.is_terminal:
                console.print(f"{progress.tasks[task].completed:.0f} of {orders} orders")
    return results


def _ended(run: Future[Result]) -> Result:
    """What became of a run; one that broke off is a difference too."""
    if (error := run.exception()) is None:
        return run.result()
    broken = f"broke off: {type(error).__name__}: {error}"
    return Result(differences=[broken], said_twice=[], counts=Counter())


def _print_rates(console: Console, orders: int, counts: Counter[str], seconds: float) -> None:
    table = Table("", "in all", "a second", box=None)
    for what, number in {"orders": orders, **dict(sorted(counts.items()))}.items():
        table.add_row(what, f"{number:,}", f"{number / seconds:,.1f}")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
