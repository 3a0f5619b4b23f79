"""A function that lacks a variable says which."""

from dataclasses import dataclass

import pytest

from seven_senders_adapter.environment import Environment, MissingVariables, read_environment

VARIABLES = {
    "POWERTOOLS_SERVICE_NAME": "adapter",
    "POWERTOOLS_METRICS_NAMESPACE": "Adapter",
    "QUEUE_URL": "https://queue",
    "TABLE_NAME": "ledger",
    "PATH": "/bin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEnvironment(Environment):
    queue_url: str
    table_name: str


def test_each_field_is_the_variable_of_its_name() -> None:
    environment = read_environment(LedgerEnvironment, VARIABLES)
    assert environment.table_name == "ledger"
    assert environment.queue_url == "https://queue"


def test_the_error_names_every_variable_that_is_missing_or_empty() -> None:
    variables = {key: value for key, value in VARIABLES.items() if key != "QUEUE_URL"}
    with pytest.raises(MissingVariables, match=r"QUEUE_URL, TABLE_NAME$"):
        read_environment(LedgerEnvironment, variables | {"TABLE_NAME": ""})
