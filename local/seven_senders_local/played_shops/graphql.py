"""GraphQL as Shopify serves it: a document is checked, and its cost known, before it is run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    build_schema,
    execute_sync,
    get_argument_values,
    get_named_type,
    get_variable_values,
    parse,
    validate,
)
from graphql.execution.values import VariableValues

MUTATION_COST = 10
FREE = frozenset({"PageInfo"})
"""Types that cost nothing."""

type Resolvers = Mapping[str, Callable[..., object]]
"""The fields on top: each is called with GraphQL's info and its arguments by name."""


class Refused(GraphQLError):
    """What is refused in ``errors``, with a code and more in its extensions."""

    def __init__(self, message: str, code: str, **more: object) -> None:
        super().__init__(message, extensions={"code": code, **more})


@cache
def schema(name: str) -> GraphQLSchema:
    """A schema that lies beside this file."""
    return build_schema(Path(__file__).with_name(name).read_text("utf-8"))


@dataclass(frozen=True)
class Operation:
    """A valid document with its variables."""

    schema: GraphQLSchema
    document: DocumentNode
    given: Mapping[str, Any]
    variables: VariableValues

    @classmethod
    def read(cls, schema: GraphQLSchema, text: str, given: Mapping[str, Any]) -> "Operation":
        """Read and validate a document. Raises GraphQLError."""
        document = _valid(schema, text)
        definitions = _operation(document).variable_definitions or ()
        variables = get_variable_values(schema, definitions, dict(given))
        if isinstance(variables, list):
            raise variables[0]
        return cls(schema, document, given, variables)

    @property
    def cost(self) -> int:
        """The points that it may cost at most.

        An object costs 1, a connection 2 and what it asks for as often as ``first`` says. That is
        how Shopify used to count; by now ``first`` counts with its logarithm only (source: its
        staff in community.shopify.dev/t/24364), so nothing costs more there than here.
        """
        operation = _operation(self.document)
        fields = list(self._fields(operation.selection_set))
        if operation.operation is OperationType.MUTATION:
            return MUTATION_COST * len(fields)
        root = self.schema.query_type
        return sum(self._cost(field, root) for field in fields) if root else 0

    def run(self, resolvers: Resolvers) -> dict[str, Any]:
        """The answer, with ``data`` and perhaps ``errors``."""
        result = execute_sync(
            self.schema, self.document, dict(resolvers), variable_values=dict(self.given)
        )
        return dict(result.formatted)

    def _cost(self, node: FieldNode, parent: GraphQLObjectType) -> int:
        definition = parent.fields[node.name.value]
        type_ = get_named_type(definition.type)
        if not isinstance(type_, GraphQLObjectType) or type_.name in FREE:
            return 0
        inner = sum(self._cost(field, type_) for field in self._fields(node.selection_set))
        first = get_argument_values(definition, node, self.variables).get("first")
        if first is None:
            return 1 + inner
        each = inner if type_.name.endswith("Connection") else 1 + inner
        return 2 + int(first) * each

    def _fields(self, selected: SelectionSetNode | None) -> Iterator[FieldNode]:
        for node in selected.selections if selected else ():
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode():
                    yield from self._fields(node.selection_set)
                case FragmentSpreadNode():
                    yield from self._fields(self._fragment(node.name.value))

    def _fragment(self, name: str) -> SelectionSetNode:
        return next(
            definition.selection_set
            for definition in self.document.definitions
            if isinstance(definition, FragmentDefinitionNode) and definition.name.value == name
        )


@cache
def _valid(schema: GraphQLSchema, text: str) -> DocumentNode:
    """Parsed and validated once: a program sends few documents, and each many times."""
    document = parse(text)
    if errors := validate(schema, document):
        raise errors[0]
    return document


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(
        definition
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    )


def objects_in(data: object) -> int:
    """How many objects an answer holds."""
    match data:
        case dict():
            return 1 + sum(objects_in(value) for value in data.values())
        case list():
            return sum(objects_in(entry) for entry in data)
    return 0
