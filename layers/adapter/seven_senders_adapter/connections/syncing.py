"""The connections as syncing sees them: one by one, from SSM, kept for a minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from seven_senders_adapter.aws import AwsUnavailable, reaching
from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.connections.documents import SyncingDocument, read_syncing
from seven_senders_adapter.connections.rules import is_name

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

FRESH_FOR = timedelta(minutes=1)
RETRY_AFTER = timedelta(seconds=10)


class ConnectionMissing(Exception):
    """There is no syncing document of this name."""


@dataclass(frozen=True, slots=True)
class _Copy:
    document: SyncingDocument
    fresh_until: datetime


class SyncingConnections:
    """Gives syncing documents by name. ``path`` is SSM's, without a closing slash."""

    def __init__(self, *, ssm: "SSMClient", path: str, now: Clock = utc_now) -> None:
        self._ssm = ssm
        self._path = path
        self._now = now
        self._copies: dict[str, _Copy] = {}

    def get(self, name: str) -> SyncingDocument:
        """The document, at most a minute old unless SSM fails: then the last good one.

        Raises ConnectionMissing, InvalidConnection, or AwsUnavailable if there is no copy.
        """
        copy = self._copies.get(name)
        if copy and self._now() < copy.fresh_until:
            return copy.document
        try:
            document, serves = read_syncing(name, self._load(name)), FRESH_FOR
        except AwsUnavailable:
            if copy is None:
                raise
            document, serves = copy.document, RETRY_AFTER
        self._copies[name] = _Copy(document, self._now() + serves)
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
