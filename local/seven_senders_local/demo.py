"""Sends the deliveries in ``events/`` to a local stack and shows what comes of them.

``python -m seven_senders_local.demo`` exits 0 only if every delivery and every order at Seven
Senders is as ``events/expected.json`` says.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Timer
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

import boto3
import requests
import yaml
from rich.console import Console
from rich.progress import Progress, track

from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Table as LedgerTable
from seven_senders_local import report
from seven_senders_local.events import CONNECTIONS_FILE, load_events, sign
from seven_senders_local.outcome import (
    Arrival,
    Evidence,
    OrderName,
    Timeline,
    fates,
    load_arrivals,
    load_expected,
    shop_order,
    surprises,
    timelines,
)

STACK: Sequence[str] = (
    sys.executable,
    "-c",
    "from seven_senders_cli.app import app; app()",
    "local",
    "--port",
    "0",
    "--connections",
    str(CONNECTIONS_FILE),
)
_START_SECONDS = 60
_WORK_SECONDS = 90
_END_SECONDS = 10
_ANSWER_SECONDS = 30
_LOOK_EVERY = 0.1
_PLAIN_WIDTH = 140


class DemoFailed(Exception):
    """The demonstration could not be brought to its end: why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running local stack, its connections' settings, and where progress is shown."""

    url: str
    session: requests.Session
    connections: Mapping[str, Any]
    console: Console

    def get(self, url: str) -> Any:
        """What a page of the stack shows."""
        answer = self.session.get(url, timeout=_ANSWER_SECONDS)
        answer.raise_for_status()
        return answer.json()


def main() -> NoReturn:
    """Run the demonstration and exit."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        agrees = run(console)
    except (DemoFailed, requests.RequestException) as error:
        console.print(f"The demonstration failed: {error}", style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Stopped.")
        sys.exit(1)
    sys.exit(0 if agrees else 1)


def run(console: Console) -> bool:
    """Play it all; whether everything came out as expected. Raises DemoFailed."""
    now = datetime.now(UTC)
    arrivals = load_arrivals(load_events())
    expected = load_expected(now)
    connections = yaml.safe_load(CONNECTIONS_FILE.read_text(encoding="utf-8"))
    console.print("Starting the local stack ...")
    with local_stack() as url, requests.Session() as session:
        stage = Stage(url=url, session=session, connections=connections, console=console)
        answers = deliver(stage, arrivals, now)
        wait_until_idle(stage)
        evidence, remote = _look(stage, arrivals, answers)
    became = fates(arrivals, evidence, expected.deliveries)
    odd = surprises(arrivals, evidence, expected.deliveries)
    report.show_deliveries(console, became)
    report.show_orders(console, expected.orders, remote)
    return report.show_verdict(console, became, expected.orders, remote, odd)


@contextmanager
def local_stack(command: Sequence[str] = STACK) -> Iterator[str]:
    """A local stack in a process of its own, by its URL; gone at the end. Raises DemoFailed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 - the project's own command
            command, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield _ready_url(process, log)
        finally:
            _end(process)


def _ready_url(process: "subprocess.Popen[str]", log: IO[str]) -> str:
    if process.stdout is None:
        raise DemoFailed("the local stack has no output")
    impatience = Timer(_START_SECONDS, process.kill)
    impatience.start()
    try:
        for line in process.stdout:
            word, _, url = line.strip().partition(" ")
            if word == "ready":
                return url
    finally:
        impatience.cancel()
    log.seek(0)
    raise DemoFailed(f"the local stack did not start within {_START_SECONDS} s\n{log.read()}")


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def deliver(stage: Stage, arrivals: Sequence[Arrival], now: datetime) -> list[int]:
    """Send the deliveries one after another, as they arrive; the statuses of the answers."""
    answers = []
    console = stage.console
    for arrival in track(
        arrivals, "Delivering", console=console, disable=not console.is_terminal, transient=True
    ):
        event = arrival.event
        secret = stage.connections[event.connection]["webhook_secrets"][0]
        delivery = sign(event, secret=secret, now=now)
        answer = stage.session.post(
            f"{stage.url}/webhooks/{event.connection}",
            data=delivery.body,
            headers=delivery.headers,
            timeout=_ANSWER_SECONDS,
        )
        answers.append(answer.status_code)
    console.print(f"{len(answers)} deliveries sent, late ones and repeated ones among them.")
    return answers


def wait_until_idle(stage: Stage) -> None:
    """Wait until nothing more will be sent. Raises DemoFailed if that takes too long."""
    console = stage.console
    deadline = time.monotonic() + _WORK_SECONDS
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task, most = progress.add_task("Working"), 1
        while True:
            status = stage.get(f"{stage.url}/_local/status")
            left = status["queued"] + status["in_flight"] + status["delayed"]
            if left == 0:
                return
            if time.monotonic() > deadline:
                raise DemoFailed(f"after {_WORK_SECONDS} s there is still work to do: {status}")
            most = max(most, left)
            progress.update(task, total=most, completed=most - left)
            time.sleep(_LOOK_EVERY)


def _look(
    stage: Stage, arrivals: Sequence[Arrival], answers: Sequence[int]
) -> tuple[Evidence, dict[OrderName, Timeline]]:
    """What the ledger, the dead letters and the sandbox tell."""
    aws = stage.get(f"{stage.url}/_local/aws")
    client = boto3.client(
        "dynamodb",
        endpoint_url=aws["endpoint"],
        region_name=aws["region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator takes any
    )
    ledger = Orders(table=LedgerTable(client=client, name=aws["table"]))
    names = {shop_order(arrival.event) for arrival in arrivals}
    records = {name: record for name in names if (record := ledger.load(*name)) is not None}
    evidence = Evidence(
        answers=answers,
        histories={
            name: [(line.what, line.detail) for line in record.history]
            for name, record in records.items()
        },
        dead=frozenset(
            ((letter["connection"], letter["order"]), letter["reason"])
            for letter in stage.get(f"{stage.url}/_local/dead")
        ),
    )
    sandbox = urlsplit(aws["api_url"])
    orders = stage.get(f"{sandbox.scheme}://{sandbox.netloc}/_sandbox/orders")
    keys = {name: settings["access_key"] for name, settings in stage.connections.items()}
    return evidence, timelines(orders, keys)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
