import runpy
from dataclasses import fields
from typing import Any

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it ships no types

from functions.reconcile_orders.app import SPARE_MS
from seven_senders_adapter import aws
from seven_senders_adapter.connections.receiving import PATIENCE
from seven_senders_adapter.environment import Environment
from seven_senders_adapter.queue import RETENTION_SECONDS
from tests.unit.template.reading import (
    FUNCTIONS,
    PROJECT,
    RESOURCES,
    TEMPLATE,
    TEMPLATE_FILE,
    property_of,
    resources,
)

LONGEST_PAUSE_OF_BOTOCORE = 1
"""Before the second attempt of a call, in seconds."""

SQS_MOST_RECEIVES = 1000
READ_BY_POWERTOOLS = {"POWERTOOLS_LOG_LEVEL"}

QUEUES = resources("AWS::SQS::Queue")
HOLD_ORDERS = sorted(QUEUES.keys() - {"ReconciliationQueue"})
LAYERS = resources("AWS::Serverless::LayerVersion")
TABLES = resources("AWS::DynamoDB::Table")

SETTINGS = [
    ("OrderEventsQueue", "RedrivePolicy.maxReceiveCount", SQS_MOST_RECEIVES),
    (
        "OrderEventsQueue",
        "RedrivePolicy.deadLetterTargetArn.Fn::GetAtt",
        ["DeadLetterQueue", "Arn"],
    ),
    ("LedgerTable", "BillingMode", "PAY_PER_REQUEST"),
    ("LedgerTable", "KeySchema", [{"AttributeName": "pk", "KeyType": "HASH"}]),
    ("LedgerTable", "TimeToLiveSpecification", {"AttributeName": "expires_at", "Enabled": True}),
    ("LedgerTable", "SSESpecification.SSEEnabled", True),
    ("LedgerTable", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", True),
    ("SyncOrderFunction", "Events.OrderEvents.Properties.BatchSize", 10),
    (
        "SyncOrderFunction",
        "Events.OrderEvents.Properties.FunctionResponseTypes",
        ["ReportBatchItemFailures"],
    ),
    (
        "SyncOrderFunction",
        "Events.OrderEvents.Properties.ScalingConfig.MaximumConcurrency.Ref",
        "MaximumConcurrency",
    ),
    ("ReconcileOrdersFunction", "Events.Turns.Properties.BatchSize", 1),
    ("ReconcileOrdersFunction", "Events.Turns.Properties.ScalingConfig.MaximumConcurrency", 2),
    ("ReceiveWebhookFunction", "Events.Delivery.Properties.Method", "POST"),
    ("ReceiveWebhookFunction", "Events.Delivery.Properties.Path", "/webhooks/{connection}"),
    ("WebhookApi", "DefaultRouteSettings.ThrottlingRateLimit.Ref", "ThrottlingRate"),
    ("WebhookApi", "DefaultRouteSettings.ThrottlingBurstLimit.Ref", "ThrottlingBurst"),
    ("Logs", "RetentionInDays.Ref", "LogRetentionDays"),
]


def test_cfn_lint_finds_nothing() -> None:
    assert lint_file(TEMPLATE_FILE) == []


@pytest.mark.parametrize(("resource", "path", "value"), SETTINGS)
def test_a_resource_is_set_up_as_intended(resource: str, path: str, value: object) -> None:
    assert property_of(resource, path) == value


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("FifoQueue", True, id="keeps an order's events in turn"),
        pytest.param("DeduplicationScope", "messageGroup", id="has high throughput"),
        pytest.param("FifoThroughputLimit", "perMessageGroupId", id="also has high throughput"),
        pytest.param("SqsManagedSseEnabled", True, id="is encrypted"),
    ],
)
def test_every_queue(queue: str, name: str, value: object) -> None:
    assert property_of(queue, name) == value


@pytest.mark.parametrize("queue", HOLD_ORDERS)
def test_a_queue_that_holds_orders_keeps_them_for_14_days(queue: str) -> None:
    assert property_of(queue, "MessageRetentionPeriod") == RETENTION_SECONDS


