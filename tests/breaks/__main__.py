"""``make breaks``: each break in turn, in a copy, with the tests that should catch it."""

import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from tests.breaks.copies import Copy, TookTooLong
from tests.breaks.judging import Verdict, judge
from tests.breaks.parts import BREAKS
from tests.breaks.table import Break

SECONDS = 120
"""What a break's tests may take."""

PLAIN_WIDTH = 240
"""Columns of what is written into a pipe or a file."""


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help="Parts of the names of breaks; none means all.")
    ] = None,
) -> None:
    """Break the adapter in each way, and show which test fails; exit 1 if none does.

    For example: python -m tests.breaks "dead letter" "without a lease"
    """
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    chosen = [b for b in BREAKS if not names or any(name in b.name for name in names)]
    if not chosen:
        console.print("No break has such a name.")
        sys.exit(2)
    processes = os.process_cpu_count() or 1
    with TemporaryDirectory(prefix="broken-") as folder:
        copies = [Copy(Path(folder).resolve() / str(number)) for number in range(processes)]
        check_unbroken(copies[0], chosen, processes, console)
        began = monotonic()
        verdicts = watched(chosen, copies, console)
    console.print(table_of(chosen, verdicts))
    missed = sum(not verdict.caught for verdict in verdicts.values())
    seconds = monotonic() - began
    console.print(f"{len(chosen) - missed} caught, {missed} missed, in {seconds:.0f} s")
    sys.exit(1 if missed else 0)


def check_unbroken(copy: Copy, breaks: Iterable[Break], processes: int, console: Console) -> None:
    """Exit 2 if a test fails though nothing is broken: such a test would catch anything."""
    tests = sorted({test for each in breaks for test in each.tests})
    console.print(f"First the tests of all breaks with nothing broken: {len(tests)} selections")
    code, output = copy.run_tests("-n", str(processes), *tests, seconds=5 * SECONDS)
    console.print(output.rstrip().rpartition("\n")[2], markup=False)
    if code:
        console.print(output, markup=False)
        sys.exit(2)


def watched(breaks: list[Break], copies: list[Copy], console: Console) -> dict[str, Verdict]:
    """The verdict on each break by its name, told as they come."""
    verdicts: dict[str, Verdict] = {}
    columns = TextColumn("breaks"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("breaks", total=len(breaks))
        for change, verdict in judged(breaks, copies):
            verdicts[change.name] = verdict
            progress.advance(task)
            count = f"{len(verdicts)}/{len(breaks)}"
            console.print(f"{count} {word(verdict)}: {change.name}", markup=False)
    return verdicts


def judged(breaks: list[Break], copies: list[Copy]) -> Iterator[tuple[Break, Verdict]]:
    """Each break with its verdict, as soon as it is there; in each copy one at a time."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def try_out(change: Break) -> Verdict:
        copy = free.get()
        try:
            return judge(*copy.run_broken(change, seconds=SECONDS))
        except TookTooLong as error:
            return Verdict(caught=False, by=f"its tests did not end: stopped {error}")
        finally:
            free.put(copy)

    pool = ThreadPoolExecutor(len(copies))
    try:
        runs: dict[Future[Verdict], Break] = {pool.submit(try_out, b): b for b in breaks}
        for run in as_completed(runs):
            yield runs[run], run.result()
    finally:
        pool.shutdown(cancel_futures=True)


def table_of(breaks: list[Break], verdicts: dict[str, Verdict]) -> Table:
    """Each break beside the test that caught it."""
    table = Table("the adapter …", "", box=None)
    table.add_column("by", overflow="fold")
    for change in breaks:
        verdict = verdicts[change.name]
        table.add_row(change.name, word(verdict), verdict.by, style="" if verdict.caught else "red")
    return table


def word(verdict: Verdict) -> str:
    """What is printed for a verdict."""
    return "caught" if verdict.caught else "MISSED"


if __name__ == "__main__":
    typer.run(main)
