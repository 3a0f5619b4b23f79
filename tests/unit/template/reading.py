"""The template as data."""

from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[3]
type Permission = tuple[str, str]
"""An IAM action, and the resource that it is for."""


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as its long ones."""


def _long_form(loader: yaml.SafeLoader, short: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {f"Fn::{short}": loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)
    text = str(loader.construct_scalar(node))
    if short == "Ref":
        return {"Ref": text}
    return {f"Fn::{short}": text.split(".") if short == "GetAtt" else text}


_Loader.add_multi_constructor("!", _long_form)

PARAMETERS = (
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}"
    ":parameter/seven-senders/${AWS::StackName}/"
)
"""What the names of all SSM parameters of a stack begin with."""

TEMPLATE_FILE = PROJECT / "template.yaml"
TEMPLATE: dict[str, Any] = _Loader(TEMPLATE_FILE.read_text()).get_single_data()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]


def resources(kind: str) -> dict[str, Any]:
    """The resources of a type by name."""
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


def property_of(resource: str, path: str) -> object:
    """A property by its path, such as ``RedrivePolicy.maxReceiveCount``."""
    value: Any = RESOURCES[resource]["Properties"]
    for name in path.split("."):
        value = value[name]
    return value


FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in resources("AWS::Serverless::Function").items()
}


def granted(function: str) -> set[Permission]:
    """The (action, resource) pairs that a function's role allows."""
    role = FUNCTIONS[function]["Role"]["Fn::GetAtt"][0]
    policies = RESOURCES[role]["Properties"]["Policies"]
    return set().union(*(allowed(policy) for policy in policies))


def allowed(policy: Any) -> set[Permission]:
    """The (action, resource) pairs that a policy allows."""
    return {
        (action, _resource_name(resource))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    }


def _resource_name(arn: Any) -> str:
    match arn:
        case {"Fn::GetAtt": [name, "Arn"]} | {"Ref": name}:
            return str(name)
        case {"Fn::Sub": text}:
            return str(text).removeprefix(PARAMETERS)
        case _:
            return str(arn)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
