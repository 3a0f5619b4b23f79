"""The functions, and the executions that the account has for them."""

from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING

from seven_senders_cli.doctor.finding import Finding, amber, green, red

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

SUBJECT = "functions"
CONCURRENCY = "concurrency"

DELIVERY_SECONDS = 0.05
"""How long a delivery takes an execution (source: README)."""

SCHEDULED = 1
"""Executions kept for what runs on a schedule."""

_DEPLOY = "Mend it in the Lambda console, or deploy again"
_RAISE = "Service Quotas, AWS Lambda: have Concurrent executions raised"


def needed_executions(parameters: Mapping[str, str]) -> int:
    """Executions at a time that a stack needs at most, by its parameters."""
    deliveries = ceil(float(parameters["ThrottlingRate"]) * DELIVERY_SECONDS)
    return int(parameters["MaximumConcurrency"]) + deliveries + SCHEDULED


def concurrency(lambda_: "LambdaClient", parameters: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the account leaves enough executions for what the stack is set to take."""
    limits = lambda_.get_account_settings()["AccountLimit"]
    free, needed = limits["UnreservedConcurrentExecutions"], needed_executions(parameters)
    left = free - int(parameters["MaximumConcurrency"]) - SCHEDULED
    what = f"the account's functions share {free} executions, this stack needs up to {needed}"
    if free >= needed:
        yield green(CONCURRENCY, what)
    elif left > 0:
        rate = f"from about {left / DELIVERY_SECONDS:g} deliveries a second on some get 5xx"
        yield amber(CONCURRENCY, f"{what}: {rate}", f"{_RAISE}, or lower ThrottlingRate")
    else:
        none = "while orders are synced none is left for deliveries"
        yield red(CONCURRENCY, f"{what}: {none}", f"{_RAISE}, or lower MaximumConcurrency")


def look(lambda_: "LambdaClient", names: Iterable[str], *, syncing: str) -> Iterator[Finding]:
    """Whether the functions can run, and ``syncing``, one of them, is fed by the queue."""
    problems = [problem for name in names for problem in _problems(lambda_, name)]
    mappings = lambda_.list_event_source_mappings(FunctionName=syncing)["EventSourceMappings"]
    if not any(mapping["State"] in {"Enabled", "Enabling", "Updating"} for mapping in mappings):
        what = f"{syncing} gets nothing from the queue: its trigger is not enabled"
        problems.append(red(SUBJECT, what, _DEPLOY))
    yield from problems or [green(SUBJECT, "all can run, and the queue is worked")]


def _problems(lambda_: "LambdaClient", name: str) -> Iterator[Finding]:
    found = lambda_.get_function_configuration(FunctionName=name)
    state, update = found["State"], found["LastUpdateStatus"]
    if state == "Failed":
        reason = found.get("StateReason", "no reason given")
        yield red(SUBJECT, f"{name} can't start: {reason}", _DEPLOY)
    elif state != "Active":
        yield amber(SUBJECT, f"{name} is {state}", "Look again in a minute")
    if update == "Failed":
        reason = found.get("LastUpdateStatusReason", "no reason given")
        yield red(SUBJECT, f"the last update of {name} failed: {reason}", _DEPLOY)
    reserved = lambda_.get_function_concurrency(FunctionName=name)
    if reserved.get("ReservedConcurrentExecutions") == 0:
        yield red(SUBJECT, f"{name} is shut off: its reserved concurrency is 0", _DEPLOY)