@pytest.mark.parametrize("resource", [*HOLD_ORDERS, *TABLES])
def test_what_holds_orders_outlives_the_stack(resource: str) -> None:
    assert RESOURCES[resource]["DeletionPolicy"] == "Retain"
    assert RESOURCES[resource]["UpdateReplacePolicy"] == "Retain"


def test_a_message_stays_hidden_for_six_times_as_long_as_the_function_may_take() -> None:
    hidden = property_of("OrderEventsQueue", "VisibilityTimeout")

    assert hidden == 6 * FUNCTIONS["SyncOrderFunction"]["Timeout"]


def test_a_connections_turn_is_hidden_for_longer_than_its_round_may_take() -> None:
    function = FUNCTIONS["ReconcileOrdersFunction"]

    assert property_of("ReconciliationQueue", "VisibilityTimeout") > function["Timeout"]
    assert function["Timeout"] * 1000 > 2 * SPARE_MS


def test_a_turn_that_nobody_took_is_gone_after_some_more_have_come() -> None:
    schedule = property_of("ReconcileOrdersFunction", "Events.EveryQuarterOfAnHour.Properties")

    assert schedule == {"Schedule": "rate(15 minutes)"}
    assert property_of("ReconciliationQueue", "MessageRetentionPeriod") == 4 * 15 * 60


def test_the_receiver_can_still_answer_when_ssm_and_sqs_hang() -> None:
    function = FUNCTIONS["ReceiveWebhookFunction"]
    last_load = PATIENCE.total_seconds() + longest_call(aws.SINGLE_ATTEMPT)

    assert last_load + longest_call(aws.CONFIG) < function["Timeout"]


def longest_call(config: Any) -> float:
    """How long boto3 tries one call at most, in seconds."""
    attempts: int = config.retries["total_max_attempts"]
    a_try = config.connect_timeout + config.read_timeout
    return float(attempts * a_try + (attempts - 1) * LONGEST_PAUSE_OF_BOTOCORE)


def test_no_concurrency_is_reserved_because_a_new_account_has_none_to_spare() -> None:
    assert not [name for name in FUNCTIONS if "ReservedConcurrentExecutions" in FUNCTIONS[name]]


def test_maximum_concurrency_is_one_that_sqs_takes() -> None:
    parameter = TEMPLATE["Parameters"]["MaximumConcurrency"]

    assert 2 <= parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"] <= 1000


@pytest.mark.parametrize("parameter", TEMPLATE["Parameters"])
def test_a_parameter_has_a_default_and_a_description(parameter: str) -> None:
    assert {"Default", "Description"} <= TEMPLATE["Parameters"][parameter].keys()


def test_failures_are_indexed_by_connection_and_time_and_orders_by_their_number() -> None:
    indexes = RESOURCES["LedgerTable"]["Properties"]["GlobalSecondaryIndexes"]
    keys = {
        index["IndexName"]: {key["AttributeName"]: key["KeyType"] for key in index["KeySchema"]}
        for index in indexes
    }

    assert keys == {
        "failures": {"connection": "HASH", "failed_at": "RANGE"},
        "numbers": {"number": "HASH"},
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_given_the_environment_that_it_reads(function: str) -> None:
    shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    given = {*shared, *FUNCTIONS[function]["Environment"]["Variables"]}
    app = runpy.run_path(str(PROJECT / FUNCTIONS[function]["CodeUri"] / "app.py"))
    (form,) = (value for value in app.values() if _is_form(value))

    assert given == {field.name.upper() for field in fields(form)} | READ_BY_POWERTOOLS
    assert callable(app["handler"])


def _is_form(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Environment) and value is not Environment


def test_all_functions_run_on_arm64_and_python_3_13_with_both_layers() -> None:
    shared = TEMPLATE["Globals"]["Function"]

    assert shared["Architectures"] == ["arm64"]
    assert shared["Runtime"] == "python3.13"
    assert [layer["Ref"] for layer in shared["Layers"]] == list(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_built_by_the_makefile_in_its_folder(layer: str) -> None:
    makefile = PROJECT / str(property_of(layer, "ContentUri")) / "Makefile"

    assert RESOURCES[layer]["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": "arm64"}
    assert f"\nbuild-{layer}:" in makefile.read_text()
