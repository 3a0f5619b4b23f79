"""The connections as the receiver sees them: all at once, from SSM, checked without pydantic."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import sleep
from typing import TYPE_CHECKING, Any

from seven_senders_adapter.aws import AwsUnavailable, reaching
from seven_senders_adapter.clock import Clock, from_text, utc_now
from seven_senders_adapter.connections.rules import InvalidConnection, is_name
from seven_senders_adapter.shops.shop import ProjectionNames

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from seven_senders_adapter.telemetry import Telemetry

FRESH_FOR = timedelta(minutes=1)
RETRY_AFTER = timedelta(seconds=10)
PATIENCE = timedelta(seconds=3)
FIRST_PAUSE = timedelta(seconds=0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingConnection:
    """What the receiver needs to know of one connection. Secrets are never printed."""

    platform: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    retiring_secrets: tuple[tuple[str, datetime], ...] = field(repr=False)
    """Each with its end."""
    shop_domain: str | None
    names: ProjectionNames

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """The secrets that a delivery may be signed with."""
        still = tuple(secret for secret, until in self.retiring_secrets if now < until)
        return self.webhook_secrets + still


def read_receiving(text: str, *, platforms: Collection[str]) -> ReceivingConnection:
    """Read a receiving document. Raises InvalidConnection, which names the first wrong key.

    Keys that are not known are left: the document was checked in full where it was written.
    """
    try:
        settings = json.loads(text)
    except ValueError:
        raise InvalidConnection("the document is no JSON") from None
    if not isinstance(settings, dict):
        raise InvalidConnection("the document is no JSON object")
    secrets = _texts(settings, "webhook_secrets")
    if not secrets:
        raise InvalidConnection("webhook_secrets: at least one is needed")
    if settings.get("platform") not in platforms:
        raise InvalidConnection(f"platform: expected one of {', '.join(sorted(platforms))}")
    return ReceivingConnection(
        platform=settings["platform"],
        webhook_secrets=secrets,
        retiring_secrets=_retiring(settings),
        shop_domain=_text(settings, "shop_domain"),
        names=ProjectionNames(
            promised_date_attribute=_text(settings, "promised_date_attribute"),
            promised_date_meta_key=_text(settings, "promised_date_meta_key"),
            promised_date_format=_text(settings, "promised_date_format"),
            language_meta_keys=_texts(settings, "language_meta_keys"),
            tag_meta_keys=_text_map(settings, "tag_meta_keys"),
            send_order_items=_flag(settings, "send_order_items"),
        ),
    )


class ReceivingConnections:
    """All receiving documents under ``path``, loaded together, at most once a minute.

    ``platforms`` are the shops that are known. A document that can't be read takes no other
    down: its name stays known and stands for ``InvalidConnection``.
    """

    def __init__(
        self,
        *,
        ssm: "SSMClient",
        path: str,
        platforms: Collection[str],
        telemetry: "Telemetry",
        now: Clock = utc_now,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._ssm = ssm
        self._path = path
        self._platforms = platforms
        self._telemetry = telemetry
        self._now = now
        self._pause = pause
        self._known: Mapping[str, ReceivingConnection | InvalidConnection] | None = None
        self._fresh_until = now()

    def get(self, name: str) -> ReceivingConnection | None:
        """The connection of this name; ``None`` if there is none.

        Raises InvalidConnection if its document is broken, and AwsUnavailable if SSM fails and
        nothing was ever loaded.
        """
        found = self._all().get(name)
        if isinstance(found, InvalidConnection):
            raise found
        return found

    def _all(self) -> Mapping[str, ReceivingConnection | InvalidConnection]:
        if self._known is None:
            self._known = self._load_patiently()
            self._fresh_until = self._now() + FRESH_FOR
        elif self._now() >= self._fresh_until:
            try:
                self._known, serves = self._load(), FRESH_FOR
            except AwsUnavailable as error:
                self._telemetry.warn("the last good connections serve on", error=str(error))
                serves = RETRY_AFTER
            self._fresh_until = self._now() + serves
        return self._known

    def _load_patiently(self) -> Mapping[str, ReceivingConnection | InvalidConnection]:
        give_up_at = self._now() + PATIENCE
        pause = FIRST_PAUSE
        while True:
            try:
                return self._load()
            except AwsUnavailable as error:
                if self._now() + pause >= give_up_at:
                    self._telemetry.warn("no connections could be loaded", error=str(error))
                    raise
            self._pause(pause.total_seconds())
            pause *= 2

    def _load(self) -> Mapping[str, ReceivingConnection | InvalidConnection]:
        texts: dict[str, str] = {}
        pages = self._ssm.get_paginator("get_parameters_by_path")
        with reaching("ssm GetParametersByPath"):
            for page in pages.paginate(Path=self._path, WithDecryption=True):
                for parameter in page["Parameters"]:
                    texts[parameter["Name"].rpartition("/")[2]] = parameter["Value"]
        return {name: self._read(name, text) for name, text in texts.items() if is_name(name)}

    def _read(self, name: str, text: str) -> ReceivingConnection | InvalidConnection:
        try:
            return read_receiving(text, platforms=self._platforms)
        except InvalidConnection as error:
            with self._telemetry.about(connection=name):
                self._telemetry.connection_failed("broken_document")
                self._telemetry.warn("the receiving document is broken", error=str(error))
            return error


def _text(settings: Mapping[str, Any], key: str) -> str | None:
    value = settings.get(key)
    if value is not None and not _is_text(value):
        raise InvalidConnection(f"{key}: expected a string that is not empty")
    return value


def _texts(settings: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    value = settings.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(map(_is_text, value)):
        raise InvalidConnection(f"{key}: expected a list of strings that are not empty")
    return tuple(value)


def _retiring(settings: Mapping[str, Any]) -> tuple[tuple[str, datetime], ...]:
    entries = settings.get("retiring_secrets", [])
    try:
        pairs = tuple((entry["secret"], from_text(entry["until"])) for entry in entries)
        readable = all(_is_text(secret) for secret, _ in pairs)
    except (LookupError, TypeError, ValueError):
        readable = False
    if not readable:
        raise InvalidConnection("retiring_secrets: expected a list of {secret, until}")
    return pairs


def _text_map(settings: Mapping[str, Any], key: str) -> Mapping[str, str] | None:
    value = settings.get(key)
    if value is None:
        return None
    if not isinstance(value, dict) or not all(map(_is_text, (*value, *value.values()))):
        raise InvalidConnection(f"{key}: expected an object of strings that are not empty")
    return value


def _flag(settings: Mapping[str, Any], key: str) -> bool:
    value = settings.get(key, False)
    if not isinstance(value, bool):
        raise InvalidConnection(f"{key}: expected true or false")
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
