"""Processor time of processes that have been at work for a while."""

from collections.abc import Callable, Iterator
from statistics import median

from tests.bench.answering import sqs_answering
from tests.bench.sides import Side, both_started, processor_seconds
from tests.built.process import Started

WARM_UP = 20
BLOCK = 25
"""Invocations between two looks at the processor time; the sides take turns at each block."""

type Work = Callable[[Started], None]


def deliveries(
    mine: Side, other: Side, *, event: Callable[[], object], rounds: Iterator[int]
) -> tuple[float, float]:
    """Seconds a delivery, of both sides, with an SQS that only answers."""

    def work(process: Started) -> None:
        assert process.api.invoke(event())["statusCode"] == 200

    with (
        sqs_answering() as sqs,
        both_started(mine, other, AWS_ENDPOINT_URL_SQS=sqs) as processes,
    ):
        return in_turn(processes, (work, work), rounds)


def in_turn(
    processes: tuple[Started, Started], work: tuple[Work, Work], rounds: Iterator[int]
) -> tuple[float, float]:
    """The median seconds of one piece of work of each process."""
    for process, do in zip(processes, work, strict=True):
        block(process, do, WARM_UP)
    found: tuple[list[float], list[float]] = ([], [])
    for _ in rounds:
        for process, do, times in zip(processes, work, found, strict=True):
            times.append(block(process, do, BLOCK))
    return median(found[0]), median(found[1])


def block(process: Started, do: Work, number: int) -> float:
    before = processor_seconds(process)
    for _ in range(number):
        do(process)
    return (processor_seconds(process) - before) / number
