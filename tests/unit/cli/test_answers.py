"""Where answers come from, and that a secret is not seen while a person types it."""

import io
import subprocess
import sys
import threading
from collections.abc import Sequence

import pytest

from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_cli.answers import Answers
from seven_senders_cli.failing import Failed


def answers(*lines: str, **variables: str) -> Answers:
    environment = {f"SEVEN_SENDERS_{name.upper()}": value for name, value in variables.items()}
    return Answers(environment, io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_variable_goes_first_and_takes_no_line() -> None:
    given = answers("line", first="variable")
    assert given.text("first", "?") == "variable"
    assert given.text("second", "?") == "line"


@pytest.mark.parametrize("lines", [("",), ("  ",), ()], ids=["empty", "blank", "missing"])
def test_no_answer_means_the_default(lines: Sequence[str]) -> None:
    assert answers(*lines).text("name", "?", default="usual") == "usual"
    assert answers(*lines).secret("name", "?", default="made") == "made"
    assert not answers(*lines).agrees("name", "?")


def test_an_empty_variable_means_the_default_and_takes_no_line() -> None:
    given = answers("line", first="")
    assert given.text("first", "?", default="usual") == "usual"
    assert given.text("second", "?") == "line"


def test_a_secret_without_a_default_is_needed() -> None:
    with pytest.raises(Failed, match="access_key is missing: set SEVEN_SENDERS_ACCESS_KEY"):
        answers().secret("access_key", "?")


@pytest.mark.parametrize(
    ("line", "agreed"), [("y", True), ("YES", True), ("true", True), ("n", False), ("No", False)]
)
def test_yes_and_no_have_many_forms(line: str, *, agreed: bool) -> None:
    assert answers(line).agrees("name", "?") is agreed


def test_an_answer_that_cannot_be_used_is_told_by_its_variable() -> None:
    def check(answer: str) -> None:
        raise InvalidConnection(f"expected anything but {answer}")

    with pytest.raises(Failed, match="SEVEN_SENDERS_NAME: expected anything but this"):
        answers("this").text("name", "?", check=check)


ASKING = """
import signal

from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_cli.answers import Answers

def check(answer):
    if answer != "de":
        raise InvalidConnection("expected de")

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
try:
    answers = Answers({})
    secret = answers.secret("access_key", "Access key")
    language = answers.text("language", "Language", check=check)
    print(f"<{len(secret)} {language} {answers.agrees('change_over', 'Change-over?')}>")
    answers.text("more", "More")
except KeyboardInterrupt:
    print("<interrupted>")
"""


IN_A_TERMINAL = "import pty, sys; pty.spawn([sys.executable, '-c', sys.argv[1]])"


def typed(*answers: tuple[bytes, bytes]) -> str:
    """What a terminal shows while somebody answers: each question's end, and what is typed."""
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, ASKING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    ) as process:
        assert process.stdin
        assert process.stdout
        patience = threading.Timer(20, process.kill)
        patience.start()
        shown = b""
        for question, answer in answers:
            while not shown.endswith(question) and (piece := process.stdout.read(1)):
                shown += piece
            process.stdin.write(answer)
            shown += process.stdout.read(1)
        shown += process.stdout.read()
        patience.cancel()
    return shown.decode()


def test_a_terminal_hides_secrets_asks_again_and_ends_at_ctrl_c() -> None:
    shown = typed(
        (b"Access key: ", b"\n"),
        (b"Access key: ", b"very-secret\n"),
        (b"Language: ", b"fr\n"),
        (b"Language: ", b"de\n"),
        (b"[y/N]: ", b"y\n"),
        # Python sees a Ctrl-C that comes before it waits for keys only with the next key.
        (b"More: ", b"\x03\n"),
    )
    assert "very-secret" not in shown
    assert "An answer is needed." in shown
    assert "expected de" in shown
    assert "<11 de True>" in shown
    assert "<interrupted>" in shown
