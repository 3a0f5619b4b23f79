"""Waiting that a person can watch."""

import math
import time
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.receiving import FRESH_FOR

UNTIL_IN_FORCE = FRESH_FOR.total_seconds() + 5
"""Seconds until no receiver works with what it read before a change. SSM may lag a little."""


class Pauses:
    """Lets time pass, and knows it."""

    def now(self) -> datetime:
        """The time."""
        return utc_now()

    def sleep(self, seconds: float) -> None:
        """Wait without a word."""
        time.sleep(seconds)

    def wait(self, seconds: float, why: str, console: Console) -> None:
        """Wait, with a progress bar if a person looks on."""
        columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
        if not console.is_terminal:
            console.print(f"{why}: {seconds:.0f} s", soft_wrap=True)
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            steps = math.ceil(seconds)
            for _ in progress.track(range(steps), description=why):
                time.sleep(seconds / steps)
