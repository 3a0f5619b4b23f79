"""Where answers come from: the environment, else a person at a terminal, else standard input."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import typer

from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_cli.failing import Exit, Failed

PREFIX = "SEVEN_SENDERS_"

type Check = Callable[[str], object]
"""Raises InvalidConnection for an answer that can't be used."""

_YES, _NO = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0", ""})


class Answers:
    """Each question has a name: its variable is ``SEVEN_SENDERS_`` and that in upper case.

    Without a terminal one line of standard input answers each question that no variable answers,
    in the order in which they are asked. An empty answer means the default, and so do lines
    that are missing.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, lines: TextIO | None = None
    ) -> None:
        self._environment = environment
        self._lines = lines or sys.stdin

    def text(self, name: str, question: str, *, default: str = "", check: Check = str) -> str:
        """An answer that may be shown. Raises Failed if it can't be used."""
        return self._answer(name, question, check, default=default, show_default=bool(default))

    def secret(self, name: str, question: str, *, default: str | None = None) -> str:
        """An answer that is never shown; needed, unless there is a default. Raises Failed."""
        answer = self._answer(
            name, question, str, default=default, show_default=False, hide_input=True
        )
        if not answer:
            raise Failed(
                f"{name} is missing: set {_variable(name)}, or give it on standard input",
                code=Exit.WRONG_INPUT,
            )
        return answer

    def agrees(self, name: str, question: str) -> bool:
        """Whether the answer is yes; no is the default. Raises Failed for anything else."""
        answer = self._answer(name, f"{question} [y/N]", _is_yes, default="").lower()
        return answer in _YES

    def _answer(self, name: str, question: str, check: Check, **prompt: Any) -> str:
        given = self._environment.get(_variable(name))
        if given is None and self._lines.isatty():
            return _prompted(question, check, {"show_default": False, **prompt})
        answer = (self._lines.readline() if given is None else given).strip()
        try:
            check(answer)
        except InvalidConnection as error:
            raise Failed(f"{_variable(name)}: {error}", code=Exit.WRONG_INPUT) from None
        return answer or prompt["default"] or ""


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _is_yes(answer: str) -> None:
    if answer.lower() not in _YES | _NO:
        raise InvalidConnection("expected yes or no")


def _prompted(question: str, check: Check, prompt: Mapping[str, Any]) -> str:
    is_needed = prompt["default"] is None

    def checked(answer: str) -> str:
        try:
            check(answer.strip())
        except InvalidConnection as error:
            raise typer.BadParameter(str(error)) from None
        return answer.strip()

    options = {**prompt, "default": "" if is_needed else prompt["default"], "value_proc": checked}
    answer = _typed(question, options)
    while is_needed and not answer:
        typer.echo("An answer is needed.", err=True)
        answer = _typed(question, options)
    return answer


def _typed(question: str, options: Mapping[str, Any]) -> str:
    try:
        return str(typer.prompt(question, err=True, **options))
    except typer.Abort:
        raise KeyboardInterrupt from None
