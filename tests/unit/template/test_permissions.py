from collections.abc import Iterator

import pytest

from tests.unit.template.reading import (
    FUNCTIONS,
    RESOURCES,
    Permission,
    allowed,
    granted,
    resources,
)
from tests.unit.template.usage import Code, read_the_code

COMMANDS = "seven_senders_cli.commands"
LOGGING = {("logs:CreateLogStream", "Logs"), ("logs:PutLogEvents", "Logs")}
POLLING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}


@pytest.fixture(scope="module")
def code() -> Code:
    return read_the_code()


def needed_by_lambda(function: str) -> Iterator[Permission]:
    """What Lambda does in the name of a function: write its logs, poll its queues."""
    yield from LOGGING
    for event in FUNCTIONS[function]["Events"].values():
        if event["Type"] == "SQS":
            queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
            yield from ((action, queue) for action in POLLING)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_its_code_does_and_nothing_else(function: str, code: Code) -> None:
    module = FUNCTIONS[function]["CodeUri"].replace("/", ".") + ".app"

    assert granted(function) == code.permissions(module) | set(needed_by_lambda(function))


def test_the_operator_may_do_what_the_commands_do_and_nothing_else(code: Code) -> None:
    commands = [module for module in code.modules if module.startswith(f"{COMMANDS}.")]
    needed = [code.permissions(module) for module in commands if module != f"{COMMANDS}.local"]

    assert allowed(RESOURCES["OperatorPolicy"]["Properties"]) == set().union(*needed)


def test_the_operators_policy_is_attached_to_nobody() -> None:
    assert not {"Users", "Roles", "Groups"} & RESOURCES["OperatorPolicy"]["Properties"].keys()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_role_of_its_own_to_which_sam_adds_nothing(function: str) -> None:
    role = FUNCTIONS[function]["Role"]["Fn::GetAtt"][0]
    others = [other for name, other in FUNCTIONS.items() if name != function]

    assert all(other["Role"]["Fn::GetAtt"][0] != role for other in others)
    assert "ManagedPolicyArns" not in RESOURCES[role]["Properties"]


@pytest.mark.parametrize("role", resources("AWS::IAM::Role"))
def test_only_lambda_takes_a_role(role: str) -> None:
    (statement,) = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
