"""The changeable fields of an order, from its newest snapshot and the connection's settings."""

from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.domain.promised_date import promised_by_rule
from seven_senders_adapter.domain.settings import LANGUAGES, MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the fields of a known order build on. ``language`` is the shop's, not reduced."""

    fields: Fields
    language: str | None
    order_date: datetime


def wanted_fields(
    snapshot: Snapshot, settings: MappingSettings, known: Known | None
) -> tuple[Fields, str | None]:
    """The fields that the order should have, and the shop's language that they were made for.

    On a known order a language that the API does not take changes nothing, a promised date
    that is gone stays, and ``boarding_complete`` never goes back to false.
    """
    shop_language = _shop_language(snapshot, settings, known)
    language = _language(shop_language, settings, known)
    order_date = known.order_date if known else snapshot.created_at
    promised = snapshot.promised_at
    if promised is None and settings.promised_date_rule is not None:
        promised = promised_by_rule(order_date, settings.promised_date_rule)
    if promised is None and known is not None:
        promised = known.fields.promised_delivery_date
    fields = Fields(
        language=language,
        order_url=_order_url(shop_language, language, settings),
        order_tags=dict(snapshot.tags),
        promised_delivery_date=promised,
        boarding_complete=snapshot.shipped
        or (known is not None and known.fields.boarding_complete),
    )
    return fields, shop_language


def _shop_language(
    snapshot: Snapshot, settings: MappingSettings, known: Known | None
) -> str | None:
    language = snapshot.language
    usable = language in LANGUAGES or language in settings.order_urls
    return language if usable or known is None else known.language


def _language(
    shop_language: str | None, settings: MappingSettings, known: Known | None
) -> str | None:
    if shop_language in LANGUAGES:
        return shop_language
    return known.fields.language if known else settings.default_language


def _order_url(
    shop_language: str | None, language: str | None, settings: MappingSettings
) -> str | None:
    for key in (shop_language, language):
        if key is not None and key in settings.order_urls:
            return settings.order_urls[key]
    return settings.order_url
