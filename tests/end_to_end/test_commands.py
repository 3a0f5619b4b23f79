"""The command line on the local stack, as its users have it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seven_senders_cli.app import app
from tests.end_to_end.driving import Driver, order, wait_for


@pytest.fixture(autouse=True)
def _reached(stack: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = stack.local("aws")
    for name, value in {
        "AWS_ENDPOINT_URL": aws["endpoint"],
        "AWS_DEFAULT_REGION": aws["region"],
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }.items():
        monkeypatch.setenv(name, value)


def run(*words: str) -> str:
    """What a command prints."""
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 0, ended.stderr
    return ended.stdout


def test_an_event_that_is_sent_is_worked_and_its_log_lines_can_be_asked_for(
    stack: Driver, tmp_path: Path
) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order(4001, paid=True)), "utf-8")
    assert f"{stack.url}/webhooks/shop took it" in run("send-event", str(file))
    stack.wait_until_quiet()

    def calls() -> list[str]:
        lines = json.loads(run("logs", "#4001", "--json"))
        assert {(line["connection"], line["order"]) for line in lines} <= {("shop", "4001")}
        return [line["details"]["operation"] for line in lines if "API" in line["message"]]

    wait_for(lambda: {"create_order", "add_state"} <= set(calls()))
