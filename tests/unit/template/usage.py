"""The permissions that the code needs: the AWS calls that each function can reach.

mypy tells the type of every expression, so a call is followed to the very methods that it may
mean, those that stand behind a protocol included.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

from botocore import xform_name
from botocore.session import get_session
from mypy.build import BuildResult, build
from mypy.modulefinder import BuildSource
from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    Node,
    StrExpr,
    SymbolNode,
    TypeInfo,
)
from mypy.options import Options
from mypy.server.subexpr import get_subexpressions
from mypy.types import Instance, Type, UnionType, get_proper_type

from tests.unit.template.reading import PROJECT, Permission, resources

PACKAGE = PROJECT / "layers/adapter"
PROGRAM = PROJECT / "cli"

QUEUES = {
    "Queue": "OrderEventsQueue",
    "DeadLetterQueue": "DeadLetterQueue",
    "ReconciliationQueue": "ReconciliationQueue",
}
"""The template's queues, by the classes that hold their URLs as ``_url``."""

PARAMETERS = {
    "seven_senders_adapter.connections.names": {"receiving"},
    "seven_senders_adapter.connections.receiving": {"receiving"},
    "seven_senders_adapter.connections.syncing": {"syncing"},
    "seven_senders_adapter.connections.shop_api_store": {"shop_apis"},
    "seven_senders_adapter.connections.store": {"receiving", "syncing"},
    "seven_senders_adapter.tokens": {"tokens"},
}
"""The paths in SSM, by the modules that read or write what is under them."""

_INDEXES = "${LedgerTable.Arn}/index/*"
LEDGER = {"dynamodb:Query": _INDEXES, "dynamodb:Scan": _INDEXES}
"""What of the ledger a call is for, if it is not the table."""

_OF_STACK = "arn:${{AWS::Partition}}:{}:${{AWS::Region}}:${{AWS::AccountId}}"
ALL = "*"
FUNCTIONS = frozenset(resources("AWS::Serverless::Function"))
OTHERS = {
    "cloudformation": {f"{_OF_STACK.format('cloudformation')}:stack/${{AWS::StackName}}/*"},
    "cloudwatch:DescribeAlarms": {f"{_OF_STACK.format('cloudwatch')}:alarm:${{AWS::StackName}}-*"},
    "cloudwatch:GetMetricStatistics": {ALL},
    "lambda:GetAccountSettings": {ALL},
    "lambda:GetFunctionConcurrency": FUNCTIONS,
    "lambda:GetFunctionConfiguration": FUNCTIONS,
    "lambda:ListEventSourceMappings": {ALL},
    "logs:GetQueryResults": {ALL},
    "logs:StartQuery": {"Logs"},
    "logs:StopQuery": {ALL},
    "sns": {"AlarmTopic"},
}
"""What a service's calls, or one of them, are for. ``ALL``: AWS narrows it to no resource."""


class Code:
    """Some modules with the types of all that is in them."""

    def __init__(self, sources: Sequence[BuildSource]) -> None:
        checked = _check(sources)
        self.types: Mapping[Expression, Type] = checked.types
        self.modules = {source.module: checked.files[source.module] for source in sources}
        self.classes = [
            symbol.node
            for module, file in self.modules.items()
            for symbol in file.names.values()
            if isinstance(symbol.node, TypeInfo) and symbol.node.module_name == module
        ]

    def permissions(self, module: str) -> set[Permission]:
        """What is needed by all that a module defines, and by all that this may call."""
        walk = _Walk(self)
        walk.through(self.modules[module], module, {})
        return walk.permissions

    def meant_by(self, expression: Expression) -> Iterator[SymbolNode | None]:
        """The definitions that a name or an attribute may stand for."""
        if isinstance(expression, NameExpr | MemberExpr):
            yield expression.node
        if isinstance(expression, MemberExpr):
            for owner in _classes(self.types.get(expression.expr)):
                yield from self._methods(owner, expression.name)

    def services(self, expression: Expression) -> Iterator[str]:
        """The services of AWS that a value may be boto3's client of."""
        for kind in _classes(self.types.get(expression)):
            if kind.module_name.startswith("mypy_boto3_"):
                yield kind.module_name.removeprefix("mypy_boto3_").partition(".")[0]

    def _methods(self, owner: TypeInfo, name: str) -> Iterator[SymbolNode | None]:
        members = owner.protocol_members if owner.is_protocol else []
        for kind in (owner, *self.classes):
            fits = members and all(kind.get(member) for member in members)
            if (fits or owner in kind.mro) and (symbol := kind.get(name)):
                yield symbol.node


