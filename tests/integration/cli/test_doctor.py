"""The doctor as a command, on a stack of its own and on the whole local stack."""

import json

import pytest

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.seven_senders.account import PRODUCTION_URL
from tests.integration.cli.conftest import CONNECTION, CommandLine, Ended

WHOLE = {"order_url": "https://shop.example/", "default_language": "de"}


def levels(ended: Ended) -> dict[str, str]:
    """The lines' levels by their subjects."""
    return {row["subject"]: row["level"] for row in json.loads(ended.out)}


def test_each_part_has_a_line_and_one_that_is_red_ends_with_1(command: CommandLine) -> None:
    command.connect("one", **WHOLE)
    command.connect("two", **WHOLE, paused=True, access_key="key_2")
    ended = command("doctor", "--json")
    assert levels(ended) == {
        "AWS": "green",
        "queue": "green",
        "dead letters": "green",
        "one: settings": "green",
        "one: access key": "green",
        "one: brakes": "green",
        "one: webhook URL": "red",
        "one: webhooks in the shop": "amber",
        "one: reconciliation": "amber",
        "two: settings": "amber",
        "two: access key": "green",
        "two: brakes": "green",
        "two: webhook URL": "red",
        "two: webhooks in the shop": "amber",
        "two: reconciliation": "amber",
    }
    assert ended.code == 1


def test_nothing_red_ends_with_0_and_a_pipe_gets_lines(command: CommandLine) -> None:
    ended = command("doctor")
    assert ended.code == 0
    assert [line.split("\t")[:2] for line in ended.out.splitlines()] == [
        ["subject", "level"],
        ["AWS", "green"],
        ["queue", "green"],
        ["dead letters", "green"],
    ]


def test_a_terminal_gets_a_table_in_which_the_lines_have_colours(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes any output for a terminal
    command.connect("one", **WHOLE)
    lines = command("doctor").out.splitlines()
    assert any("\x1b[32m" in line and "one: settings" in line for line in lines)
    assert any("\x1b[31m" in line and "one: webhook URL" in line for line in lines)


def test_one_connection_is_looked_at_beside_the_stack(command: CommandLine) -> None:
    command.connect("one", **WHOLE)
    command.connect("two", **WHOLE)
    subjects = levels(command("doctor", "one", "--json"))
    assert subjects["one: settings"] == "amber", "it shares its account with two"
    assert subjects["queue"] == "green"
    assert not [subject for subject in subjects if subject.startswith("two")]


def test_each_connection_is_told_what_is_odd_about_itself(command: CommandLine) -> None:
    command.connect("one", **WHOLE)
    command.connect("two", access_key="key_2")
    found = levels(command("doctor", "--json"))
    assert (found["one: settings"], found["two: settings"]) == ("green", "amber")


def test_settings_that_are_broken_do_not_stop_the_rest(command: CommandLine) -> None:
    command.connect("one", **WHOLE)
    command.connect("two", **WHOLE)
    name = command.stack.output("SyncingPath") + "/two"
    command.stack.ssm.put_parameter(Name=name, Value="{", Type="SecureString", Overwrite=True)
    found = levels(command("doctor", "--json"))
    assert found["two: settings"] == "red"
    assert found["one: access key"] == "green"


def test_an_order_is_made_up_on_request(command: CommandLine) -> None:
    command.connect("one", **WHOLE)
    ended = command("doctor", "one", "--try-orders", "--json")
    steps = [
        row["what"].partition(":")[0]
        for row in json.loads(ended.out)
        if row["subject"] == "one: made-up order"
    ]
    assert steps == ["create", "read", "look up", "update", "state paid", "read again", "delete"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["nobody"], 3, "there is no connection nobody"),
        (["--try-orders"], 2, "--try-orders needs a CONNECTION"),
        (["production", "--try-orders"], 2, "api-uat.sevensenders.com only"),
    ],
)
def test_what_cannot_be_done_is_said(
    command: CommandLine, words: list[str], code: int, says: str
) -> None:
    document = read_connection("production", CONNECTION | {"api_url": PRODUCTION_URL})
    command.stack.connections.save("production", document)
    ended = command("doctor", *words)
    assert (ended.code, ended.out) == (code, "")
    assert says in ended.err
