"""``make heal ORDERS=100000``: the proof that it heals itself in large, on all processors."""

import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from random import SystemRandom
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.chaos.healing.large import Healed, heal
from tests.chaos.healing.play import live
from tests.chaos.healing.world import SHOPS_OF
from tests.chaos.play import Result, be_quiet

SHARD = 100
"""Orders of one run of lives: each has an API of another form."""

LIVES = 0.01
"""The lives that are played whole, as a part of the orders that a shop's day has."""

FEWER = 10
"""The memory is compared with that of a day with so many times fewer orders."""

FLAT = 1.5
"""The most that it may grow by then."""


def main(
    orders: Annotated[int, typer.Option(min=10_000, help="How many orders a day has.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Repeats a run; 0 takes a new one.")] = 0,
) -> None:
    """Catch up with days of many orders, and play lives whose webhooks are lost.

    Exits with 1 if an order is missing, or one ends otherwise than it should.

    For example: python -m tests.chaos.healing --orders 100000 --seed 7
    """
    seed = seed or SystemRandom().randrange(1, 1_000_000)
    console = Console()
    console.print(f"{orders:,} orders, seed {seed}")
    pool = ProcessPoolExecutor(
        mp_context=get_context("spawn"), max_tasks_per_child=1, initializer=be_quiet
    )
    with pool, console.status("100,000 orders take some minutes"):
        days = [
            pool.submit(heal, platform, number, seed)
            for number in (orders, orders // FEWER)
            for platform in SHOPS_OF
        ]
        shards = range(seed, seed + max(1, round(orders * LIVES / SHARD)))
        lives = {pool.submit(live, shard, SHARD): shard for shard in shards}
        is_right = _tell_lives(console, lives)
        is_right &= _tell_days(console, [day.result() for day in days])
    sys.exit(0 if is_right else 1)


def _tell_lives(console: Console, runs: dict[Future[Result], int]) -> bool:
    counts: Counter[str] = Counter()
    wrong = 0
    for run in as_completed(runs):
        result = run.result()
        counts += result.counts
        wrong += len(result.differences)
        for difference in result.differences:
            console.print(f"[red]seed {runs[run]}[/]: ", end="")
            console.print(difference, markup=False)
    table = Table("lives with troubles", "in all", box=None)
    for what, number in {"orders": SHARD * len(runs), **dict(sorted(counts.items()))}.items():
        table.add_row(what, f"{number:,.0f}")
    console.print(table)
    console.print(f"{wrong} differences")
    return wrong == 0


def _tell_days(console: Console, days: Sequence[Healed]) -> bool:
    columns = "shop, orders, lacking, pages, rounds, hours, queued, missing, lost webhooks, MiB"
    table = Table(*columns.split(", "), box=None)
    for day in days:
        numbers = (day.orders, day.lacking, day.pages, day.rounds)
        after = (day.queued, day.missing, day.lost)
        table.add_row(
            day.platform,
            *(f"{number:,}" for number in numbers),
            f"{day.hours:.1f}",
            *(f"{number:,}" for number in after),
            f"{day.memory:.1f}",
        )
    console.print(table)
    is_right = all(day.is_whole for day in days)
    for many, few in zip(days[: len(SHOPS_OF)], days[len(SHOPS_OF) :], strict=True):
        ratio = many.memory / few.memory
        console.print(
            f"{many.platform}: {ratio:.2f} times the memory for {FEWER} times the orders,"
            f" at most {FLAT} is flat"
        )
        is_right &= ratio <= FLAT
    return is_right


if __name__ == "__main__":
    typer.run(main)
