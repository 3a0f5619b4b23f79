"""What was measured, as tables, and the goals."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from seven_senders_local.stack import RECEIVE, SYNC
from tests.bench.cold import Start
from tests.bench.sizes import Size
from tests.bench.stack import Throughput
from tests.bench.syncing import Syncing

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Report:
    """Medians in seconds; of each pair the first is ours and the second is bare."""

    cold: Mapping[str, tuple[Start, Start]]
    warm: tuple[float, float]
    syncing: Syncing
    sizes: Mapping[str, Size]
    throughput: Throughput

    @property
    def goals(self) -> dict[str, tuple[float, float]]:
        """The ratios that matter, each beside the most that it may be."""
        ours, bare = self.warm
        return {
            f"cold start of {RECEIVE}": (self._cold_ratio(RECEIVE), 1.25),
            f"cold start of {SYNC}": (self._cold_ratio(SYNC), 1.3),
            f"warm delivery of {RECEIVE}": (ours / bare, 1.5),
        }

    @property
    def missed(self) -> list[str]:
        return [goal for goal, (ratio, most) in self.goals.items() if ratio > most]

    def _cold_ratio(self, name: str) -> float:
        ours, bare = self.cold[name]
        return ours.answers / bare.answers


def show(report: Report) -> None:
    console = Console()
    for table in (cold(report), warm(report), artefacts(report)):
        console.print(table, "")
    through = report.throughput
    console.print(
        f"Through the local stack: {through.answered:.0f} deliveries a second answered,"
        f" {through.worked:.0f} worked to their end.\n",
        soft_wrap=True,
    )
    for goal, (ratio, most) in report.goals.items():
        verdict = "[red]missed[/]" if goal in report.missed else "[green]holds[/]"
        console.print(
            f"{verdict}: {goal} is {ratio:.2f} times bare, at most {most}", soft_wrap=True
        )


def cold(report: Report) -> Table:
    table = grid(
        "Cold starts, medians", "function", "", "asks, ms", "answers, ms", "processor, ms", "MB"
    )
    for name, pair in report.cold.items():
        for side, start in zip(("built", "bare"), pair, strict=True):
            table.add_row(
                name if side == "built" else "",
                side,
                *(f"{1000 * t:.0f}" for t in (start.asks, start.answers, start.processor)),
                f"{start.megabytes:.0f}",
            )
        ours, bare = pair
        pairs = (
            (ours.asks, bare.asks),
            (ours.answers, bare.answers),
            (ours.processor, bare.processor),
            (ours.megabytes, bare.megabytes),
        )
        table.add_row("", "ratio", *(f"{mine / other:.2f}" for mine, other in pairs))
    return table


def warm(report: Report) -> Table:
    table = grid("Warm, processor time, medians", "what", "ms")
    ours, bare = report.warm
    sync = report.syncing
    for what, seconds in (
        (f"a delivery in {RECEIVE}", ours),
        ("a delivery in a bare handler: HMAC, and the same boto3 to SQS", bare),
        (f"a call of the API in {SYNC}, all in all", sync.whole),
        (f"of that its {sync.aws_calls:.1f} calls of AWS, as a bare put_item takes them", sync.aws),
        ("a call of the API by requests alone", sync.bare),
    ):
        table.add_row(what, f"{1000 * seconds:.2f}")
    table.add_row("ratio of the deliveries", f"{ours / bare:.2f}")
    ratio = f"{sync.ratio:.2f}" if sync.ratio > 0 else "unclear"  # AWS's share is an estimate
    table.add_row("ratio of the calls of the API, without those of AWS", ratio)
    return table


def artefacts(report: Report) -> Table:
    table = grid("Artefacts", "what", "unzipped, MB", "zipped, MB")
    for name, size in report.sizes.items():
        table.add_row(name, f"{size.unzipped / MB:.3f}", f"{size.zipped / MB:.3f}")
    return table


def grid(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 or not column else "right")
    return table
