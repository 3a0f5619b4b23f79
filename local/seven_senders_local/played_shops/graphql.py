"""As much of GraphQL as the command line speaks: one operation, variables, nested selections."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

type Selection = dict[str, "Selection"]

_TOKEN = re.compile(r"\.\.\.|[A-Za-z_]\w*|\d+|[{}()\[\]:$!,]|\S")


class SyntaxWrong(Exception):
    """What GraphQL can't parse."""


@dataclass(frozen=True)
class Operation:
    """``query`` or ``mutation``; the types of its variables; its fields with what they select.

    ``arguments``: of the fields on top, names of arguments to names of variables or to numbers.
    """

    kind: str
    variables: Mapping[str, str]
    selection: Selection
    arguments: Mapping[str, Mapping[str, str]]


def parse(text: str) -> Operation:
    """Read an operation. Raises SyntaxWrong."""
    try:
        return _operation(iter([*_TOKEN.findall(text), ""]))
    except (StopIteration, RuntimeError) as error:
        raise SyntaxWrong("it ends too early") from error


def _operation(tokens: Iterator[str]) -> Operation:
    kind = next(tokens)
    if kind not in {"query", "mutation"}:
        raise SyntaxWrong(f"unexpected {kind}")
    next(tokens)  # its name
    variables: dict[str, str] = {}
    token = next(tokens)
    if token == "(":
        for group in " ".join(_until(tokens, ")")).split("$")[1:]:
            name, _, type_ = group.partition(":")
            variables[name.strip()] = type_.replace(" ", "").strip(",")
        token = next(tokens)
    _expect(token, "{")
    arguments: dict[str, dict[str, str]] = {}
    selection = _selection(tokens, arguments)
    _expect(next(tokens), "")
    return Operation(kind, variables, selection, arguments)


def _selection(tokens: Iterator[str], arguments: dict[str, dict[str, str]]) -> Selection:
    found: Selection = {}
    name = ""
    for token in tokens:
        if token == "}":
            return found
        if token == "(":
            words = " ".join(_until(tokens, ")")).replace("$ ", "$").split(",")
            pairs = [word.split(":") for word in words]
            arguments[name] = {key.strip(): value.strip() for key, value in pairs}
        elif token == "{":
            found[name] = _selection(tokens, arguments)
        elif token.isidentifier():
            name = token
            found[name] = {}
        else:
            raise SyntaxWrong(f"unexpected {token}")
    raise SyntaxWrong("a bracket is open")


def _until(tokens: Iterator[str], end: str) -> Iterator[str]:
    for token in tokens:
        if token == end:
            return
        yield token


def _expect(token: str, expected: str) -> None:
    if token != expected:
        raise SyntaxWrong(f"{token} stands where {expected} is expected")
