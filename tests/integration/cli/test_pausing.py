"""``pause`` and ``resume``: one setting of a connection, written and explained."""

import json

import pytest

from tests.integration.cli.conftest import CommandLine


def test_a_pause_is_written_and_says_how_long_events_wait(command: CommandLine) -> None:
    command.connect("shop", order_url="https://shop.example/")
    ended = command("pause", "shop")
    assert ended.code == 0, ended.err
    assert "paused within 60 s" in ended.out
    assert "at most 14 days" in ended.out
    document = command.stack.connections.load("shop")
    assert (document.paused, document.order_url) == (True, "https://shop.example/")


def test_resuming_says_when_what_has_waited_follows(command: CommandLine) -> None:
    command.connect("shop", paused=True)
    ended = command("resume", "shop")
    assert ended.code == 0, ended.err
    assert "30 minutes from now at the latest" in ended.out
    assert not command.stack.connections.load("shop").paused


@pytest.mark.parametrize("paused", [True, False])
def test_once_more_changes_nothing(command: CommandLine, paused: bool) -> None:
    command.connect("shop", paused=paused)
    ended = command("pause" if paused else "resume", "shop", "--json")
    answer = json.loads(ended.out)
    assert isinstance(answer.pop("waiting"), int)
    assert answer == {"connection": "shop", "paused": paused, "was_paused": paused}


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_a_connection_that_there_is_not_is_not_found(command: CommandLine, what: str) -> None:
    ended = command(what, "none")
    assert (ended.code, ended.out) == (3, "")
    assert "there is no connection none" in ended.err
