"""A connection's settings as documents: one in a YAML file, two in SSM."""

import json
import re
from collections.abc import Mapping, Sized
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    SecretStr,
    SerializationInfo,
    ValidationError,
)
from pydantic_core import ErrorDetails

from seven_senders_adapter.connections.rules import (
    MAX_DOCUMENT_BYTES,
    InvalidConnection,
    check_name,
)
from seven_senders_adapter.domain.settings import COUNTRY, DATES, MappingSettings, PromisedDateRule
from seven_senders_adapter.seven_senders.account import PRODUCTION_URL, Account
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import ProjectionNames

WITH_SECRETS = "with secrets"
"""The context in which a document's JSON holds its secrets."""

_BASE_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_HOST_NAME = re.compile(r"[^\s/:@?#]+")


_A_TIME = "expected a date and time with offset such as 2026-10-01T00:00:00+02:00"
_PLAINLY = {
    "timezone_aware": _A_TIME,
    "datetime_parsing": _A_TIME,
    "datetime_from_date_parsing": _A_TIME,
    "datetime_object_invalid": _A_TIME,
    "datetime_type": _A_TIME,
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
}
"""What is expected, by pydantic's types of errors, where its own texts help nobody."""


def _platform(value: str) -> str:
    if value not in SHOPS:
        raise ValueError(f"expected one of {', '.join(sorted(SHOPS))}")
    return value


def _strptime_format(value: str) -> str:
    day = datetime(2026, 3, 28, tzinfo=UTC)
    try:
        has_year = "%Y" in value or "%y" in value
        understood = has_year and datetime.strptime(day.strftime(value), value).replace(tzinfo=UTC)
    except ValueError:
        understood = False
    if not understood or understood.date() != day.date():
        raise ValueError("expected a strptime format of a whole date such as %d.%m.%Y")
    return value


def _host_name(value: str) -> str:
    if not _HOST_NAME.fullmatch(value):
        raise ValueError("expected a host name such as shop.example")
    return value.lower()


def _base_url(value: str) -> str:
    if not _BASE_URL.fullmatch(value):
        raise ValueError(f"expected a base URL such as {PRODUCTION_URL}")
    return value.rstrip("/")


def _not_empty[V: Sized](value: V) -> V:
    if not len(value):
        raise ValueError("expected a value that is not empty")
    return value


def _as_json(secret: SecretStr, info: SerializationInfo) -> str:
    return secret.get_secret_value() if info.context == WITH_SECRETS else str(secret)


type Secret = Annotated[
    SecretStr,
    AfterValidator(_not_empty),
    PlainSerializer(_as_json, return_type=str, when_used="json"),
]
type HostName = Annotated[str, AfterValidator(_host_name)]
type NotEmpty = Annotated[str, AfterValidator(_not_empty)]


class RetiringSecret(BaseModel):
    """A webhook secret that was replaced, and when it ends."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    secret: Secret
    until: AwareDatetime


class ReceivingDocument(BaseModel):
    """What the receiver needs to know: nothing that opens the API."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    platform: Annotated[str, AfterValidator(_platform)]
    webhook_secrets: Annotated[tuple[Secret, ...], AfterValidator(_not_empty)]
    retiring_secrets: tuple[RetiringSecret, ...] = ()
    shop_domain: HostName | None = None
    language_meta_keys: tuple[NotEmpty, ...] | None = None
    promised_date_attribute: NotEmpty | None = None
    promised_date_meta_key: NotEmpty | None = None
    promised_date_format: Annotated[str, AfterValidator(_strptime_format)] | None = None
    tag_meta_keys: dict[NotEmpty, NotEmpty] = {}
    send_order_items: bool = False


class SyncingDocument(MappingSettings):
    """What syncing needs to know: the account, and how orders become orders there."""

    access_key: Secret
    api_url: Annotated[str, AfterValidator(_base_url)] = PRODUCTION_URL
    paused: bool = False

    @property
    def account(self) -> Account:
        """The account that the connection's orders go to."""
        return Account(api_url=self.api_url, access_key=self.access_key.get_secret_value())


