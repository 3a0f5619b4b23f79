"""What the doctor finds of a stack in AWS: CloudFormation, functions, alarms, metrics."""

from collections.abc import Generator, Iterable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from seven_senders_cli.doctor import alarms, deployment, functions, queues
from seven_senders_cli.doctor.checks import of_deployment
from seven_senders_cli.doctor.finding import Check, Finding, examine, green
from seven_senders_cli.stack import Stack
from seven_senders_local import paths
from seven_senders_local.template import Template
from tests.integration.cli.scripted_aws import REFUSED, Answer, scripted, session_of

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def lines(findings: Iterable[Finding]) -> list[str]:
    """The findings as ``level subject: what``."""
    return [f"{found.level} {found.subject}: {found.what}" for found in findings]


def stack(status: str, **others: object) -> Answer:
    whole = {"StackName": "s", "CreationTime": NOON, "StackStatus": status} | others
    return "describe_stacks", {"Stacks": [whole]}


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("CREATE_COMPLETE", "green"),
        ("UPDATE_COMPLETE", "green"),
        ("UPDATE_ROLLBACK_COMPLETE", "amber"),
        ("UPDATE_IN_PROGRESS", "amber"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "amber"),
        ("UPDATE_ROLLBACK_FAILED", "red"),
        ("UPDATE_FAILED", "red"),
        ("ROLLBACK_COMPLETE", "red"),
        ("DELETE_FAILED", "red"),
    ],
)
def test_the_stack_is_as_well_as_its_last_change_went(status: str, level: str) -> None:
    [found] = deployment.status(scripted("cloudformation", stack(status)), "s")
    assert (found.level, found.subject) == (level, "stack")
    assert found.what.startswith(f"{status}, last changed 2026-11-02 12:00:00 UTC")
    assert bool(found.mend) == (level != "green")


def test_the_last_change_of_a_stack_is_its_update() -> None:
    answer = stack("UPDATE_COMPLETE", LastUpdatedTime=NOON + timedelta(days=1))
    [found] = deployment.status(scripted("cloudformation", answer), "s")
    assert found.what == "UPDATE_COMPLETE, last changed 2026-11-03 12:00:00 UTC"


@pytest.mark.parametrize(
    ("given", "level", "says"),
    [
        ({"A", "B"}, "green", "of this version"),
        ({"A"}, "red", "lacks the outputs B: it is of an earlier version"),
        ({"A", "B", "C"}, "amber", "unknown here, C: it is of a later version"),
    ],
)
def test_the_outputs_tell_the_version(given: set[str], level: str, says: str) -> None:
    [found] = deployment.outputs(given, {"A", "B"})
    assert found.level == level
    assert says in found.what


def limits(free: int) -> Answer:
    return "get_account_settings", {
        "AccountLimit": {
            "ConcurrentExecutions": free + 100,
            "UnreservedConcurrentExecutions": free,
        }
    }


DEFAULTS = {"MaximumConcurrency": "5", "ThrottlingRate": "200"}


@pytest.mark.parametrize(
    ("parameters", "needed"),
    [
        (DEFAULTS, 5 + 10 + 1),
        ({"MaximumConcurrency": "2", "ThrottlingRate": "1"}, 2 + 1 + 1),
        ({"MaximumConcurrency": "50", "ThrottlingRate": "500"}, 50 + 25 + 1),
    ],
)
def test_a_stack_needs_executions_for_syncing_for_deliveries_and_for_the_schedule(
    parameters: dict[str, str], needed: int
) -> None:
    assert functions.needed_executions(parameters) == needed


@pytest.mark.parametrize(
    ("free", "level", "says"),
    [
        (1000, "green", "share 1000 executions, this stack needs up to 16"),
        (16, "green", "share 16"),
        (15, "amber", "from about 180 deliveries a second on some get 5xx"),
        (10, "amber", "from about 80 deliveries a second on some get 5xx"),
        (6, "red", "none is left for deliveries"),
    ],
)
def test_the_account_has_executions_to_spare_or_not(free: int, level: str, says: str) -> None:
    [found] = functions.concurrency(scripted("lambda", limits(free)), DEFAULTS)
    assert found.level == level
    assert says in found.what
    assert ("Service Quotas" in found.mend) == (level != "green")


