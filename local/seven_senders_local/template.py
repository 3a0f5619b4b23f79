"""The deployed template, made fit for an emulator: queues, table, log group, functions' settings.

The emulator's CloudFormation resolves every parameter, condition and reference: the settings of
the functions are put into it as outputs and read back from the stack.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

EMULATED = frozenset({"AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::Logs::LogGroup"})
RESOLVED = ("Parameters", "Mappings", "Conditions")
PSEUDO = frozenset(
    f"AWS::{name}" for name in ("StackName", "Region", "AccountId", "Partition", "URLSuffix")
)
_IN_SUB = re.compile(r"\$\{([\w:]+)[\w.]*\}")
DEFAULT_BATCH_SIZE = 10
DEFAULT_CONCURRENCY = 1000


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as the long ones."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_object(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", maxsplit=1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as the template sets it. ``timeout`` in seconds, ``memory`` in MB.

    ``batch_size`` and ``maximum_concurrency`` are those of its queue, or what AWS takes.
    """

    name: str
    code: str
    handler: str
    timeout: float
    memory: str
    environment: Mapping[str, str]
    batch_size: int
    maximum_concurrency: int


class Template:
    """A SAM template."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._template = template
        self._resolved = {name: template[name] for name in RESOLVED if name in template}
        self._resources = {
            name: resource
            for name, resource in template["Resources"].items()
            if resource["Type"] in EMULATED
        }
        self._settings = [
            (function, setting, value)
            for function, setting, value in self._all_settings()
            if self._is_resolved(value)
        ]

    @classmethod
    def load(cls, path: Path) -> "Template":
        """Read a template file."""
        text = path.read_text(encoding="utf-8")
        return cls(yaml.load(text, Loader=_Loader))  # noqa: S506 - it is a SafeLoader

    @property
    def outputs(self) -> frozenset[str]:
        """The names of its outputs."""
        return frozenset(self._template.get("Outputs", {}))

    def for_emulator(self, outputs: Mapping[str, str]) -> str:
        """A plain CloudFormation template: queues, table, log group, and outputs of settings.

        Those of the template's own outputs that say nothing of what is left out are kept;
        ``outputs`` are added, or replace them.
        """
        settings = {
            f"Setting{number}": value if isinstance(value, dict) else str(value)
            for number, (_, _, value) in enumerate(self._settings)
        }
        own = {
            name: output["Value"]
            for name, output in self._template.get("Outputs", {}).items()
            if self._is_resolved(output["Value"])
        }
        values = settings | own | dict(outputs)
        return json.dumps(
            {
                **self._resolved,
                "Resources": self._resources,
                "Outputs": {name: {"Value": value} for name, value in values.items()},
            }
        )

    def functions(self, outputs: Mapping[str, str]) -> dict[str, Function]:
        """The functions by their logical names, from the outputs of the emulated stack.

        A setting that names what is not emulated is left out: whoever runs them gives it.
        """
        resolved: dict[str, dict[str, str]] = {}
        for number, (function, setting, _) in enumerate(self._settings):
            resolved.setdefault(function, {})[setting] = outputs[f"Setting{number}"]
        return {name: _function(name, settings) for name, settings in resolved.items()}

    def _is_resolved(self, value: object) -> bool:
        known: set[str] = self._resources.keys() | self._resolved.get("Parameters", {}).keys()
        return _named_in(value) <= known

    def _all_settings(self) -> Iterator[tuple[str, str, object]]:
        common = self._template.get("Globals", {}).get("Function", {})
        for name, resource in self._template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                for setting, value in _settings(common, resource["Properties"]):
                    yield name, setting, value


def _named_in(value: object) -> set[str]:
    """The resources and parameters that a value speaks of."""
    match value:
        case {"Ref": str(name)}:
            return {name} - PSEUDO
        case {"Fn::GetAtt": [name, *_]}:
            return {str(name)}
        case {"Fn::Sub": str(text)}:
            return set(_IN_SUB.findall(text)) - PSEUDO
        case dict():
            raise ValueError(f"a setting or an output is plain, Ref, GetAtt or Sub, not {value!r}")
        case _:
            return set()


def _settings(common: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    properties = {"Timeout": 3, "MemorySize": 128, **common, **own}
    for key in ("CodeUri", "Handler", "Timeout", "MemorySize"):
        yield key, properties[key]
    for source in (common, own):
        for key, value in source.get("Environment", {}).get("Variables", {}).items():
            yield f"Environment.{key}", value
    for event in properties.get("Events", {}).values():
        if event["Type"] == "SQS":
            queue = event["Properties"]
            yield "BatchSize", queue.get("BatchSize", DEFAULT_BATCH_SIZE)
            scaling = queue.get("ScalingConfig", {})
            yield "MaximumConcurrency", scaling.get("MaximumConcurrency", DEFAULT_CONCURRENCY)


def _function(name: str, settings: Mapping[str, str]) -> Function:
    prefix = "Environment."
    return Function(
        name=name,
        code=settings["CodeUri"],
        handler=settings["Handler"],
        timeout=float(settings["Timeout"]),
        memory=settings["MemorySize"],
        environment={
            key.removeprefix(prefix): value
            for key, value in settings.items()
            if key.startswith(prefix)
        },
        batch_size=int(settings.get("BatchSize", DEFAULT_BATCH_SIZE)),
        maximum_concurrency=int(settings.get("MaximumConcurrency", DEFAULT_CONCURRENCY)),
    )
