"""``local``: the whole adapter on this machine."""

import logging
import signal
import sys
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from seven_senders_cli.failing import Failed
from seven_senders_local import stack
from seven_senders_local.processes import StartFailed
from seven_senders_local.workers import FunctionFailed


class _Ended(BaseException):
    """SIGINT or SIGTERM came."""


def local(
    connections: Annotated[
        Path,
        typer.Option("--connections", help="YAML: {name: {platform: ..., access_key: ..., ...}}"),
    ],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")],
    *,
    api_url: Annotated[
        str | None,
        typer.Option(help="Base URL of a Seven Senders API; by default a sandbox is started."),
    ] = None,
    retry_base: Annotated[
        float, typer.Option(min=0.01, max=3600, help="Seconds; scales all that waits.")
    ] = 30,
    reconciliation_delay: Annotated[
        float,
        typer.Option(
            min=0,
            max=1440,
            help="Minutes; reconciliation leaves younger changes to their webhooks.",
        ),
    ] = 30,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show the functions' log lines.")
    ] = False,
) -> None:
    """Run the template and the handlers on this machine, until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    choices = stack.Choices(
        connections=connections,
        port=port,
        api_url=api_url,
        retry_base=retry_base,
        reconciliation_delay=reconciliation_delay,
        verbose=verbose,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    try:
        with stack.running(choices) as running:
            sys.stdout.write(f"ready {running.url}\n")
            sys.stdout.flush()
            _say_how_to_ask(running)
            while running.alive:
                _wait_a_second()
            raise StartFailed("the emulator has ended")
    except _Ended:
        raise typer.Exit from None
    except (StartFailed, FunctionFailed, OSError) as error:
        raise Failed(str(error)) from error


def _say_how_to_ask(running: stack.LocalStack) -> None:
    variables = " ".join(f"{name}={value}" for name, value in running.reached_by.items())
    sys.stderr.write(f"For the other commands, in another terminal:\n  export {variables}\n")


def _end(*_: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise _Ended


def _wait_a_second() -> None:
    Event().wait(1)
