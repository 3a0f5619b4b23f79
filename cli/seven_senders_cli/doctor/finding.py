"""What a look at one part shows, and how looks are taken."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from seven_senders_cli.failing import Failed, explaining

AT_A_TIME = 4
"""Looks that are taken at a time: enough to be quick, few enough for SSM's and the API's limits."""


class Level(StrEnum):
    """How well a part does: as it should, worth a look, or broken."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part does: ``what`` was seen and how to ``mend`` it, empty if there is no need."""

    subject: str
    level: Level
    what: str
    mend: str = ""


def green(subject: str, what: str) -> Finding:
    """All is well."""
    return Finding(subject, Level.GREEN, what)


def amber(subject: str, what: str, mend: str) -> Finding:
    """It works, but somebody should look, or it could not be told."""
    return Finding(subject, Level.AMBER, what, mend)


def red(subject: str, what: str, mend: str) -> Finding:
    """It does not work, or soon will not."""
    return Finding(subject, Level.RED, what, mend)


def untold(subject: str, failed: Failed) -> Finding:
    """It could not be looked at."""
    return amber(subject, f"can't be told: {failed}", "Clear that away, look again")


@dataclass(frozen=True, slots=True)
class Check:
    """A part to look at, and how. ``look`` may raise what ``explaining`` knows."""

    subject: str
    look: Callable[[], Iterable[Finding]]


def examine(checks: Sequence[Check]) -> Iterator[Finding]:
    """What the checks find, in their order; a few are at work at a time.

    Stopped half-way, those that have begun are waited for: what they made they take away.
    """
    with ThreadPoolExecutor(AT_A_TIME) as executor:
        begun = [executor.submit(_looked, check) for check in checks]
        try:
            for look in begun:
                yield from look.result()
        finally:
            executor.shutdown(cancel_futures=True)


def _looked(check: Check) -> list[Finding]:
    try:
        with explaining():
            return list(check.look())
    except Failed as failed:
        return [untold(check.subject, failed)]
