"""The receiving function as Lambda calls it, with moto's SSM and SQS behind it."""

import json
import os
import runpy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.receive_webhook.app import ReceiveEnvironment, ReceiveWebhook
from seven_senders_adapter.environment import MissingVariables, read_environment
from seven_senders_adapter.messages import Received
from seven_senders_adapter.telemetry import HOLD
from tests.integration.fifo import create_fifo, received
from tests.unit.receiving.deliveries import PERSONAL, SECRET, as_event, shopify

APP = Path(__file__).parents[2] / "functions" / "receive_webhook" / "app.py"
type Handler = Callable[[dict[str, object], object], dict[str, Any]]


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "receive-webhook-test")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Test")
    monkeypatch.setenv("RECEIVING_PATH", "/stack/receiving")
    with mock_aws():
        monkeypatch.setenv("QUEUE_URL", create_fifo(boto3.client("sqs"), "main"))
        boto3.client("ssm").put_parameter(
            Name="/stack/receiving/acme",
            Value=json.dumps({"platform": "shopify", "webhook_secrets": [SECRET]}),
            Type="SecureString",
        )
        yield runpy.run_path(str(APP))["handler"]


def queued() -> Received:
    """The one message that was queued."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="main.fifo")["QueueUrl"]
    (message,) = received(sqs, url)
    return message


@pytest.mark.parametrize("as_base64", [False, True])
def test_an_order_is_in_the_queue_when_the_shop_is_answered(
    handler: Handler, *, as_base64: bool
) -> None:
    answer = handler(as_event(shopify(as_base64=as_base64)), None)
    assert answer["statusCode"] == 200
    message = queued()
    assert message.event().projection["number"] == "#1001"
    for personal in PERSONAL:
        assert personal not in str(message)


def test_an_unreadable_order_is_in_the_queue_too_and_nothing_of_its_body(handler: Handler) -> None:
    delivery = shopify({"id": 17, "name": "#1001", "created_at": "Erika", "email": "erika@x.de"})
    assert handler(as_event(delivery), None)["statusCode"] == 200
    message = queued()
    assert (message.group, message.raw) == ("acme/17", "{}")
    assert message.event().unreadable == "lacks created_at, updated_at"
    assert not any(value in str(message) for value in ("Erika", "erika", "#1001"))


def test_the_answer_has_the_gateways_form(handler: Handler) -> None:
    assert handler(as_event(shopify(connection="nobody")), None) == {
        "statusCode": 404,
        "headers": {"content-type": "text/plain; charset=utf-8"},
        "body": "not found",
    }


def test_a_request_without_a_body_is_not_signed(handler: Handler) -> None:
    without = as_event(shopify())
    del without["body"]
    assert handler(without, None)["statusCode"] == 401


def test_the_metrics_are_written_before_the_answer(
    handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    handler(as_event(shopify()), None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"Accepted": [1.0], "connection": "acme"}.items() <= next(
        line for line in lines if "Accepted" in line
    ).items()


@pytest.mark.usefixtures("handler")
def test_refusals_are_written_a_minute_later_although_lambda_was_frozen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Frozen, the process's own clock stands still, and the time of day goes on."""
    now = [datetime(2026, 1, 5, tzinfo=UTC)]
    function = ReceiveWebhook(
        read_environment(ReceiveEnvironment, os.environ),
        ssm=boto3.client("ssm"),
        sqs=boto3.client("sqs"),
        now=lambda: now[0],
    )
    forged = as_event(shopify(connection="nobody"))
    function(forged)
    assert capsys.readouterr().out.count('"Rejected":[1.0]') == 1
    function(forged)
    assert "Rejected" not in capsys.readouterr().out
    now[0] += HOLD
    function(forged)
    assert capsys.readouterr().out.count('"Rejected":[2.0]') == 1


def test_a_queue_that_is_gone_gives_503(handler: Handler) -> None:
    sqs = boto3.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="main.fifo")["QueueUrl"])
    assert handler(as_event(shopify()), None)["statusCode"] == 503


def test_a_missing_variable_is_named_by_the_first_call(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECEIVING_PATH")
    with pytest.raises(MissingVariables, match="RECEIVING_PATH"):
        handler(as_event(shopify()), None)
