"""The alarms: each watches what the code or AWS really counts, and says what to do."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from seven_senders_adapter import checking, dead_letter_run, telemetry
from seven_senders_adapter.queue import EXPIRY_WARNING_AFTER, RETENTION_SECONDS
from seven_senders_adapter.syncing.pace import Pace
from seven_senders_adapter.telemetry import HOLD
from tests.unit.template.emitting import emitted
from tests.unit.template.reading import (
    FUNCTIONS,
    PROJECT,
    RESOURCES,
    TEMPLATE,
    property_of,
    resources,
)
from tests.unit.template.series import NAMESPACE, Series, as_text, is_of_aws

ALARMS: dict[str, Any] = {
    name: alarm["Properties"] for name, alarm in resources("AWS::CloudWatch::Alarm").items()
}
MOST_IN_A_FIFO_QUEUE = 120_000
"""In flight, and searched for free groups: "Avoiding large message backlogs" in SQS's guide."""

SHOPIFY_WAITS_MS = 5000
SHOPIFY_TRIES_FOR = timedelta(hours=4)
WOOCOMMERCE_GIVES_UP_AFTER = 7
"""Failures in a row, after which it shuts a webhook off without a word."""

SUMS = ("FunctionErrorsAlarm", "ThrottlesAlarm")
"""The alarms on all functions together."""

SOURCES = "".join(path.read_text("utf-8") for path in (PROJECT / "layers/adapter").rglob("*.py"))

LONGEST_WAIT = Pace(jitter=lambda: 1.0).hold(timedelta(seconds=RETENTION_SECONDS))
"""Seconds between two looks at a message that waits, at most."""

STANDING_STILL = ("AwsFailuresAlarm", "ConnectionFailuresAlarm", "LoginsFailedAlarm")

LASTING: Mapping[str, tuple[int, int]] = {
    "ConnectionFailuresAlarm": (2, 4),
    "LoginsFailedAlarm": (2, 4),
    "AwsFailuresAlarm": (3, 6),
    "LagAlarm": (4, 6),
    "SlowDeliveriesAlarm": (2, 4),
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


def watched(alarm: str) -> list[Series]:
    return [
        Series(
            metric["Namespace"],
            metric["MetricName"],
            frozenset(
                (dimension["Name"], as_text(dimension["Value"]))
                for dimension in metric["Dimensions"]
            ),
        )
        for metric in watched_metrics(alarm)
    ]


def dimensions(alarm: str) -> list[dict[str, Any]]:
    """The values of an alarm's dimensions by their names, for each metric that it watches."""
    return [
        {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
        for metric in watched_metrics(alarm)
    ]


def seconds_watched(alarm: str) -> int:
    return int(ALARMS[alarm]["Period"] * ALARMS[alarm]["EvaluationPeriods"])


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_watches_what_the_functions_really_count_or_aws_documents(alarm: str) -> None:
    series = watched(alarm)

    assert series
    for each in series:
        assert each in emitted() if each.namespace == NAMESPACE else is_of_aws(each)


def test_the_functions_were_played_until_each_of_their_metrics_was_written() -> None:
    assert {series.metric for series in emitted()} == names_in_telemetry()


def names_in_telemetry() -> set[str]:
    """The names of metrics in the only place that names them."""
    source = ast.parse(inspect.getsource(telemetry))
    texts = [node.value for node in ast.walk(source) if isinstance(node, ast.Constant)]
    return {
        text for text in texts if isinstance(text, str) and re.fullmatch("([A-Z][a-z]+)+", text)
    }


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


def test_the_stage_is_the_one_that_sam_makes() -> None:
    assert "StageName" not in RESOURCES["WebhookApi"]["Properties"]


@pytest.mark.parametrize("alarm", SUMS)
def test_an_alarm_watches_every_function(alarm: str) -> None:
    named = [names["FunctionName"]["Ref"] for names in dimensions(alarm)]

    assert sorted(named) == sorted(FUNCTIONS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_tells_the_topic_and_says_what_to_do(alarm: str) -> None:
    assert ALARMS[alarm]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert 60 <= len(ALARMS[alarm]["AlarmDescription"]) <= 1024


@pytest.mark.parametrize("alarm", ALARMS)
def test_what_an_alarm_quotes_is_what_the_code_says(alarm: str) -> None:
    quoted = re.findall(r'"([a-z][^"]+)"', ALARMS[alarm]["AlarmDescription"])

    assert [text for text in quoted if text not in SOURCES] == []


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
        ("ConnectionsInTroubleAlarm", "GreaterThanThreshold", 0),
        ("DeadLettersAlarm", "GreaterThanThreshold", 0),
        ("DeliveriesFailedAlarm", "GreaterThanThreshold", 0),
        ("DeliveriesRefusedAlarm", "GreaterThanOrEqualToThreshold", 50),
        ("FunctionErrorsAlarm", "GreaterThanOrEqualToThreshold", 3),
        ("LagAlarm", "GreaterThanThreshold", timedelta(minutes=15).total_seconds()),
        ("LoginsFailedAlarm", "GreaterThanThreshold", 0),
        ("NearExpiryAlarm", "GreaterThanThreshold", 0),
        (
            "OldestMessageAlarm",
            "GreaterThanOrEqualToThreshold",
            EXPIRY_WARNING_AFTER.total_seconds(),
        ),
        ("QueueFillsUpAlarm", "GreaterThanOrEqualToThreshold", MOST_IN_A_FIFO_QUEUE / 2),
        ("SlowDeliveriesAlarm", "GreaterThanThreshold", SHOPIFY_WAITS_MS),
        ("ThrottlesAlarm", "GreaterThanThreshold", 0),
        ("WrongSignaturesAlarm", "GreaterThanOrEqualToThreshold", 3),
    ],
)
def test_an_alarm_goes_off(alarm: str, comparison: str, threshold: float) -> None:
    assert ALARMS[alarm]["ComparisonOperator"] == comparison
    assert ALARMS[alarm]["Threshold"] == threshold


@pytest.mark.parametrize("alarm", SUMS)
def test_what_befell_all_functions_is_added_up(alarm: str) -> None:
    queries = {query["Id"]: query for query in ALARMS[alarm]["Metrics"]}
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
        ("ConnectionsInTroubleAlarm", "Maximum"),
        ("DeadLettersAlarm", "Maximum"),
        ("DeliveriesFailedAlarm", "Sum"),
        ("DeliveriesRefusedAlarm", "Sum"),
        ("LagAlarm", "p95"),
        ("LoginsFailedAlarm", "Sum"),
        ("NearExpiryAlarm", "Sum"),
        ("OldestMessageAlarm", "Maximum"),
        ("SlowDeliveriesAlarm", "p90"),
        ("WebhookFaultsAlarm", "Sum"),
        ("WebhooksLostAlarm", "Sum"),
        ("WrongSignaturesAlarm", "Sum"),
    ],
)
def test_counts_are_added_up_and_levels_and_times_are_not(alarm: str, statistic: str) -> None:
    properties = ALARMS[alarm]

    assert properties.get("Statistic", properties.get("ExtendedStatistic")) == statistic


