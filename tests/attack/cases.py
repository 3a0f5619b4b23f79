"""How many cases the fuzzers try: a few with all other tests, more by ``make fuzz``."""

import os

from hypothesis import HealthCheck, settings

CASES = int(os.environ.get("CASES") or 0)
"""Of each fuzzer; 0 is each one's own few."""


def few(cases: int) -> settings:
    """So many cases, or as many as were asked for."""
    return settings(
        max_examples=CASES or cases,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
