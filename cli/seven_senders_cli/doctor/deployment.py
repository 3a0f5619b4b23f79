"""The stack as CloudFormation has it."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from seven_senders_cli.doctor.finding import Finding, amber, green, red
from seven_senders_cli.screen import as_text

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

SUBJECT = "stack"

WELL = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})

ROLLED_BACK = frozenset({"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})
"""The last change failed, and all is as it was before it."""

_EVENTS = "See why among the stack's events in the CloudFormation console, deploy again"


def status(cloudformation: "CloudFormationClient", name: str) -> Iterator[Finding]:
    """Whether the stack's last change went well."""
    [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    status = stack["StackStatus"]
    changed = as_text(stack.get("LastUpdatedTime") or stack["CreationTime"])
    what = f"{status}, last changed {changed} UTC"
    if status in WELL:
        yield green(SUBJECT, what)
    elif status in ROLLED_BACK:
        yield amber(SUBJECT, f"{what}: the version before runs", _EVENTS)
    elif status.endswith("_IN_PROGRESS"):
        yield amber(SUBJECT, what, "Wait until CloudFormation is done, look again")
    else:
        yield red(SUBJECT, what, _EVENTS)


def outputs(given: Collection[str], expected: Collection[str]) -> Iterator[Finding]:
    """Whether a stack's outputs are those of this version's template."""
    missing, unknown = sorted(set(expected) - set(given)), sorted(set(given) - set(expected))
    if missing:
        yield red(
            SUBJECT,
            f"it lacks the outputs {', '.join(missing)}: it is of an earlier version",
            "Deploy this version: make build, then .sam/bin/sam deploy",
        )
    elif unknown:
        yield amber(
            SUBJECT,
            f"it has outputs unknown here, {', '.join(unknown)}: it is of a later version",
            "Use the checkout that it was deployed from",
        )
    else:
        yield green(SUBJECT, "its outputs are those of this version")
