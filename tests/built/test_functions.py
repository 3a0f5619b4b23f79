"""The built functions, each in Lambda's own runtime client, with the layers at their place."""

import json
import subprocess
import sysconfig
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from seven_senders_adapter.shops import shopify
from seven_senders_local.paths import LAMBDA_RUNTIME
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.stack import RECEIVE, RECONCILE, RETRY, SYNC
from tests.built.packages import BUILT_FOR_HERE
from tests.built.process import PYTHON
from tests.built.world import ACCESS_KEY, World, delivery, world
from tests.end_to_end.driving import order

RESOURCES = yaml.safe_load((BUILT_FOR_HERE / "template.yaml").read_text("utf-8"))["Resources"]
TRIGGERS = {
    name: {event["Type"] for event in resource["Properties"]["Events"].values()}
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
SCHEDULED = sorted(name for name, triggers in TRIGGERS.items() if triggers == {"Schedule"})
SCHEDULE = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
ORIGINS = """
import app, json, sys
files = {getattr(module, "__file__", None) for module in sys.modules.values()} - {None}
print(json.dumps([sys.path, sorted(files)]))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("built")) as running:
        yield running


class Functions:
    """Runs built functions, each time in a process of its own, and keeps their log lines."""

    def __init__(self, built: World, folder: Path) -> None:
        self._built = built
        self._folder = folder

    def run(self, name: str, event: object) -> Any:
        with self._built.started(name, log=self._folder / name) as process:
            return process.api.invoke(event)

    def sync(self) -> Any:
        """Work what is queued."""
        batch = self._built.receive()
        answer = self.run(SYNC, batch)
        self._built.delete(batch)
        return answer

    def logged(self, name: str, message: str) -> list[dict[str, Any]]:
        """The log lines with this message."""
        lines = (self._folder / name).read_text("utf-8").splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if entry.get("message") == message]


@pytest.fixture
def functions(built: World, tmp_path: Path) -> Functions:
    return Functions(built, tmp_path)


def test_a_delivery_becomes_an_order_at_seven_senders(built: World, functions: Functions) -> None:
    answer = functions.run(RECEIVE, delivery(order(1001, paid=True)))
    assert answer["statusCode"] == 200
    assert functions.sync() == {"batchItemFailures": []}
    [made] = built.sandbox.account(ACCESS_KEY).named("#1001")
    assert [entry.state for entry in made.states] == ["new", "paid"]
    [queued] = functions.logged(RECEIVE, "queued")
    calls = functions.logged(SYNC, "called the API")
    assert {queued["delivery_id"]} == {call["delivery_id"] for call in calls}
    assert queued["delivery_id"] == "delivery-of-1001"


def test_a_dead_letter_goes_back_to_the_queue_when_a_person_asks(
    built: World, functions: Functions
) -> None:
    unreadable = order(1002)
    del unreadable["created_at"]
    functions.run(RECEIVE, delivery(unreadable))
    assert functions.sync() == {"batchItemFailures": []}
    asked = {"orders": ["1002"], "reasons": ["unreadable_order"]}
    assert functions.run(RETRY, asked) == {"returned": 1, "waiting": 0, "left": 0}
    [returned] = built.receive()["Records"]
    assert returned["messageAttributes"]["order"]["stringValue"] == "1002"


def test_an_order_that_no_webhook_brought_is_found_in_the_shop(
    built: World, functions: Functions
) -> None:
    shop = PlayedShopify()
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    shop.put({**order(1003, paid=True), "created_at": at, "updated_at": at})
    with shop.serve() as server:
        built.let_in(server.url)
        assert functions.run(RECONCILE, SCHEDULE) == {"asked_for": 1}
        assert functions.run(RECONCILE, built.receive("RECONCILIATION_QUEUE_URL")) == {"made": 1}
    [found] = built.receive()["Records"]
    assert found["messageAttributes"]["topic"]["stringValue"] == "reconciliation"
    assert len(shop.subscriptions) == len(shopify.KINDS)


@pytest.mark.parametrize("name", SCHEDULED)
def test_what_a_schedule_runs_ends_well(name: str, functions: Functions) -> None:
    functions.run(name, SCHEDULE)


def test_no_function_is_forgotten_here() -> None:
    assert {RECEIVE, SYNC, RECONCILE, *SCHEDULED} == set(TRIGGERS)


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_function_sees_nothing_but_what_is_built_and_what_lambda_brings(
    name: str, built: World
) -> None:
    printed = subprocess.run(
        [*PYTHON, "-c", ORIGINS],
        env=built.environment(name),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    on_path, files = json.loads(printed)
    packages = built.packages
    deployed = [packages.tasks[name], packages.opt / "python", LAMBDA_RUNTIME]
    python = Path(sysconfig.get_path("stdlib"))
    assert on_path[: len(deployed)] == [str(folder) for folder in deployed]
    assert not {path for path in on_path if "site-packages" in path}
    assert any(Path(file).is_relative_to(packages.opt) for file in files)
    assert [
        file
        for file in files
        if not any(Path(file).is_relative_to(folder) for folder in (*deployed, python))
    ] == []
