"""The connections as syncing sees them: one by one, from SSM, kept for a minute."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from seven_senders_adapter.aws import AwsUnavailable, reaching
from seven_senders_adapter.connections.documents import SyncingDocument, read_syncing
from seven_senders_adapter.connections.rules import is_name

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

FRESH_SECONDS = 60.0
RETRY_SECONDS = 10.0


class ConnectionMissing(Exception):
    """There is no syncing document of this name."""


@dataclass(frozen=True, slots=True)
class _Copy:
    document: SyncingDocument
    fresh_until: float


class SyncingConnections:
    """Gives syncing documents by name. ``path`` is SSM's, without a closing slash."""

    def __init__(
        self, *, ssm: "SSMClient", path: str, clock: Callable[[], float] = monotonic
    ) -> None:
        self._ssm = ssm
        self._path = path
        self._clock = clock
        self._copies: dict[str, _Copy] = {}

    def get(self, name: str) -> SyncingDocument:
        """The document, at most a minute old unless SSM fails: then the last good one.

        Raises ConnectionMissing, InvalidConnection, or AwsUnavailable if there is no copy.
        """
        copy = self._copies.get(name)
        if copy and self._clock() < copy.fresh_until:
            return copy.document
        try:
            document, seconds = read_syncing(name, self._load(name)), FRESH_SECONDS
        except AwsUnavailable:
            if copy is None:
                raise
            document, seconds = copy.document, RETRY_SECONDS
        self._copies[name] = _Copy(document, self._clock() + seconds)
        return document

    def _load(self, name: str) -> str:
        if not is_name(name):
            raise ConnectionMissing(name)
        with reaching("ssm GetParameter"):
            try:
                answer = self._ssm.get_parameter(Name=f"{self._path}/{name}", WithDecryption=True)
            except self._ssm.exceptions.ParameterNotFound:
                raise ConnectionMissing(name) from None
        return answer["Parameter"]["Value"]