class ConnectionDocument(ReceivingDocument, SyncingDocument):
    """All settings of one connection."""

    @property
    def projection_names(self) -> ProjectionNames:
        """What of an order may pass, as the receiver has it."""
        return ProjectionNames(
            promised_date_attribute=self.promised_date_attribute,
            promised_date_meta_key=self.promised_date_meta_key,
            promised_date_format=self.promised_date_format,
            language_meta_keys=self.language_meta_keys,
            tag_meta_keys=self.tag_meta_keys,
            send_order_items=self.send_order_items,
        )

    def receiving_text(self) -> str:
        """The receiving document as JSON for SSM, secrets included."""
        return self._text(ReceivingDocument)

    def syncing_text(self) -> str:
        """The syncing document as JSON for SSM, the access key included."""
        return self._text(SyncingDocument)

    def without_ended_secrets(self, now: datetime) -> "ConnectionDocument":
        """The same, without the secrets that have ended."""
        left = tuple(retiring for retiring in self.retiring_secrets if now < retiring.until)
        if left == self.retiring_secrets:
            return self
        return self.model_copy(update={"retiring_secrets": left})

    def settings(self) -> dict[str, Any]:
        """What was set, as JSON values, secrets included: what ``read_connection`` takes."""
        return self.model_dump(mode="json", exclude_unset=True, context=WITH_SECRETS)

    def _text(self, part: type[BaseModel]) -> str:
        keys = part.model_fields
        settings = {key: value for key, value in self.settings().items() if key in keys}
        return json.dumps(settings, ensure_ascii=False, separators=(",", ":"))


def read_connection(name: str, settings: object) -> ConnectionDocument:
    """Check a connection's name and all its settings. Raises InvalidConnection."""
    check_name(name)
    document = validate(ConnectionDocument, name, json.dumps(settings, default=str))
    check_size(name, "receiving", document.receiving_text())
    check_size(name, "syncing", document.syncing_text())
    return document


def read_syncing(name: str, text: str) -> SyncingDocument:
    """Read the syncing document of a connection as SSM holds it. Raises InvalidConnection."""
    return validate(SyncingDocument, name, text)


def validate[D: BaseModel](form: type[D], name: str, text: str) -> D:
    """Read a document of a connection. Raises InvalidConnection, which names every wrong key."""
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        raise InvalidConnection(
            f"connection {name}: " + "; ".join(_in_words(form, detail) for detail in wrong)
        ) from None  # pydantic's own error shows what was put in


_WITHIN: Mapping[str, type[BaseModel]] = {
    "promised_date_rule": PromisedDateRule,
    "retiring_secrets": RetiringSecret,
}


def _in_words(form: type[BaseModel], detail: ErrorDetails) -> str:
    *outer, key = detail["loc"] or ("the document",)
    path = ".".join(str(part) for part in (*outer, key) if part not in {COUNTRY, DATES})
    if detail["type"] != "extra_forbidden":
        message = _PLAINLY.get(detail["type"], detail["msg"].removeprefix("Value error, "))
        return f"{path}: {message}"
    known = (_WITHIN[str(outer[0])] if outer else form).model_fields
    nearest = get_close_matches(str(key), known, n=1, cutoff=0)
    return f"{path}: not a known key, the nearest one is {nearest[0]}"


def check_size(name: str, part: str, text: str) -> None:
    """Raise InvalidConnection if a document does not fit into its parameter."""
    if (size := len(text.encode())) > MAX_DOCUMENT_BYTES:
        settings = json.loads(text)
        longest = max(settings, key=lambda key: len(json.dumps(settings[key])))
        raise InvalidConnection(
            f"connection {name}: the {part} document has {size} bytes, SSM takes"
            f" {MAX_DOCUMENT_BYTES}; shorten {longest}, its longest key"
        )
