"""How orders look when they are read, one by one and in lists."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from seven_senders_local.sandbox.rules import Account, Order, Refused
from seven_senders_local.sandbox.settings import IdForm, Settings

BASE_PATH = "/v2"
_OLD_NAMES = {name: f"shop_{name}" for name in ("order_id", "order_url", "order_date")}
_DEFAULT_LIMIT = 20


def identity(order: Order, form: IdForm) -> dict[str, object]:
    """The id of an order in the form in which an answer's body names it."""
    iri = f"{BASE_PATH}/orders/{order.id}"
    forms: dict[IdForm, dict[str, object]] = {"id": {"id": order.id}}
    forms |= {"iri": {"iri": iri}, "@id": {"@id": iri}}
    return forms.get(form, {})


def shown(order: Order, settings: Settings) -> dict[str, object]:
    """An order as a read shows it."""
    form = settings.id_form if settings.id_form in ("id", "iri", "@id") else "id"
    fields = {"order_id": order.order_id, **order.fields}
    if settings.old_names:
        fields = {_OLD_NAMES.get(name, name): value for name, value in fields.items()}
    history = [
        {"state": entry.state, "datetime": entry.datetime}
        | ({"location": entry.location} if entry.location else {})
        for entry in order.states
    ]
    return {
        **identity(order, form),
        **fields,
        "state": order.state,
        "states_history": history,
        "shipments": [],
    }


def listed(account: Account, query: Sequence[tuple[str, str]], settings: Settings) -> object:
    """The answer to ``GET /orders`` with these query parameters. Raises Refused."""
    asked = dict(query)
    known = {"order_id", "state", "order_date[before]", "order_date[after]", "limit", "offset"}
    if len(asked) != len(query) or not set(asked) <= known:
        raise Refused(400, f"expected each of {sorted(known)} at most once")
    filters = {n: v for n, v in asked.items() if n not in settings.ignored_filters}
    before = _bound(filters, "order_date[before]", datetime.max.replace(tzinfo=UTC))
    after = _bound(filters, "order_date[after]", datetime.min.replace(tzinfo=UTC))
    state = filters.get("state")
    named = account.named(filters["order_id"]) if "order_id" in filters else account.orders.values()
    found = (
        order
        for order in named
        if after <= order.order_date <= before and state in (None, order.state)
    )
    offset = _count(filters, "offset", 0, least=0)
    limit = min(_count(filters, "limit", _DEFAULT_LIMIT, least=1), settings.largest_page)
    page = [shown(order, settings) for order in islice(found, offset, offset + limit)]
    if settings.list_form == "array":
        return page
    return {
        "@id": f"{BASE_PATH}/orders",
        "@type": "hydra:Collection",
        "hydra:member": page,
        "hydra:totalItems": offset + len(page) + sum(1 for _ in found),
    }


def _bound(filters: dict[str, str], name: str, otherwise: datetime) -> datetime:
    if name not in filters:
        return otherwise
    try:
        at = datetime.fromisoformat(filters[name])
    except ValueError as error:
        raise Refused(400, f"{name}: expected an ISO 8601 date or date-time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _count(asked: dict[str, str], name: str, otherwise: int, *, least: int) -> int:
    text = asked.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise Refused(400, f"{name}: expected a whole number of at least {least}")
    return int(text)