def function(
    state: str = "Active", update: str = "Successful", reserved: int | None = None
) -> list[Answer]:
    configuration = {
        "State": state,
        "StateReason": "the layer is gone",
        "LastUpdateStatus": update,
        "LastUpdateStatusReason": "the role is gone",
    }
    concurrency = {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
    return [
        ("get_function_configuration", configuration),
        ("get_function_concurrency", concurrency),
    ]


def mapping(*states: str) -> Answer:
    return "list_event_source_mappings", {"EventSourceMappings": [{"State": s} for s in states]}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            [*function(), mapping("Enabled")],
            ["green functions: all can run, and the queue is worked"],
        ),
        ([*function(reserved=3), mapping("Updating")], ["green functions: all can run"]),
        ([*function("Pending"), mapping("Enabled")], ["amber functions: f is Pending"]),
        (
            [*function("Failed"), mapping("Enabled")],
            ["red functions: f can't start: the layer is gone"],
        ),
        (
            [*function(update="Failed"), mapping("Enabled")],
            ["red functions: the last update of f failed: the role is gone"],
        ),
        (
            [*function(reserved=0), mapping("Enabled")],
            ["red functions: f is shut off: its reserved concurrency is 0"],
        ),
        ([*function(), mapping("Disabled")], ["red functions: f gets nothing from the queue"]),
        ([*function(), mapping()], ["red functions: f gets nothing from the queue"]),
        (
            [*function("Failed", reserved=0), mapping("Disabled")],
            ["red functions: f can't", "red functions: f is shut off", "red functions: f gets"],
        ),
    ],
    ids=[
        "all is well",
        "a reserve that is not 0",
        "being made",
        "can't start",
        "an update that failed",
        "shut off",
        "a trigger that is off",
        "no trigger",
        "all that can be wrong",
    ],
)
def test_a_function_can_run_or_not(answers: list[Answer], expected: list[str]) -> None:
    found = lines(functions.look(scripted("lambda", *answers), ["f"], syncing="f"))
    assert len(found) == len(expected)
    assert all(map(str.startswith, found, expected))


def resources(*names: str) -> Any:
    summaries = [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": f"s-{name}",
            "ResourceType": "AWS::CloudWatch::Alarm"
            if name.endswith("Alarm")
            else "AWS::SNS::Topic",
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": NOON,
        }
        for name in names
    ]
    return scripted(
        "cloudformation", ("list_stack_resources", {"StackResourceSummaries": summaries})
    )


def alarm(name: str, state: str = "OK", *, actions: bool = True) -> dict[str, Any]:
    return {
        "AlarmName": f"s-{name}",
        "AlarmDescription": "Do this.",
        "ActionsEnabled": actions,
        "StateValue": state,
        "StateTransitionedTimestamp": NOON,
    }


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([alarm("OneAlarm"), alarm("TwoAlarm")], ["green alarms: none of 2 is in ALARM"]),
        (
            [alarm("OneAlarm"), alarm("TwoAlarm", "INSUFFICIENT_DATA")],
            ["green alarms: none of 2 is in ALARM"],
        ),
        (
            [alarm("OneAlarm", "ALARM"), alarm("TwoAlarm")],
            ["red OneAlarm: in ALARM since 2026-11-02 12:00:00 UTC"],
        ),
        (
            [alarm("OneAlarm"), alarm("TwoAlarm", actions=False)],
            ["amber TwoAlarm: its actions are disabled, so nobody is told"],
        ),
        (
            [alarm("OneAlarm", "ALARM", actions=False), alarm("TwoAlarm", "ALARM")],
            ["red OneAlarm: in ALARM", "amber OneAlarm: its actions", "red TwoAlarm: in ALARM"],
        ),
        ([alarm("TwoAlarm")], ["amber OneAlarm: it was deleted"]),
    ],
    ids=["all quiet", "new", "one is on", "one is shut off", "several things", "one is gone"],
)
def test_alarms_that_are_on_shut_off_or_gone_have_a_line_each(
    there: list[dict[str, Any]], expected: list[str]
) -> None:
    cloudwatch = scripted("cloudwatch", ("describe_alarms", {"MetricAlarms": there}))
    found = lines(alarms.look(resources("OneAlarm", "Topic", "TwoAlarm"), cloudwatch, "s"))
    assert len(found) == len(expected)
    assert all(map(str.startswith, found, expected))


def test_an_alarm_that_is_on_says_itself_what_to_do() -> None:
    on = [alarm("OneAlarm", "ALARM")]
    cloudwatch = scripted("cloudwatch", ("describe_alarms", {"MetricAlarms": on}))
    [found] = alarms.look(resources("OneAlarm"), cloudwatch, "s")
    assert found.mend == "Do this."


@pytest.mark.parametrize(
    ("arns", "level", "says"),
    [
        (["arn:aws:sns:eu-central-1:1:t:1"], "green", "confirmed subscribers: 1"),
        (["arn:aws:sns:eu-central-1:1:t:1", "Deleted"], "green", "confirmed subscribers: 1"),
        ([], "amber", "nobody is told"),
        (["Deleted"], "amber", "nobody is told"),
        (["PendingConfirmation"], "amber", "0 confirmed subscribers, and one that has not"),
        (
            ["arn:aws:sns:eu-central-1:1:t:1", "PendingConfirmation"],
            "amber",
            "1 confirmed subscribers, and one that has not",
        ),
    ],
)
def test_somebody_is_told_of_alarms_or_not(arns: list[str], level: str, says: str) -> None:
    subscriptions = [{"SubscriptionArn": arn} for arn in arns]
    answer = ("list_subscriptions_by_topic", {"Subscriptions": subscriptions})
    [found] = alarms.subscribers(scripted("sns", answer), "arn:aws:sns:eu-central-1:1:t")
    assert found.level == level
    assert says in found.what


