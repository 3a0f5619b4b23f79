"""The alarms: each watches what the code or AWS really counts, and says what to do."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from seven_senders_adapter import retrying
from seven_senders_adapter.queue import EXPIRY_WARNING_AFTER, RETENTION_SECONDS
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.telemetry import HOLD_SECONDS, Telemetry
from tests.unit.template.reading import FUNCTIONS, RESOURCES, TEMPLATE, property_of, resources

type Series = tuple[str, str, frozenset[str]]
"""A metric in CloudWatch: its namespace, its name, the names of its dimensions."""

ALARMS: dict[str, Any] = {
    name: alarm["Properties"] for name, alarm in resources("AWS::CloudWatch::Alarm").items()
}
VARIABLES = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
MOST_IN_A_FIFO_QUEUE = 120_000
"""In flight, and searched for free groups: "Avoiding large message backlogs" in SQS's guide."""

OWN: Mapping[str, Callable[[Telemetry], None]] = {
    "AwsFailuresAlarm": lambda telemetry: telemetry.aws_failed(),
    "BugsAlarm": lambda telemetry: telemetry.bug("odd", ValueError()),
    "ConnectionFailuresAlarm": lambda telemetry: telemetry.connection_failed("account"),
    "NearExpiryAlarm": lambda telemetry: telemetry.near_expiry(),
}
"""What the alarms on the adapter's own metrics watch."""

QUEUE_METRIC = frozenset({"QueueName"})
STAGE_METRIC = frozenset({"ApiId", "Stage"})
OF_AWS: Mapping[str, set[Series]] = {
    # "Available CloudWatch metrics for Amazon SQS" in SQS's developer guide.
    "DeadLettersAlarm": {("AWS/SQS", "ApproximateNumberOfMessagesVisible", QUEUE_METRIC)},
    "OldestMessageAlarm": {("AWS/SQS", "ApproximateAgeOfOldestMessage", QUEUE_METRIC)},
    "QueueFillsUpAlarm": {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", QUEUE_METRIC),
        ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", QUEUE_METRIC),
    },
    # "Working with metrics for HTTP APIs" in API Gateway's developer guide. That throttled requests
    # count as errors of the client stands under "Recommended alarms" in CloudWatch's guide.
    "DeliveriesRefusedAlarm": {("AWS/ApiGateway", "4xx", STAGE_METRIC)},
    "DeliveriesFailedAlarm": {("AWS/ApiGateway", "5xx", STAGE_METRIC)},
    # "Types of metrics for Lambda functions" in Lambda's developer guide.
    "FunctionErrorsAlarm": {("AWS/Lambda", "Errors", frozenset({"FunctionName"}))},
}
"""What the others watch, and where AWS documents it."""


LASTING: Mapping[str, tuple[int, int]] = {
    "ConnectionFailuresAlarm": (2, 4),
    "AwsFailuresAlarm": (3, 6),
}
"""In how many of how many periods it must have been seen, for what may pass by itself."""


def watched_metrics(alarm: str) -> Iterator[dict[str, Any]]:
    """What an alarm watches, by itself or in an expression."""
    properties = ALARMS[alarm]
    if "MetricName" in properties:
        yield properties
    for query in properties.get("Metrics", ()):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def watched(alarm: str) -> set[Series]:
    return {
        (
            metric["Namespace"],
            metric["MetricName"],
            frozenset(dimension["Name"] for dimension in metric["Dimensions"]),
        )
        for metric in watched_metrics(alarm)
    }


