"""What opens the API of a connection's shop: a document of its own, which one function may read."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, model_validator

from seven_senders_adapter.connections.documents import (
    WITH_SECRETS,
    NotEmpty,
    Secret,
    check_size,
    validate,
)
from seven_senders_adapter.connections.rules import InvalidConnection

SHOPIFY_API_VERSION = "2026-10"
"""The newest stable one. What is used of it is there since 2025-10 (source: its changelog)."""

WARNED_BEFORE = timedelta(days=60)

_VERSION = re.compile(r"20[0-9]{2}-(01|04|07|10)")
_SHOP = re.compile(r"https://[a-z0-9][a-z0-9-]*\.myshopify\.com")
_SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_IN_A_HEADER = re.compile(r"[!-~]+")
_ON_THIS_MACHINE = re.compile(r"http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?(/[a-z0-9/-]*)?")


def _shopify_url(value: str) -> str:
    if not _SHOP.fullmatch(value) and not _ON_THIS_MACHINE.fullmatch(value):
        raise ValueError("expected the shop's own URL, such as https://my-shop.myshopify.com")
    return value


def _woocommerce_url(value: str) -> str:
    if not _SITE.fullmatch(value):
        raise ValueError("expected the shop's address, such as https://shop.example")
    return value.rstrip("/")


def _version(value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise ValueError(f"expected a stable version such as {SHOPIFY_API_VERSION}")
    return value


def _header_safe(value: SecretStr) -> SecretStr:
    if not _IN_A_HEADER.fullmatch(value.get_secret_value()):
        raise ValueError("expected letters, digits and signs of ASCII, without blanks")
    return value


type HeaderSecret = Annotated[Secret, AfterValidator(_header_safe)]
"""A secret that travels in a header, where what was copied beside it, unseen, does not fit."""


def end_of(version: str | None) -> date | None:
    """From when on Shopify no longer keeps a version of its API; ``None`` if it is none of its.

    It keeps each for a year from the month in its name. Then it answers by the oldest that it
    keeps, in which something may be missing (source: shopify.dev, API versioning).
    """
    if version is None or not _VERSION.fullmatch(version):
        return None
    year, month = map(int, version.split("-"))
    return date(year + 1, month, 1)


def newest_version(today: date) -> str:
    """The newest stable version of Shopify's API: one comes with each quarter."""
    return f"{today.year}-{1 + (today.month - 1) // 3 * 3:02}"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def text(self) -> str:
        """The document as JSON for SSM, secrets included."""
        return self.model_dump_json(exclude_none=True, context=WITH_SECRETS)


class ShopifyApiDocument(_Document):
    """An app of the shop: its client id, or a token of the Admin API that it has already.

    The client secret signs the webhooks that the app registers.
    """

    platform: Literal["shopify"] = "shopify"
    url: Annotated[str, AfterValidator(_shopify_url)]
    client_id: NotEmpty | None = None
    client_secret: Secret
    access_token: HeaderSecret | None = None
    api_version: Annotated[str, AfterValidator(_version)] = SHOPIFY_API_VERSION

    @property
    def domain(self) -> str:
        """The shop's name in the headers of its deliveries."""
        return urlsplit(self.url).hostname or ""

    @model_validator(mode="after")
    def _opens_the_api(self) -> Self:
        if self.client_id is None and self.access_token is None:
            raise ValueError("client_id or access_token is needed")
        return self


class WooCommerceApiDocument(_Document):
    """A key of the shop's REST API that may read and write.

    ``plain_http``: the shop has no TLS, so that requests are signed and show no secret. What they
    and their answers say can be read on the way.
    """

    platform: Literal["woocommerce"] = "woocommerce"
    url: Annotated[str, AfterValidator(_woocommerce_url)]
    consumer_key: HeaderSecret
    consumer_secret: HeaderSecret
    plain_http: bool = False

    @model_validator(mode="after")
    def _is_as_safe_as_said(self) -> Self:
        is_plain = self.url.startswith("http://")
        if self.plain_http and not is_plain:
            raise ValueError("plain_http is for an address with http://, not with https://")
        if is_plain and not self.plain_http and not _ON_THIS_MACHINE.fullmatch(self.url):
            raise ValueError(
                "the shop's address has to begin with https://, such as https://shop.example; if"
                " the shop has no TLS, plain_http has requests signed with OAuth 1.0a: connect it"
                " with --plain-http"
            )
        return self


type ShopApiDocument = ShopifyApiDocument | WooCommerceApiDocument

_FORMS: Mapping[str, type[ShopifyApiDocument] | type[WooCommerceApiDocument]] = {
    "shopify": ShopifyApiDocument,
    "woocommerce": WooCommerceApiDocument,
}


class _Platform(BaseModel):
    platform: str


def read_shop_api(name: str, text: str) -> ShopApiDocument:
    """Read what opens the API of a connection's shop. Raises InvalidConnection."""
    platform = validate(_Platform, name, text).platform
    if platform not in _FORMS:
        raise InvalidConnection(f"connection {name}: no API of {platform} is known")
    document = validate(_FORMS[platform], name, text)
    check_size(name, "shop API", document.text())
    return document
