"""The deliveries in ``events/``: read, filled with dates relative to now, and signed.

A placeholder in a text, such as ``{gmt -3d +2h}``, is the moment so far from now, written as its
first word says. The shops' clocks are two hours ahead of UTC.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from seven_senders_local.paths import ROOT

EVENTS = ROOT / "events"
CONNECTIONS_FILE = EVENTS / "connections.yaml"

_SHOP_TIME = timezone(timedelta(hours=2))

_FORMATS: Mapping[str, Callable[[datetime], str]] = {
    "utc": lambda at: at.isoformat(),
    "offset": lambda at: at.astimezone(_SHOP_TIME).isoformat(),
    "nanoseconds": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.000000000Z",
    "gmt": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}",
    "local": lambda at: f"{at.astimezone(_SHOP_TIME):%Y-%m-%dT%H:%M:%S}",
    "date": lambda at: f"{at:%Y-%m-%d}",
    "dotted_date": lambda at: f"{at:%d.%m.%Y}",
    "end_of_day": lambda at: f"{at:%Y-%m-%d}T23:59:59+00:00",
}

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_PLACEHOLDER = re.compile(r"\{(\w+)((?: [+-]\d+[dhm])+)\}")
_SIGNATURE = "{signature}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One file: a delivery with placeholders. ``name`` is its path, ``shopify/1001-1-created``."""

    name: str
    about: str
    headers: Mapping[str, str]
    body: object

    @property
    def platform(self) -> str:
        """The folder it lies in."""
        return self.name.partition("/")[0]

    @property
    def connection(self) -> str:
        """The connection of ``events/connections.yaml`` that it is sent to."""
        return f"demo-{self.platform}"

    @property
    def topic(self) -> str:
        """The shop's topic; empty for a ping."""
        names = ("X-Shopify-Topic", "X-WC-Webhook-Topic")
        return next((self.headers[name] for name in names if name in self.headers), "")


@dataclass(frozen=True, slots=True)
class SignedDelivery:
    """What goes over the wire."""

    headers: Mapping[str, str]
    body: bytes


def load_events(folder: Path = EVENTS) -> dict[str, Event]:
    """All events by name, in order of their names. Raises ValueError for one that is amiss."""
    events = (_load(path) for path in sorted(folder.glob("*/*.json")))
    return {event.name: event for event in events}


def _load(path: Path) -> Event:
    document = json.loads(path.read_text(encoding="utf-8"))
    if set(document) != {"about", "headers", "body"}:
        raise ValueError(f"{path}: expected the keys about, headers and body")
    return Event(name=f"{path.parent.name}/{path.stem}", **document)


def fill(value: object, now: datetime) -> object:
    """A JSON value with all placeholders of moments filled in. Raises ValueError."""
    match value:
        case str():
            return _PLACEHOLDER.sub(lambda found: _moment(found, now), value)
        case dict():
            return {key: fill(inner, now) for key, inner in value.items()}
        case list():
            return [fill(inner, now) for inner in value]
        case _:
            return value


def sign(event: Event, *, secret: str, now: datetime) -> SignedDelivery:
    """The delivery as its shop sends it ``now``: filled, serialised in the shop's way, signed."""
    body = _serialised(event.platform, fill(event.body, now.astimezone(UTC)))
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    headers = {
        name: str(fill(value, now.astimezone(UTC))).replace(_SIGNATURE, signature)
        for name, value in event.headers.items()
    }
    return SignedDelivery(headers, body)


def _moment(found: re.Match[str], now: datetime) -> str:
    form, terms = found.groups()
    if form not in _FORMATS:
        raise ValueError(f"{found.group()}: expected one of {', '.join(_FORMATS)}")
    away = sum(
        (timedelta(**{_UNITS[term[-1]]: int(term[:-1])}) for term in terms.split()), timedelta()
    )
    return _FORMATS[form](now.replace(microsecond=0) + away)


def _serialised(platform: str, body: object) -> bytes:
    """JSON with the escapes of each platform, which a signature of other bytes would not fit."""
    if isinstance(body, str):
        return body.encode()
    text = json.dumps(body, ensure_ascii=platform == "woocommerce", separators=(",", ":"))
    text = text.replace("/", r"\/")
    return (text.replace("&", r"\u0026") if platform == "shopify" else text).encode()
