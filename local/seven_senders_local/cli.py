"""The command-line program ``seven-senders``."""

import logging
import signal
import sys
from pathlib import Path
from threading import Event
from typing import Annotated

_INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended (source: shells)."""

try:
    import boto3
    import typer
    from botocore.exceptions import BotoCoreError, ClientError

    from seven_senders_adapter.connections.rules import InvalidConnection
    from seven_senders_local import stack
    from seven_senders_local.connections import put, read_file
    from seven_senders_local.processes import StartFailed
    from seven_senders_local.workers import FunctionFailed
except KeyboardInterrupt:  # these take a third of a second to load
    sys.exit(_INTERRUPTED)

app = typer.Typer(
    help="Brings the orders of shops to Seven Senders.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConnectionsFile = Annotated[
    Path, typer.Option("--connections", help="YAML: {name: {platform: ..., access_key: ..., ...}}")
]


class _Ended(BaseException):
    """SIGINT or SIGTERM came."""


@app.command()
def local(
    connections: ConnectionsFile,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")],
    api_url: Annotated[
        str | None,
        typer.Option(help="Base URL of a Seven Senders API; by default a sandbox is started."),
    ] = None,
    retry_base: Annotated[
        float, typer.Option(min=0.01, max=3600, help="Seconds; scales all that waits.")
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
        verbose=verbose,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    try:
        with stack.running(choices) as running:
            sys.stdout.write(f"ready {running.url}\n")
            sys.stdout.flush()
            while running.alive:
                _wait_a_second()
            raise StartFailed("the emulator has ended")
    except _Ended:
        raise typer.Exit from None
    except InvalidConnection as error:
        raise _failure(str(error), code=2) from error
    except (StartFailed, FunctionFailed, OSError) as error:
        raise _failure(str(error), code=1) from error


@app.command()
def connect(
    connections: ConnectionsFile,
    stack_name: Annotated[str, typer.Option(help="The deployed stack.")] = "seven-senders",
) -> None:
    """Put the settings of connections into SSM, for a stack that is deployed in AWS."""
    try:
        documents = read_file(connections)
        [deployed] = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
        outputs = {o["OutputKey"]: o["OutputValue"] for o in deployed.get("Outputs", [])}
        put(
            documents,
            ssm=boto3.client("ssm"),
            receiving_path=outputs["ReceivingPath"],
            syncing_path=outputs["SyncingPath"],
        )
    except InvalidConnection as error:
        raise _failure(str(error), code=2) from error
    except (ClientError, BotoCoreError) as error:
        raise _failure(str(error), code=1) from error
    typer.echo(f"connected {', '.join(documents)}; in force within a minute")


def _end(*_: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise _Ended


def _wait_a_second() -> None:
    Event().wait(1)


def _failure(message: str, *, code: int) -> typer.Exit:
    typer.echo(f"seven-senders: {message}", err=True)
    return typer.Exit(code)
