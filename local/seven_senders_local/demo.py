"""Sends the deliveries in ``events/`` to a local stack and shows what comes of them.

Some are lost on their way. What they would have told is asked of the shops, stand-ins as well.

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
from pathlib import Path
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
from seven_senders_local.demo_shops import DemoShops
from seven_senders_local.events import CONNECTIONS_FILE, Event, load_events, sign
from seven_senders_local.outcome import (
    Arrival,
    Evidence,
    Expected,
    OrderName,
    Timeline,
    differing,
    fates,
    load_arrivals,
    load_expected,
    shop_order,
    surprises,
    timelines,
    unexplained,
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
        """What a page shows."""
        return self._ask("GET", url)

    def post(self, url: str) -> Any:
        """What a page answers that does something."""
        return self._ask("POST", url)

    def _ask(self, method: str, url: str) -> Any:
        answer = self.session.request(method, url, timeout=_ANSWER_SECONDS)
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
    events = load_events()
    arrivals = load_arrivals(events)
    expected = load_expected(now)
    connections = yaml.safe_load(CONNECTIONS_FILE.read_text(encoding="utf-8"))
    shops = DemoShops(connections)
    shops.stock(events.values(), expected.deliveries, now)
    console.print("Starting the local stack ...")
    with (
        shops.served() as file,
        local_stack(stack_command(file)) as url,
        requests.Session() as session,
    ):
        stage = Stage(url=url, session=session, connections=connections, console=console)
        answers = deliver(stage, arrivals, now)
        wait_until_idle(stage)
        missing = _show_missing(stage, expected)
        _reconcile(stage, shops)
        evidence, remote = _look(stage, arrivals, answers), _at_seven_senders(stage)
    became = fates(arrivals, evidence, expected.deliveries)
    odd = surprises(arrivals, evidence, expected.deliveries) + unexplained(missing, arrivals)
    report.show_deliveries(console, became)
    report.show_orders(console, expected.orders, remote)
    return report.show_verdict(console, became, expected.orders, remote, odd)


def stack_command(connections: Path) -> list[str]:
    """What starts a local stack that reconciles each change at once."""
    return [
        *(sys.executable, "-c", "from seven_senders_cli.app import app; app()", "local"),
        *("--port", "0", "--connections", str(connections), "--reconciliation-delay", "0"),
    ]


@contextmanager
def local_stack(command: Sequence[str]) -> Iterator[str]:
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


def deliver(stage: Stage, arrivals: Sequence[Arrival], now: datetime) -> list[int | None]:
    """Send the deliveries one after another, as they arrive, but for those that are lost.

    The statuses of the answers, ``None`` for a lost one.
    """
    console = stage.console
    answers = [
        None if arrival.lost else _send(stage, arrival.event, now)
        for arrival in track(
            arrivals, "Delivering", console=console, disable=not console.is_terminal, transient=True
        )
    ]
    lost = answers.count(None)
    console.print(
        f"{len(answers) - lost} deliveries sent, late ones and repeated ones among them."
        f" {lost} more were lost."
    )
    return answers


def _send(stage: Stage, event: Event, now: datetime) -> int:
    secret = stage.connections[event.connection]["webhook_secrets"][0]
    delivery = sign(event, secret=secret, now=now)
    answer = stage.session.post(
        f"{stage.url}/webhooks/{event.connection}",
        data=delivery.body,
        headers=delivery.headers,
        timeout=_ANSWER_SECONDS,
    )
    return answer.status_code


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


def _show_missing(stage: Stage, expected: Expected) -> list[OrderName]:
    """Show what Seven Senders lacks, as nothing told of it; the orders."""
    seen = _at_seven_senders(stage)
    missing = differing(expected.orders, seen)
    report.show_orders(
        stage.console,
        {name: expected.orders[name] for name in missing if name in expected.orders},
        {name: seen[name] for name in missing if name in seen},
        title="What Seven Senders lacks, as the deliveries that were lost did not tell it",
    )
    return missing


def _reconcile(stage: Stage, shops: DemoShops) -> None:
    """Have the shops asked for what has changed, and what is found brought in."""
    console = stage.console
    console.print("Asking the shops for what has changed ...")
    stage.post(f"{stage.url}/_local/reconcile")
    wait_until_idle(stage)
    console.print(
        f"Reconciled. {shops.webhooks} webhooks that the shops lacked are registered too."
    )


def _look(stage: Stage, arrivals: Sequence[Arrival], answers: Sequence[int | None]) -> Evidence:
    """What the ledger and the dead letters tell."""
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
    return Evidence(
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


def _at_seven_senders(stage: Stage) -> dict[OrderName, Timeline]:
    """What the sandbox has."""
    sandbox = urlsplit(stage.get(f"{stage.url}/_local/aws")["api_url"])
    orders = stage.get(f"{sandbox.scheme}://{sandbox.netloc}/_sandbox/orders")
    keys = {name: settings["access_key"] for name, settings in stage.connections.items()}
    return timelines(orders, keys)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
