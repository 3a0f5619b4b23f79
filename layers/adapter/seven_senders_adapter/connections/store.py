"""The connections as those see them who write them: whole, in SSM."""

import json
from typing import TYPE_CHECKING

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.rules import InvalidConnection, is_name
from seven_senders_adapter.connections.syncing import ConnectionMissing

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class ConnectionStore:
    """Each connection's two documents, as SecureStrings. Every call raises AwsUnavailable.

    The paths are SSM's, without a closing slash.
    """

    def __init__(self, *, ssm: "SSMClient", receiving_path: str, syncing_path: str) -> None:
        self._ssm = ssm
        self._paths = (receiving_path, syncing_path)

    def names(self) -> list[str]:
        """The connections that have a document, in order of their names."""
        pages = self._ssm.get_paginator("get_parameters_by_path")
        names = set()
        with reaching("ssm GetParametersByPath"):
            for path in self._paths:
                for page in pages.paginate(Path=path):
                    names |= {p["Name"].rpartition("/")[2] for p in page["Parameters"]}
        return sorted(filter(is_name, names))

    def load(self, name: str) -> ConnectionDocument:
        """All settings of a connection, its secrets included.

        Raises ConnectionMissing, or InvalidConnection if only a part of it is there or the
        documents are wrong.
        """
        with reaching("ssm GetParameters"):
            answer = self._ssm.get_parameters(
                Names=[f"{path}/{name}" for path in self._paths], WithDecryption=True
            )
        texts = [parameter["Value"] for parameter in answer["Parameters"]]
        if not texts:
            raise ConnectionMissing(name)
        if missing := answer.get("InvalidParameters"):
            raise InvalidConnection(f"{', '.join(missing)} is missing: connect {name} again")
        settings: dict[str, object] = {}
        for text in texts:
            settings |= _read(name, text)
        return read_connection(name, settings)

    def save(self, name: str, document: ConnectionDocument) -> None:
        """Write both documents over what was there."""
        for path, text in zip(
            self._paths, (document.receiving_text(), document.syncing_text()), strict=True
        ):
            with reaching("ssm PutParameter"):
                self._ssm.put_parameter(
                    Name=f"{path}/{name}", Value=text, Type="SecureString", Overwrite=True
                )

    def remove(self, name: str) -> None:
        """Delete both documents, if they are there."""
        with reaching("ssm DeleteParameters"):
            self._ssm.delete_parameters(Names=[f"{path}/{name}" for path in self._paths])


def _read(name: str, text: str) -> dict[str, object]:
    try:
        settings = json.loads(text)
    except ValueError:
        raise InvalidConnection(f"connection {name}: a document is no JSON") from None
    if not isinstance(settings, dict):
        raise InvalidConnection(f"connection {name}: a document is no JSON object")
    return settings