def dimensions(alarm: str) -> list[dict[str, Any]]:
    """The values of an alarm's dimensions by their names, for each metric that it watches."""
    return [
        {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
        for metric in watched_metrics(alarm)
    ]


def seconds_watched(alarm: str) -> int:
    return int(ALARMS[alarm]["Period"] * ALARMS[alarm]["EvaluationPeriods"])


def written(count: Callable[[Telemetry], None], capsys: pytest.CaptureFixture[str]) -> set[Series]:
    """The series of CloudWatch that come of what is counted, from the lines that are logged."""
    telemetry = Telemetry(service="a-stack", namespace=VARIABLES["POWERTOOLS_METRICS_NAMESPACE"])
    with telemetry.about(connection="my-shop"):
        count(telemetry)
    telemetry.flush()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {
        (directive["Namespace"], metric["Name"], frozenset(names))
        for line in lines
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
        for names in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


def test_every_alarm_is_held_against_what_it_watches() -> None:
    assert ALARMS.keys() == OWN.keys() | OF_AWS.keys()


@pytest.mark.parametrize("alarm", OWN)
def test_an_alarm_watches_what_the_code_counts_for_the_whole_stack(
    alarm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watched(alarm) <= written(OWN[alarm], capsys)
    assert dimensions(alarm) == [{"service": VARIABLES["POWERTOOLS_SERVICE_NAME"]}]


def test_what_a_closed_brake_holds_back_counts_as_a_connection_that_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert watched("ConnectionFailuresAlarm") <= written(lambda t: t.held_back(), capsys)


@pytest.mark.parametrize("alarm", OF_AWS)
def test_an_alarm_watches_what_aws_documents(alarm: str) -> None:
    assert watched(alarm) == OF_AWS[alarm]


@pytest.mark.parametrize(
    ("alarm", "queue"),
    [
        ("DeadLettersAlarm", "DeadLetterQueue"),
        ("OldestMessageAlarm", "OrderEventsQueue"),
        ("QueueFillsUpAlarm", "OrderEventsQueue"),
    ],
)
def test_an_alarm_watches_its_queue(alarm: str, queue: str) -> None:
    for names in dimensions(alarm):
        assert names == {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}}


@pytest.mark.parametrize("alarm", ["DeliveriesRefusedAlarm", "DeliveriesFailedAlarm"])
def test_an_alarm_watches_the_stage_that_sam_makes(alarm: str) -> None:
    assert dimensions(alarm) == [{"ApiId": {"Ref": "WebhookApi"}, "Stage": "$default"}]
    assert "StageName" not in RESOURCES["WebhookApi"]["Properties"]


def test_an_alarm_watches_every_function() -> None:
    named = {names["FunctionName"]["Ref"] for names in dimensions("FunctionErrorsAlarm")}

    assert named == FUNCTIONS.keys()


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_tells_the_topic_and_says_what_to_do(alarm: str) -> None:
    assert ALARMS[alarm]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert 60 <= len(ALARMS[alarm]["AlarmDescription"]) <= 1024


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_takes_silence_for_health(alarm: str) -> None:
    assert ALARMS[alarm]["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_goes_off_at_once_unless_only_what_lasts_matters(alarm: str) -> None:
    periods = ALARMS[alarm]["EvaluationPeriods"]
    needed = ALARMS[alarm].get("DatapointsToAlarm", periods)

    assert (needed, periods) == LASTING.get(alarm, (1, 1))


@pytest.mark.parametrize(
    ("alarm", "comparison", "threshold"),
    [
        ("AwsFailuresAlarm", "GreaterThanThreshold", 0),
        ("BugsAlarm", "GreaterThanThreshold", 0),
        ("ConnectionFailuresAlarm", "GreaterThanThreshold", 0),
        ("DeadLettersAlarm", "GreaterThanThreshold", 0),
        ("DeliveriesFailedAlarm", "GreaterThanThreshold", 0),
        ("DeliveriesRefusedAlarm", "GreaterThanOrEqualToThreshold", 50),
        ("FunctionErrorsAlarm", "GreaterThanOrEqualToThreshold", 3),
        ("NearExpiryAlarm", "GreaterThanThreshold", 0),
        (
            "OldestMessageAlarm",
            "GreaterThanOrEqualToThreshold",
            EXPIRY_WARNING_AFTER.total_seconds(),
        ),
        ("QueueFillsUpAlarm", "GreaterThanOrEqualToThreshold", MOST_IN_A_FIFO_QUEUE / 2),
    ],
)
def test_an_alarm_goes_off(alarm: str, comparison: str, threshold: float) -> None:
    assert ALARMS[alarm]["ComparisonOperator"] == comparison
    assert ALARMS[alarm]["Threshold"] == threshold


def test_the_errors_of_all_functions_are_added_up() -> None:
    queries = {query["Id"]: query for query in ALARMS["FunctionErrorsAlarm"]["Metrics"]}
    total = queries.pop("all")

    assert total["Expression"] == " + ".join(f"FILL({name}, 0)" for name in queries)
    assert [(query["ReturnData"], query["MetricStat"]["Stat"]) for query in queries.values()] == [
        (False, "Sum")
    ] * len(queries)


def test_runs_that_all_fail_give_the_errors_that_the_alarm_needs() -> None:
    """Lambda runs what a schedule starts up to three times; what a batch left comes back."""
    watched = {
        query["MetricStat"]["Period"]
        for query in ALARMS["FunctionErrorsAlarm"]["Metrics"]
        if "MetricStat" in query
    }
    comes_back = property_of("OrderEventsQueue", "VisibilityTimeout")

    assert watched == {7200}
    assert isinstance(comes_back, int)
    assert ALARMS["FunctionErrorsAlarm"]["Threshold"] * comes_back < 7200


def test_the_queue_is_as_full_as_its_free_and_its_hidden_messages_together() -> None:
    queries = {query["Id"]: query for query in ALARMS["QueueFillsUpAlarm"]["Metrics"]}

    assert queries["all"]["Expression"] == "FILL(free, 0) + FILL(hidden, 0)"
    assert [name for name in queries if queries[name].get("ReturnData", True)] == ["all"]
    assert {
        name: query["MetricStat"]["Metric"]["MetricName"]
        for name, query in queries.items()
        if "MetricStat" in query
    } == {
        "free": "ApproximateNumberOfMessagesVisible",
        "hidden": "ApproximateNumberOfMessagesNotVisible",
    }


@pytest.mark.parametrize(
    ("alarm", "statistic"),
    [
        ("AwsFailuresAlarm", "Sum"),
        ("BugsAlarm", "Sum"),
        ("ConnectionFailuresAlarm", "Sum"),
        ("DeadLettersAlarm", "Maximum"),
        ("DeliveriesFailedAlarm", "Sum"),
        ("DeliveriesRefusedAlarm", "Sum"),
        ("NearExpiryAlarm", "Sum"),
        ("OldestMessageAlarm", "Maximum"),
    ],
)
def test_counts_are_added_up_and_levels_are_not(alarm: str, statistic: str) -> None:
    assert ALARMS[alarm]["Statistic"] == statistic


@pytest.mark.parametrize("alarm", LASTING)
def test_what_stands_still_does_not_fall_silent_between_two_looks(alarm: str) -> None:
    """Of any two periods that follow one another, one has a look."""
    longest_wait = Pace(jitter=lambda: 1.0).hold(timedelta(seconds=RETENTION_SECONDS))
    needed, periods = LASTING[alarm]

    assert periods == 2 * needed
    assert 2 * ALARMS[alarm]["Period"] > longest_wait + HOLD_SECONDS


def test_what_is_near_its_expiry_does_not_fall_silent_between_two_hourly_looks() -> None:
    (hourly,) = FUNCTIONS["RetryFailedFunction"]["Events"].values()

    assert hourly["Properties"]["Schedule"] == "rate(1 hour)"
    assert seconds_watched("NearExpiryAlarm") >= timedelta(hours=2).total_seconds()


def test_dead_letters_that_retry_failed_hides_while_it_reads_them_do_not_end_the_alarm() -> None:
    hidden = retrying.HIDDEN_SECONDS + FUNCTIONS["RetryFailedFunction"]["Timeout"]

    assert seconds_watched("DeadLettersAlarm") > hidden


def test_a_mail_is_sent_if_there_is_an_address() -> None:
    subscription = RESOURCES["AlarmEmailSubscription"]
    given = TEMPLATE["Conditions"][subscription["Condition"]]

    assert given == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}
    assert property_of("AlarmEmailSubscription", "TopicArn.Ref") == "AlarmTopic"
    assert property_of("AlarmEmailSubscription", "Endpoint.Ref") == "AlarmEmail"
    assert property_of("AlarmEmailSubscription", "Protocol") == "email"