@pytest.mark.parametrize("alarm", STANDING_STILL)
def test_what_stands_still_does_not_fall_silent_between_two_looks(alarm: str) -> None:
    """Of any two periods that follow one another, one has a look."""
    needed, periods = LASTING[alarm]

    assert periods == 2 * needed
    assert 2 * ALARMS[alarm]["Period"] > LONGEST_WAIT + HOLD.total_seconds()


def test_what_follows_after_an_outage_does_not_count_as_lag_that_lasts() -> None:
    """All of it follows within the longest wait."""
    needed, _ = LASTING["LagAlarm"]
    periods_shown = LONGEST_WAIT // ALARMS["LagAlarm"]["Period"] + 1

    assert needed > periods_shown


def test_wrong_signatures_are_told_of_before_woocommerce_shuts_the_webhook_off() -> None:
    assert ALARMS["WrongSignaturesAlarm"]["Threshold"] < WOOCOMMERCE_GIVES_UP_AFTER
    assert seconds_watched("WrongSignaturesAlarm") > SHOPIFY_TRIES_FOR.total_seconds()


@pytest.mark.parametrize(
    ("alarm", "function"),
    [
        ("NearExpiryAlarm", "RetryFailedFunction"),
        ("ConnectionsInTroubleAlarm", "CheckConnectionsFunction"),
    ],
)
def test_what_an_hourly_run_counts_does_not_fall_silent_between_two_runs(
    alarm: str, function: str
) -> None:
    (hourly,) = FUNCTIONS[function]["Events"].values()

    assert hourly["Properties"]["Schedule"] == "rate(1 hour)"
    assert seconds_watched(alarm) >= timedelta(hours=2).total_seconds()


def test_the_check_looks_back_over_two_of_its_runs() -> None:
    assert timedelta(hours=2) <= checking.LOOKS_BACK


def test_dead_letters_that_retry_failed_hides_while_it_reads_them_do_not_end_the_alarm() -> None:
    hidden = dead_letter_run.HIDDEN_SECONDS + FUNCTIONS["RetryFailedFunction"]["Timeout"]

    assert seconds_watched("DeadLettersAlarm") > hidden


def test_a_mail_is_sent_if_there_is_an_address() -> None:
    subscription = RESOURCES["AlarmEmailSubscription"]
    given = TEMPLATE["Conditions"][subscription["Condition"]]

    assert given == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}
    assert property_of("AlarmEmailSubscription", "TopicArn.Ref") == "AlarmTopic"
    assert property_of("AlarmEmailSubscription", "Endpoint.Ref") == "AlarmEmail"
    assert property_of("AlarmEmailSubscription", "Protocol") == "email"