class _Walk:
    """Goes through each function once for each way in which queues are handed to it."""

    def __init__(self, code: Code) -> None:
        self.permissions: set[Permission] = set()
        self._code = code
        self._seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()

    def through(self, body: Node, module: str, queues: Mapping[str, str]) -> None:
        """Note the AWS calls in a body and follow the others.

        ``queues`` are the template's queues by the variables that hold their URLs.
        """
        expressions = get_subexpressions(body)
        calls = [expression for expression in expressions if isinstance(expression, CallExpr)]
        for call in calls:
            arguments = {
                name or at: value
                for at, (name, value) in enumerate(zip(call.arg_names, call.args, strict=True))
            }
            self._note(call, arguments, module, queues)
            handed = {key: self._queue(value, queues) for key, value in arguments.items()}
            for definition in self._code.meant_by(call.callee):
                self._into(definition, handed)
        called = {call.callee for call in calls}
        for expression in expressions:
            if expression not in called:
                for definition in self._code.meant_by(expression):
                    self._into(definition, {})

    def _into(self, definition: SymbolNode | None, handed: Mapping[int | str, str | None]) -> None:
        if isinstance(definition, TypeInfo):
            for name, symbol in definition.names.items():
                if name.startswith("__"):
                    self._into(symbol.node, {})
        function = definition.func if isinstance(definition, Decorator) else definition
        if not isinstance(function, FuncDef):
            return
        module = function.fullname.rpartition(".")[0]
        names = function.arg_names
        if function.info:
            module = function.info.module_name
            names = names if function.is_static else names[1:]
        queues = {
            str(names[key] if isinstance(key, int) else key): queue
            for key, queue in handed.items()
            if queue
        }
        visit = function.fullname, frozenset(queues.items())
        if module in self._code.modules and visit not in self._seen:
            self._seen.add(visit)
            self.through(function, module, queues)

    def _note(
        self,
        call: CallExpr,
        arguments: Mapping[int | str, Expression],
        module: str,
        queues: Mapping[str, str],
    ) -> None:
        if not isinstance(call.callee, MemberExpr):
            return
        name = call.callee.name
        if name == "get_paginator" and isinstance(call.args[0], StrExpr):
            name = call.args[0].value
        for service in self._code.services(call.callee.expr):
            if operation := _operations(service).get(name):
                if service == "sqs":  # its batches have no actions of their own
                    operation = operation.removesuffix("Batch")
                action = f"{service}:{operation}"
                used_for = self._resources(action, arguments, module, queues)
                assert used_for, f"{module}:{call.line}: which resource is {action} for?"
                self.permissions |= {(action, resource) for resource in used_for}

    def _resources(
        self,
        action: str,
        arguments: Mapping[int | str, Expression],
        module: str,
        queues: Mapping[str, str],
    ) -> AbstractSet[str]:
        match action.split(":"):
            case ["dynamodb", _]:
                return {LEDGER.get(action, "LedgerTable")}
            case ["sqs", _]:
                queue = self._queue(arguments.get("QueueUrl"), queues)
                return {queue} if queue else set()
            case ["ssm", "GetParametersByPath"]:
                return PARAMETERS.get(module, set())
            case ["ssm", _]:
                return {f"{path}/*" for path in PARAMETERS.get(module, set())}
            case [service, _]:
                return OTHERS.get(action) or OTHERS.get(service, set())
        raise AssertionError(action)

    def _queue(self, value: Expression | None, queues: Mapping[str, str]) -> str | None:
        if isinstance(value, NameExpr):
            return queues.get(value.name)
        if isinstance(value, CallExpr) and value.args and isinstance(value.args[0], StrExpr):
            output = value.args[0].value
            return output.removesuffix("Url") if output.endswith("QueueUrl") else None
        if isinstance(value, MemberExpr) and value.name == "_url":
            owners = _classes(self._code.types.get(value.expr))
            return next((QUEUES[owner.name] for owner in owners if owner.name in QUEUES), None)
        return None


def read_the_code() -> Code:
    """The packages, and the functions as modules such as ``functions.sync_order.app``."""
    packages = [(root, path) for root in (PACKAGE, PROGRAM) for path in root.rglob("*.py")]
    functions = [(PROJECT, path) for path in PROJECT.glob("functions/*/app.py")]
    files = packages + functions
    return Code([BuildSource(str(path), _module(root, path)) for root, path in files])


def _module(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _check(sources: Sequence[BuildSource]) -> BuildResult:
    """Find the types of the sources. Of other modules only stubs are read, boto3's among them."""
    options = Options()
    options.python_version = (3, 13)
    options.incremental = False
    options.export_types = options.preserve_asts = True
    options.follow_imports = "skip"
    options.namespace_packages = options.explicit_package_bases = True
    options.mypy_path = [str(PACKAGE), str(PROGRAM)]
    return build(list(sources), options)


def _classes(found: Type | None) -> Iterator[TypeInfo]:
    kind = get_proper_type(found)
    if isinstance(kind, UnionType):
        for item in kind.items:
            yield from _classes(item)
    elif isinstance(kind, Instance):
        yield kind.type


@cache
def _operations(service: str) -> dict[str, str]:
    """The operations of a service by boto3's names for them."""
    model = get_session().get_service_model(service)
    return {xform_name(operation): operation for operation in model.operation_names}