@pytest.mark.parametrize(
    ("points", "age"),
    [
        ([], None),
        ([(0, 30.0)], timedelta(seconds=30)),
        ([(5, 30.0), (10, 60.0), (0, 90.0)], timedelta(seconds=60)),
    ],
    ids=["no messages", "one point", "the newest of several"],
)
def test_the_age_of_the_oldest_message_is_cloudwatchs(
    points: list[tuple[int, float]], age: timedelta | None
) -> None:
    data = [{"Timestamp": NOON + timedelta(minutes=m), "Maximum": s} for m, s in points]
    client = scripted("cloudwatch", ("get_metric_statistics", {"Datapoints": data}))
    assert queues.oldest(client, "https://sqs/1/events.fifo", NOON) == age


CHECKS = {
    "stack": lambda: deployment.status(
        scripted("cloudformation", ("describe_stacks", REFUSED)), "s"
    ),
    "concurrency": lambda: functions.concurrency(
        scripted("lambda", ("get_account_settings", REFUSED)), DEFAULTS
    ),
    "functions": lambda: functions.look(
        scripted("lambda", ("get_function_configuration", REFUSED)), ["f"], syncing="f"
    ),
    "alarms": lambda: alarms.look(
        resources("OneAlarm"), scripted("cloudwatch", ("describe_alarms", REFUSED)), "s"
    ),
    "alarm topic": lambda: alarms.subscribers(
        scripted("sns", ("list_subscriptions_by_topic", REFUSED)), "arn:aws:sns:eu-central-1:1:t"
    ),
    "queue": lambda: queues.judge_events(
        queues.count(scripted("sqs", ("get_queue_attributes", REFUSED)), "https://sqs/1/q"), None
    ),
}


def test_what_aws_refuses_to_tell_is_amber_and_stops_nothing_else() -> None:
    found = list(examine([Check(subject, look) for subject, look in CHECKS.items()]))
    assert [one.subject for one in found] == list(CHECKS)
    assert {one.level for one in found} == {"amber"}
    assert all("can't be told" in one.what and "AccessDenied" in one.what for one in found)
    assert all("docs/operating.md" in one.what for one in found)


def test_what_has_begun_is_waited_for_when_nobody_wants_the_rest() -> None:
    begun, go_on, ended = Event(), Event(), Event()

    def slow() -> Iterable[Finding]:
        begun.set()
        go_on.wait()
        ended.set()
        return []

    found = examine([Check("quick", lambda: [green("quick", "well")]), Check("slow", slow)])
    assert isinstance(found, Generator)
    next(found)
    begun.wait()
    go_on.set()
    found.close()
    assert ended.is_set()


def test_a_deployed_stack_is_asked_for_by_its_name_and_its_outputs() -> None:
    outputs = {name: f"the {name}" for name in Template.load(paths.TEMPLATE).outputs}
    names = [outputs[name] for name in sorted(outputs) if name.endswith("FunctionName")]
    whole: list[Answer] = [
        (operation, answer, {"FunctionName": name})
        for name in names
        for operation, answer, *_ in function()
    ]
    topic = {"TopicArn": outputs["AlarmTopicArn"]}
    clients = {
        "cloudformation": scripted(
            "cloudformation",
            (*stack("CREATE_COMPLETE"), {"StackName": "s"}),
            ("list_stack_resources", {"StackResourceSummaries": []}, {"StackName": "s"}),
        ),
        "cloudwatch": scripted("cloudwatch", ("describe_alarms", {"MetricAlarms": []})),
        "sns": scripted("sns", ("list_subscriptions_by_topic", {"Subscriptions": []}, topic)),
        "lambda": scripted(
            "lambda",
            *whole,
            (*mapping("Enabled"), {"FunctionName": outputs["SyncOrderFunctionName"]}),
            limits(1000),
        ),
    }
    deployed = Stack(
        name="s",
        session=session_of(clients),
        outputs=dict(sorted(outputs.items())),
        parameters=DEFAULTS,
    )
    found = lines(one for check in of_deployment(deployed) for one in check.look())
    assert [line.partition(": ")[0] for line in found] == [
        "green stack",
        "green stack",
        "green functions",
        "green concurrency",
        "green alarms",
        "amber alarm topic",
    ]
