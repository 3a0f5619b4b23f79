"""How many deliveries a second get through the local stack."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from seven_senders_local import stack
from tests.end_to_end.driving import Driver, connections_file, order

SHOPS = 4
"""Connections that deliver at a time."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Deliveries a second: answered, and worked to their end at Seven Senders."""

    answered: float
    worked: float


def throughput(folder: Path, *, deliveries: int) -> Throughput:
    """Send so many new, paid orders as fast as they are answered."""
    choices = stack.Choices(connections=connections_file(folder))
    with stack.running(choices) as running, ThreadPoolExecutor(SHOPS) as shops:
        began = perf_counter()
        parts = [range(first, deliveries, SHOPS) for first in range(SHOPS)]
        list(shops.map(lambda numbers: deliver(running.url, numbers), parts))
        answered = perf_counter() - began
        driver = Driver(running.url)
        driver.wait_until_quiet()
        driver.close()
        worked = perf_counter() - began
    return Throughput(deliveries / answered, deliveries / worked)


def deliver(url: str, numbers: Sequence[int]) -> None:
    driver = Driver(url)
    for number in numbers:
        assert driver.deliver(order(number + 1, paid=True), topic="orders/create") == 200
    driver.close()
