"""The connections' file: the settings of each connection, and what opens its shop's API."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, override

import yaml

from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.shop_apis import ShopApiDocument, read_shop_api

SHOP_API = "shop_api"
"""The key of what opens the shop's API: none of the settings, as its document is its own."""


class _KeyTwice(yaml.MarkedYAMLError):
    """A key stands twice in one mapping: which one; the mark is that of the second."""


class _Loader(yaml.SafeLoader):
    """Takes no key twice, and leaves dates as texts, for the documents to check."""

    @override
    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            # By its text: as names in SSM and as keys in JSON, 1 and "1" are the same.
            text = str(key.value)
            if text in seen:
                raise _KeyTwice(problem=f"{text} stands twice", problem_mark=key.start_mark)
            seen.add(text)
        return node


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def read_value(text: str) -> object:
    """A value of a connection, as it may stand in the file. Raises ValueError if it is no YAML."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(str(error) if isinstance(error, _KeyTwice) else "not YAML") from error


def read_file(path: Path, *, api_url: str | None = None) -> dict[str, ConnectionDocument]:
    """The settings of all connections of a YAML file, by name; ``api_url`` replaces theirs.

    Raises InvalidConnection, which says what is wrong and where.
    """
    override = {} if api_url is None else {"api_url": api_url}
    return {
        name: read_connection(name, _settings(own) | override if isinstance(own, dict) else own)
        for name, own in _connections(path).items()
    }


def read_shop_apis(path: Path) -> dict[str, ShopApiDocument]:
    """What opens the shops' APIs, by connection, of those of a YAML file that have a ``shop_api``.

    Raises InvalidConnection, which says what is wrong and where.
    """
    return {
        name: _shop_api(name, own)
        for name, own in _connections(path).items()
        if isinstance(own, dict) and SHOP_API in own
    }


def _settings(own: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in own.items() if key != SHOP_API}


def _shop_api(name: str, own: Mapping[str, Any]) -> ShopApiDocument:
    given = own[SHOP_API]
    if not isinstance(given, dict):
        raise InvalidConnection(f"connection {name}: {SHOP_API}: expected {{key: value}}")
    text = json.dumps({**given, "platform": own.get("platform")}, default=str)
    return read_shop_api(f"{name}: {SHOP_API}", text)  # what its errors begin with


def _connections(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        connections = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a SafeLoader
    except OSError as error:
        raise InvalidConnection(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidConnection(f"{path}: not UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = error.problem if isinstance(error, _KeyTwice) else "not YAML"
        raise InvalidConnection(f"{path}{where}: {problem}") from error
    if not isinstance(connections, dict) or not connections:
        raise InvalidConnection(f"{path}: expected connections by name, {{name: {{key: value}}}}")
    return {str(name): own for name, own in connections.items()}
