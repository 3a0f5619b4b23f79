"""What all commands have in common: how they print, and how they end."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from seven_senders_cli.app import app
from seven_senders_cli.screen import as_text
from seven_senders_local.played_shops.loopback import Loopback, Said
from tests.integration.cli.conftest import CommandLine


def test_a_pipe_gets_lines_with_tabs(command: CommandLine) -> None:
    command.connect("one")
    command.connect("two", paused=True)
    ended = command("connections", "list")
    url = command.stack.api_url
    assert ended.out.splitlines() == [
        "connection\tplatform\tapi_url\torder_id_prefix\tshop_api\tpaused",
        f"one\tshopify\t{url}\t\tno\tno",
        f"two\tshopify\t{url}\t\tno\tyes",
    ]


def test_a_script_gets_json(command: CommandLine) -> None:
    command.connect("one")
    [row] = json.loads(command("connections", "list", "--json").out)
    assert (row["connection"], row["paused"]) == ("one", False)


def test_nothing_to_show_is_said_aside(command: CommandLine) -> None:
    ended = command("connections", "list")
    assert (ended.code, ended.out) == (0, "")
    assert "seven-senders connect" in ended.err
    assert json.loads(command("connections", "list", "--json").out) == []


@pytest.mark.parametrize(
    ("variables", "code", "says"),
    [
        ({"SEVEN_SENDERS_STACK": "none"}, 3, "there is no stack none in eu-central-1"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, 1, "AWS can't be reached"),
        ({"AWS_ENDPOINT_URL": "nonsense"}, 1, "check AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:99999"}, 1, "check AWS_ENDPOINT_URL"),
        ({"AWS_DEFAULT_REGION": "no region!"}, 1, "region_name 'no region!'"),
        ({"AWS_DEFAULT_REGION": None, "AWS_REGION": None}, 1, "set AWS_DEFAULT_REGION"),
        ({"AWS_PROFILE": "none"}, 1, "AWS_PROFILE"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_EC2_METADATA_DISABLED": "true"}, 1, "set AWS_PROFILE"),
    ],
)
def test_what_is_expected_to_go_wrong_is_one_line_that_says_what_to_do(
    command: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str | None],
    code: int,
    says: str,
) -> None:
    for name, value in variables.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
    ended = command("connections", "list")
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("seven-senders: ")
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


def commands(group: Any, *words: str) -> Iterator[tuple[str, str | None]]:
    """The names of all commands with what stands at the end of their help."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *words, name)
        else:
            yield " ".join((*words, name)), command.epilog


def test_the_help_of_every_command_has_an_example_of_it() -> None:
    for name, epilog in commands(get_command(app)):
        assert epilog, name
        assert epilog.startswith(f"Example: seven-senders {name}")


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<html>Log in</html>"), (200, ""), (503, "down"), (200, "<x>")],
    ids=["a page", "nothing", "an error that is no XML", "half a page"],
)
def test_an_answer_that_is_not_of_aws_is_one_line_too(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, status: int, body: str
) -> None:
    with Loopback(lambda _: Said(status=status, page=body)) as other:
        monkeypatch.setenv("AWS_ENDPOINT_URL", other.url)
        ended = command("connections", "list")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("seven-senders: ")
    assert "AWS_ENDPOINT_URL" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("steering", ["\x1b[2J", "\x9b2J", "\x07", "\u202e"])
def test_what_steers_a_terminal_is_left_out(command: CommandLine, steering: str) -> None:
    ended = command("orders", "show", f"10{steering}01", "--offline")
    assert ended.code == 3
    assert steering[0] not in ended.err
    assert steering[0] not in as_text(f"a tag with {steering}")
