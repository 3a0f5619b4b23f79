"""Reading what the API answers. Nothing in an answer is trusted to be of the type it should be."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.seven_senders.transport import Answer

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None

MAX_TOKEN_CHARACTERS = 16_384
MAX_TEXT_CHARACTERS = 2_048
MAX_TAGS_BYTES = 48 * 1024

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IRI = re.compile(r"(?:.*/)?orders?/([A-Za-z0-9_-]{1,64})/?")
_TOKEN = re.compile(rf"[!-~]{{1,{MAX_TOKEN_CHARACTERS}}}")
_ORDER_ID_KEYS = ("order_id", "shop_order_id")
_ORDER_DATE_KEYS = ("order_date", "shop_order_date")
_ORDER_URL_KEYS = ("order_url", "shop_order_url")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIST_KEYS = ("hydra:member", "member")


class Unreadable(Exception):
    """A successful answer that does not say what it should: what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteOrder:
    """An order as Seven Senders has it.

    ``id`` is Seven Senders' own, ``None`` if the answer named none that may stand in a path.
    ``order_date`` is in UTC. ``state`` is its present one, ``states`` all that it has ever been
    in, the present one included, with their times as far as the answer shows them; in lower case,
    and there may be states that this version does not know. ``fields`` lack what the answer does
    not show, or shows in a form that can't be kept.
    """

    id: str | None
    order_id: str
    order_date: datetime | None
    state: str | None
    states: Mapping[str, datetime | None]
    fields: Fields

    def is_dated(self, order_date: datetime) -> bool:
        """Whether it has this date, to the second, as the wire has it."""
        return self.order_date == order_date.replace(microsecond=0)


def is_path_safe(remote_id: str) -> bool:
    """Whether an id may stand in the path of a URL."""
    return _ID.fullmatch(remote_id) is not None


def is_token(text: object) -> bool:
    """Whether a text may stand in a header as a token."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def read_json(answer: Answer) -> Json:
    """The body as JSON, ``None`` if there is no body. Raises Unreadable."""
    if not answer.body.strip():
        return None
    try:
        content: Json = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the answer is not JSON") from error
    return content


def read_token(answer: Answer) -> str:
    """The token of a login. Raises Unreadable."""
    content = read_json(answer)
    token = content.get("token") if isinstance(content, dict) else None
    if not isinstance(token, str) or not is_token(token):
        raise Unreadable("the answer holds no token")
    return token


def read_done(answer: Answer) -> Mapping[str, Json]:
    """What a change was answered: an object, empty if there is no body. Raises Unreadable."""
    content = read_json(answer)
    if content is not None and not isinstance(content, dict):
        raise Unreadable("the answer is no JSON object")
    return content or {}


def read_created_id(answer: Answer, *, order_id: str) -> str | None:
    """The id of a new order: ``id``, ``iri``, ``@id`` or ``Location``.

    Raises Unreadable, also if the answer is about another order.
    """
    content = read_done(answer)
    if _text(_first(content, _ORDER_ID_KEYS)) not in (None, order_id):
        raise Unreadable("the answer is about another order")
    return _remote_id(content) or _id_in(answer.headers.get("location"))


def read_order(answer: Answer) -> RemoteOrder:
    """One order. Raises Unreadable."""
    order = _order(read_json(answer))
    if order is None:
        raise Unreadable("the answer is not an order")
    return order


def read_orders(answer: Answer) -> list[RemoteOrder | None]:
    """A list of orders, ``None`` for each that can't be read. Raises Unreadable."""
    content = read_json(answer)
    if isinstance(content, dict):
        content = next((content[key] for key in _LIST_KEYS if key in content), None)
    if not isinstance(content, list):
        raise Unreadable("the answer is not a list")
    return [_order(element) for element in content]


def _order(content: Json) -> RemoteOrder | None:
    if not isinstance(content, dict):
        return None
    order_id = _text(_first(content, _ORDER_ID_KEYS))
    if order_id is None:
        return None
    state = _state(content.get("state"))
    history = content.get("states_history")
    past = [_dated_state(step) for step in history] if isinstance(history, list) else []
    return RemoteOrder(
        id=_remote_id(content),
        order_id=order_id,
        order_date=_time(_first(content, _ORDER_DATE_KEYS)),
        state=state,
        states={name: at for name, at in ((state, None), *past) if name is not None},
        fields=_fields(content),
    )


def _fields(content: Mapping[str, Json]) -> Fields:
    return Fields(
        language=_kept_text(content.get("language")),
        order_url=_kept_text(_first(content, _ORDER_URL_KEYS)),
        order_tags=_tags(content.get("order_tags")),
        promised_delivery_date=_time(content.get("promised_delivery_date")),
        boarding_complete=content.get("boarding_complete") is True,
    )


def _tags(value: Json) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    tags = {
        name: text
        for name, tag in value.items()
        if _is_kept(name) and (text := _kept_text(tag)) is not None
    }
    size = sum(len(f"{name}{text}".encode()) for name, text in tags.items())
    return tags if len(tags) == len(value) and size <= MAX_TAGS_BYTES else {}


def _kept_text(value: Json) -> str | None:
    return value if isinstance(value, str) and _is_kept(value) else None


def _is_kept(text: str) -> bool:
    # The ledger is to hold it: no name may be empty there, no text a lone surrogate.
    return 0 < len(text) <= MAX_TEXT_CHARACTERS and not _SURROGATE.search(text)


def _first(content: Mapping[str, Json], keys: tuple[str, ...]) -> Json:
    return next((content[key] for key in keys if content.get(key) is not None), None)


def _text(value: Json) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _remote_id(content: Mapping[str, Json]) -> str | None:
    plain = _text(content.get("id"))
    if plain is not None and is_path_safe(plain):
        return plain
    return next((i for key in ("id", "iri", "@id") if (i := _id_in(content.get(key)))), None)


def _id_in(iri: Json) -> str | None:
    if not isinstance(iri, str):
        return None
    # Cut off first: a pattern with a second open end is busy for minutes with an IRI of 1 MiB.
    path = re.split("[?#]", iri, maxsplit=1)[0]
    match = _IRI.fullmatch(path)
    return match[1] if match else None


def _state(value: Json) -> str | None:
    name = value.get("state") if isinstance(value, dict) else value
    return name.strip().lower() if isinstance(name, str) else None


def _dated_state(value: Json) -> tuple[str | None, datetime | None]:
    return _state(value), _time(value.get("datetime")) if isinstance(value, dict) else None


def _time(value: Json) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
