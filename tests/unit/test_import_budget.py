"""What a cold start may load, counted: this keeps it short, and no clock has to be asked."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

import pytest

from seven_senders_local import workers
from seven_senders_local.template import Function
from tests.unit.template.reading import FUNCTIONS, TEMPLATE

BOTOCORE = {"botocore", "certifi", "dateutil", "jmespath", "six", "urllib3"}
POWERTOOLS = {"aws_lambda_powertools", "typing_extensions"}
DYNAMODB_TYPES = {"boto3", "s3transfer"}
REQUESTS = {"charset_normalizer", "idna", "requests", "simplejson"}
PYDANTIC = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}

LIBRARIES = {
    "CheckConnectionsFunction": BOTOCORE | POWERTOOLS | DYNAMODB_TYPES,
    "ReceiveWebhookFunction": BOTOCORE | POWERTOOLS,
    "ReconcileOrdersFunction": BOTOCORE | POWERTOOLS | DYNAMODB_TYPES | REQUESTS | PYDANTIC,
    "RetryFailedFunction": BOTOCORE | POWERTOOLS | DYNAMODB_TYPES,
    "SyncOrderFunction": BOTOCORE | POWERTOOLS | DYNAMODB_TYPES | REQUESTS | PYDANTIC,
}
"""The libraries that each function needs, by what of them is in its way."""

ADAPTER_MODULES = {
    "CheckConnectionsFunction": 32,
    "ReceiveWebhookFunction": 32,
    "ReconcileOrdersFunction": 81,
    "RetryFailedFunction": 27,
    "SyncOrderFunction": 76,
}
"""How many modules of the adapter a function may load at most."""

START = """
import gc, json, sys
collections = []
gc.callbacks.append(lambda phase, _: phase == "stop" or collections.append(list(sys.modules)))
import app
made = app._function.cache_info().currsize
json.dump({"modules": list(sys.modules), "collections": collections, "made": made}, sys.stdout)
"""
NOT_LIBRARIES = {"__main__", "app", "seven_senders_adapter"}


@dataclass(frozen=True)
class Start:
    """What was loaded at the end and whenever the garbage collector ran; how much was made."""

    modules: list[str]
    collections: list[list[str]]
    made: int

    @property
    def libraries(self) -> set[str]:
        """The packages that are not Python's own; compiled ones bring helpers of their own."""
        packages = {name.partition(".")[0] for name in self.modules}
        own = {name for name in packages if name.startswith("_") or name == "cython_runtime"}
        return packages - own - set(sys.stdlib_module_names) - NOT_LIBRARIES


def settings(properties: dict[str, object]) -> set[str]:
    environment = properties.get("Environment", {})
    assert isinstance(environment, dict)
    return set(environment.get("Variables", {}))


@cache
def start(name: str) -> Start:
    """Start a function as Lambda does, up to its first event."""
    function = Function(
        name=name,
        code=FUNCTIONS[name]["CodeUri"],
        handler="app.handler",
        timeout=3,
        memory="128",
        environment=dict.fromkeys(
            settings(TEMPLATE["Globals"]["Function"]) | settings(FUNCTIONS[name]), "1"
        )
        | {"POWERTOOLS_LOG_LEVEL": "INFO"},
        batch_size=1,
        maximum_concurrency=1,
    )
    aws = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "none")
    run = subprocess.run(
        [sys.executable, "-S", "-P", "-c", START],
        env=workers.environment(function, aws | {"AWS_DEFAULT_REGION": "eu-central-1"}),
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return Start(**json.loads(run.stdout))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_loads_no_library_that_it_does_not_need(function: str) -> None:
    assert start(function).libraries == LIBRARIES[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_loads_few_modules_of_the_adapter(function: str) -> None:
    own = [name for name in start(function).modules if name.startswith("seven_senders_adapter")]
    assert len(own) <= ADAPTER_MODULES[function], sorted(own)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_made_with_its_clients_before_the_first_event(function: str) -> None:
    assert start(function).made == 1


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_garbage_collector_stays_out_of_a_start(function: str) -> None:
    assert not [loaded for loaded in start(function).collections if "botocore" in loaded]
