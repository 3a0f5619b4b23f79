"""Cold starts, interleaved, so that what else the machine does meets both sides alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from statistics import median
from time import perf_counter

from tests.bench.sides import Side, peak_megabytes, processor_seconds


@dataclass(frozen=True, slots=True)
class Start:
    """From the start of a process, in seconds: until it asks for an event, until it has answered
    its first one, and the processor time of both; and its memory then, in MB. Of several starts:
    the medians.
    """

    asks: float
    answers: float
    processor: float
    megabytes: float


type Events = Callable[[], object] | None
"""Makes first events; ``None``: there is none, and asking for one is the end of the start."""


def start(side: Side, events: Events) -> Start:
    event = events() if events else None
    began = perf_counter()
    with side.started() as process:
        process.api.wait_until_asked()
        asks = answers = perf_counter() - began
        if events:
            process.api.invoke(event)
            answers = perf_counter() - began
        return Start(asks, answers, processor_seconds(process), peak_megabytes(process))


def compare(
    mine: Side, other: Side, *, events: Events, rounds: Iterator[int]
) -> tuple[Start, Start]:
    """Start both in turn."""
    found: tuple[list[Start], list[Start]] = ([], [])
    for _ in rounds:
        for side, starts in zip((mine, other), found, strict=True):
            starts.append(start(side, events))
    return medians(found[0]), medians(found[1])


def medians(starts: list[Start]) -> Start:
    return Start(*(median(getattr(start, each.name) for start in starts) for each in fields(Start)))
