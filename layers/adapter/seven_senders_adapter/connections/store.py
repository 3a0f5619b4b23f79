"""The connections as those see them who write them: whole, in SSM."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.rules import InvalidConnection, check_name, is_name
from seven_senders_adapter.connections.syncing import ConnectionMissing

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class IncompleteConnection(InvalidConnection):
    """One of a connection's two documents is missing: which."""


class ConnectionStore:
    """Each connection's two documents, as SecureStrings. Every call raises AwsUnavailable.

    The paths are SSM's, without a closing slash.
    """

    def __init__(
        self, *, ssm: "SSMClient", receiving_path: str, syncing_path: str, now: Clock = utc_now
    ) -> None:
        self._ssm = ssm
        self._receiving_path = receiving_path
        self._syncing_path = syncing_path
        self._now = now

    @property
    def _paths(self) -> tuple[str, str]:
        return self._receiving_path, self._syncing_path

    def names(self) -> list[str]:
        """The connections that have a document, in order of their names."""
        return sorted(set().union(*(_names(self._ssm, path) for path in self._paths)))

    def load(self, name: str) -> ConnectionDocument:
        """All settings of a connection, its secrets included, checked.

        Raises what ``settings`` raises, and InvalidConnection if a setting is wrong.
        """
        return read_connection(name, self.settings(name))

    def settings(self, name: str) -> Mapping[str, Any]:
        """What is stored of a connection, its secrets included, right or wrong.

        Raises ConnectionMissing, IncompleteConnection, or InvalidConnection if a document is no
        JSON or none can have this name.
        """
        check_name(name)
        with reaching("ssm GetParameters"):
            answer = self._ssm.get_parameters(
                Names=[f"{path}/{name}" for path in self._paths], WithDecryption=True
            )
        texts = [parameter["Value"] for parameter in answer["Parameters"]]
        if not texts:
            raise ConnectionMissing(name)
        if missing := answer.get("InvalidParameters"):
            raise IncompleteConnection(f"{', '.join(missing)} is missing: connect {name} again")
        settings: dict[str, Any] = {}
        for text in texts:
            settings |= _read(name, text)
        return settings

    def save(self, name: str, document: ConnectionDocument) -> None:
        """Write both documents over what was there, without the secrets that have ended.

        That for receiving comes last: no delivery is taken for what syncing does not know.
        """
        document = document.without_ended_secrets(self._now())
        _put(self._ssm, f"{self._syncing_path}/{name}", document.syncing_text())
        _put(self._ssm, f"{self._receiving_path}/{name}", document.receiving_text())

    def remove(self, name: str) -> None:
        """Delete both documents, if they are there."""
        with reaching("ssm DeleteParameters"):
            self._ssm.delete_parameters(Names=[f"{path}/{name}" for path in self._paths])


def _names(ssm: "SSMClient", path: str) -> set[str]:
    pages = ssm.get_paginator("get_parameters_by_path")
    with reaching("ssm GetParametersByPath"):
        names = {
            parameter["Name"].rpartition("/")[2]
            for page in pages.paginate(Path=path)
            for parameter in page["Parameters"]
        }
    return set(filter(is_name, names))


def _put(ssm: "SSMClient", name: str, text: str) -> None:
    with reaching("ssm PutParameter"):
        ssm.put_parameter(Name=name, Value=text, Type="SecureString", Overwrite=True)


def _read(name: str, text: str) -> dict[str, Any]:
    try:
        settings = json.loads(text)
    except ValueError:
        raise InvalidConnection(
            f"connection {name}: a document is no JSON, remove it and connect anew"
        ) from None
    if not isinstance(settings, dict):
        raise InvalidConnection(
            f"connection {name}: a document is no JSON object, remove it and connect anew"
        )
    return settings
