"""A connection's settings as a person sees and changes them: no secret is ever shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_cli.answers import Answers
from seven_senders_cli.assignments import SECRETS, assign, read_assignments

ACCESS_KEY = "access_key"


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that has another value than before. A secret is only said to have changed."""

    setting: str
    before: object
    after: object


def shown(document: ConnectionDocument) -> dict[str, object]:
    """All settings with the values in force, by their names; secrets by their number or end."""
    values: dict[str, object] = document.model_dump(mode="json")
    values[ACCESS_KEY] = "is stored"
    values["webhook_secrets"] = f"{len(document.webhook_secrets)} stored"
    values["retiring_secrets"] = [f"one until {one.until}" for one in document.retiring_secrets]
    return values


def changed(
    name: str, settings: Mapping[str, Any], texts: Sequence[str], answers: Answers
) -> ConnectionDocument:
    """What is stored of a connection, with changes: ``KEY=VALUE``, ``KEY=``, or ``access_key``.

    Raises InvalidConnection, or Failed if an answer is missing.
    """
    changes = read_assignments([text for text in texts if text not in SECRETS])
    if "platform" in changes:
        raise InvalidConnection("platform: can't be changed, connect the shop under another name")
    for secret in SECRETS.intersection(texts):
        if secret != ACCESS_KEY:
            raise InvalidConnection(f"{secret}: see seven-senders connections rotate-secret")
        changes[secret] = answers.secret(ACCESS_KEY, "Access key of Seven Senders")
    return read_connection(name, assign(settings, changes))


def differences(
    name: str, settings: Mapping[str, Any], after: ConnectionDocument
) -> Iterator[Change]:
    """What differs in force from what is stored."""
    try:
        before = read_connection(name, settings)
    except InvalidConnection:
        yield Change("settings", "unreadable", "readable")
        return
    old, new = _in_force(before), _in_force(after)
    for key in new:
        if key in SECRETS:
            if old[key] != new[key]:
                yield Change(key, "a secret", "another one")
        elif old[key] != new[key]:
            yield Change(key, old[key], new[key])


def _in_force(document: ConnectionDocument) -> Mapping[str, Any]:
    known: dict[str, Any] = document.model_dump(mode="json")
    return known | {key: getattr(document, key) for key in SECRETS}
