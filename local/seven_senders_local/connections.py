"""The connections' file, and their documents in SSM."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.rules import InvalidConnection

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def read_file(path: Path, *, api_url: str | None = None) -> dict[str, ConnectionDocument]:
    """All connections of a YAML file, by name; ``api_url`` replaces theirs.

    Raises InvalidConnection, which says what is wrong and where.
    """
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidConnection(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidConnection(f"{path}: not UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InvalidConnection(f"{path}{where}: not YAML") from error
    if not isinstance(settings, dict) or not settings:
        raise InvalidConnection(f"{path}: expected connections by name, {{name: {{key: value}}}}")
    override = {} if api_url is None else {"api_url": api_url}
    return {
        str(name): read_connection(str(name), own | override if isinstance(own, dict) else own)
        for name, own in settings.items()
    }


def put(
    documents: Mapping[str, ConnectionDocument],
    *,
    ssm: "SSMClient",
    receiving_path: str,
    syncing_path: str,
) -> None:
    """Write the two documents of each connection as SecureStrings."""
    for name, document in documents.items():
        for path, text in (
            (receiving_path, document.receiving_text()),
            (syncing_path, document.syncing_text()),
        ):
            ssm.put_parameter(
                Name=f"{path}/{name}", Value=text, Type="SecureString", Overwrite=True
            )
