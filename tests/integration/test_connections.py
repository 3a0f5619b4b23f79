"""The two documents of a connection in moto's SSM."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from seven_senders_adapter import aws
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.connections.syncing import ConnectionMissing, SyncingConnections
from seven_senders_adapter.shops import SHOPS
from tests.recording import Recorder

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

SETTINGS = {"platform": "shopify", "webhook_secrets": ["whsec_1"], "access_key": "key_1"}


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator["SSMClient"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-central-1", config=aws.CONFIG)


def put(ssm: "SSMClient", name: str, text: str) -> None:
    ssm.put_parameter(Name=name, Value=text, Type="SecureString")


def test_the_receiver_loads_every_page_and_nothing_else(
    ssm: "SSMClient", capsys: pytest.CaptureFixture[str]
) -> None:
    document = read_connection("shop", SETTINGS)
    for number in range(25):
        put(ssm, f"/stack/receiving/shop-{number}", document.receiving_text())
    put(ssm, "/stack/receiving/shop-1/deeper", document.receiving_text())
    put(ssm, "/stack/syncing/secret", document.syncing_text())
    recorder = Recorder(capsys)
    connections = ReceivingConnections(
        ssm=ssm, path="/stack/receiving", platforms=SHOPS, telemetry=recorder.telemetry
    )
    found = [connections.get(f"shop-{number}") for number in range(25)]
    assert all(one and one.webhook_secrets == ("whsec_1",) for one in found)
    assert connections.get("deeper") is None
    assert connections.get("secret") is None
    assert recorder.text == ""


def test_syncing_reads_one_document_by_its_name(ssm: "SSMClient") -> None:
    put(ssm, "/stack/syncing/acme", read_connection("acme", SETTINGS).syncing_text())
    connections = SyncingConnections(ssm=ssm, path="/stack/syncing")
    assert connections.get("acme").account.access_key == "key_1"
    with pytest.raises(ConnectionMissing):
        connections.get("other")
