"""The settings of a connection that the mapping uses."""

import re
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
)

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.public_holidays import UnknownCountry, public_holidays

LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt pl pt ro ru sk sl sv uk".split()
)
"""The languages that the API takes (source: seed)."""

DATES, COUNTRY = "[dates]", "[country]"
"""Stand in the path of an error within ``holidays``, behind it."""

_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_EXPECTED_HOLIDAYS = "expected dates, or a country code that the holidays package knows, such as DE"


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"expected one of {', '.join(sorted(LANGUAGES))}")
    return value


def _url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError("expected a URL such as https://shop.example/")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("expected an IANA time zone such as Europe/Berlin") from error
    return value


def _country(value: str) -> str:
    try:
        public_holidays(value)
    except UnknownCountry as error:
        raise ValueError(_EXPECTED_HOLIDAYS) from error
    return value


def _kind_of_holidays(value: object) -> str | None:
    if isinstance(value, str):
        return COUNTRY
    return DATES if isinstance(value, list | tuple) else None


type Holidays = Annotated[
    Annotated[tuple[date, ...], Tag(DATES)]
    | Annotated[str, AfterValidator(_country), Tag(COUNTRY)],
    Discriminator(
        _kind_of_holidays,
        custom_error_type="holidays",
        custom_error_message=_EXPECTED_HOLIDAYS,
    ),
]


type Url = Annotated[str, AfterValidator(_url)]


class PromisedDateRule(BaseModel):
    """N business days after day 0, which is the order's day or the next business day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    business_days: int = Field(ge=0, le=365)
    cut_off_hour: int = Field(ge=0, le=24)
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    holidays: Holidays = ()


class MappingSettings(BaseModel):
    """How the orders of one connection become orders at Seven Senders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_url: Url | None = None
    order_urls: dict[str, Url] = {}
    default_language: Annotated[str, AfterValidator(_language)] | None = None
    order_id_prefix: str = ""
    include_test_orders: bool = False
    include_pos_orders: bool = False
    include_orders_without_shipping: bool = False
    include_pending_orders: bool = False
    max_order_age_days: int = Field(default=90, ge=0, le=36_500)  # timedelta has an end
    orders_since: AwareDatetime | None = None
    look_up_before_create: bool = False
    promised_date_rule: PromisedDateRule | None = None
    state_tags: dict[str, State] = {}
    state_statuses: dict[str, State] = {"processing": State.IN_PREPARATION}

    def created_too_early(self, created_at: datetime) -> bool:
        """Whether an order lies before the first one that this connection creates."""
        return self.orders_since is not None and created_at < self.orders_since
