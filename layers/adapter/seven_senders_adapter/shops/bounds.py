"""Keeping a projection far below the limit of a queue's message, whatever the shop sent."""

import json
from collections.abc import Iterable
from itertools import accumulate, takewhile


def within[T](values: Iterable[T], limit: int) -> list[T]:
    """The first values whose JSON takes no more than ``limit`` bytes of UTF-8 together."""
    listed = list(values)
    sizes = (len(json.dumps(value, ensure_ascii=False).encode()) + 1 for value in listed)
    fitting = sum(1 for _ in takewhile(lambda total: total <= limit, accumulate(sizes)))
    return listed[:fitting]
