"""Settings as they are given on the command line: ``KEY=VALUE``."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_local.connections import read_value

SECRETS = frozenset({"access_key", "webhook_secrets", "retiring_secrets"})


def read_assignments(texts: Sequence[str]) -> dict[str, Any]:
    """The settings in ``KEY=VALUE`` texts; ``None`` for ``KEY=``, the way back to the default.

    A value is YAML, except of settings that are texts, which are taken as they stand. Raises
    InvalidConnection, for a secret too: whoever reads the shell's history would have it.
    """
    found: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise InvalidConnection(f"{text!r}: expected KEY=VALUE")
        if key in SECRETS:
            raise InvalidConnection(
                f"{key} is a secret, which should not stand on the command line: leave it out,"
                " see --help"
            )
        found[key] = _read(key, value) if value else _default(key)
    return found


def assign(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with changes; what is ``None`` is left out."""
    return {key: value for key, value in {**settings, **changes}.items() if value is not None}


def _default(key: str) -> str | None:
    """``None``; a text for what is no setting, so that it is refused as it is with a value."""
    return None if key in ConnectionDocument.model_fields else ""


def _read(key: str, value: str) -> object:
    if key in _texts():
        return value
    try:
        return read_value(value)
    except ValueError as error:
        raise InvalidConnection(f"{key}: {error}") from error


@cache
def _texts() -> frozenset[str]:
    """The settings that are texts."""
    schema = ConnectionDocument.model_json_schema()
    forms: dict[str, list[dict[str, str]]] = {
        key: setting.get("anyOf", [setting]) for key, setting in schema["properties"].items()
    }
    kinds = {f"#/$defs/{name}": kind.get("type") for name, kind in schema["$defs"].items()}
    return frozenset(
        key
        for key, of_key in forms.items()
        if any("string" in (form.get("type"), kinds.get(form.get("$ref", ""))) for form in of_key)
    )
