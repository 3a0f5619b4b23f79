"""The alarms, and who is told of them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from seven_senders_cli.doctor.finding import Finding, amber, green, red
from seven_senders_cli.screen import as_text

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef
    from mypy_boto3_sns import SNSClient

SUBJECT = "alarms"
TOPIC = "alarm topic"


def look(
    cloudformation: "CloudFormationClient", cloudwatch: "CloudWatchClient", stack: str
) -> Iterator[Finding]:
    """Which alarms of a stack are on, shut off or gone."""
    names = _names(cloudformation, stack)
    alarms = _alarms(cloudwatch, list(names.values()))
    problems = [
        finding
        for logical, name in names.items()
        for finding in (_judged(logical, alarms[name]) if name in alarms else _gone(logical, name))
    ]
    yield from problems or [green(SUBJECT, f"none of {len(names)} is in ALARM")]


def _names(cloudformation: "CloudFormationClient", stack: str) -> Mapping[str, str]:
    """The alarms' names in CloudWatch by those in the template."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::CloudWatch::Alarm"
    }


def _alarms(cloudwatch: "CloudWatchClient", names: list[str]) -> dict[str, "MetricAlarmTypeDef"]:
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNames=names)
    return {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}


def _gone(logical: str, name: str) -> Iterator[Finding]:
    yield amber(
        logical,
        "it was deleted, which CloudFormation does not notice",
        f"Make it again in CloudWatch as template.yaml has it, by the name {name}",
    )


def _judged(logical: str, alarm: "MetricAlarmTypeDef") -> Iterator[Finding]:
    if alarm["StateValue"] == "ALARM":
        since = as_text(alarm["StateTransitionedTimestamp"])
        yield red(logical, f"in ALARM since {since} UTC", alarm["AlarmDescription"])
    if not alarm["ActionsEnabled"]:
        command = f"aws cloudwatch enable-alarm-actions --alarm-names {alarm['AlarmName']}"
        yield amber(logical, "its actions are disabled, so nobody is told", command)


def subscribers(sns: "SNSClient", topic: str) -> Iterator[Finding]:
    """Whether anybody is told of the alarms. ``topic`` is an ARN."""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    arns = [one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]]
    confirmed, pending = sum(arn.startswith("arn:") for arn in arns), "PendingConfirmation" in arns
    if pending:
        what = f"{confirmed} confirmed subscribers, and one that has not confirmed"
        mend = "Click the link in AWS's mail; after three days deploy AlarmEmail empty, then anew"
        yield amber(TOPIC, what, mend)
    elif not confirmed:
        mend = "Deploy with the parameter AlarmEmail, or subscribe a chat or a pager"
        yield amber(TOPIC, "nobody is told of alarms", mend)
    else:
        yield green(TOPIC, f"confirmed subscribers: {confirmed}")
