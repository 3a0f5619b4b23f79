"""Whether a test has caught a break, by what pytest says."""

import re
from dataclasses import dataclass

SOME_TESTS_FAILED = 1

_FAILED = re.compile(r"^FAILED (\S+::.+?)(?: - (.*))?$", re.MULTILINE)
_NO_CODE = re.compile(
    r"(?:NameError|UnboundLocalError|ImportError|ModuleNotFoundError|SyntaxError)"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a break was caught; ``by`` is the test that failed, or why none counts."""

    caught: bool
    by: str


def judge(exit_code: int, output: str) -> Verdict:
    """Judge pytest's answer to a break.

    Only a test that ran and failed counts. Code that can't be imported or names what is not there
    would fail any test: then the break is none.
    """
    if exit_code == 0:
        return Verdict(caught=False, by="all its tests pass")
    failed = _FAILED.search(output)
    if exit_code != SOME_TESTS_FAILED or failed is None:
        return Verdict(caught=False, by=f"no test failed, pytest ended with {exit_code}")
    test, reason = failed.groups()
    if reason and _NO_CODE.match(reason):
        return Verdict(caught=False, by=f"its code does not run: {reason}")
    return Verdict(caught=True, by=test)
