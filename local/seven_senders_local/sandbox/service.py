"""The API without its sockets: a request in, an answer out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qsl, urlsplit

from seven_senders_local.sandbox.access import Access
from seven_senders_local.sandbox.reading import BASE_PATH, identity, listed, shown
from seven_senders_local.sandbox.rules import Account, Body, Order, Refused
from seven_senders_local.sandbox.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request; header names in lower case, ``path`` without the base path."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def to(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Request":
        """Read a request's target, base path included. Raises Refused (404) outside of it."""
        url = urlsplit(target)
        if not url.path.startswith(f"{BASE_PATH}/"):
            raise Refused(404, f"No route found, all paths begin with {BASE_PATH}/")
        query = tuple(parse_qsl(url.query, keep_blank_values=True))
        path = url.path.removeprefix(BASE_PATH)
        return cls(method=method, path=path, query=query, headers=headers, body=body)

    def document(self) -> Body:
        """The body as a JSON object. Raises Refused."""
        if self.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refused(415, "expected Content-Type: application/json")
        try:
            document = json.loads(self.body, parse_constant=_no_number)
        except ValueError as error:
            raise Refused(400, "Syntax error") from error
        if not isinstance(document, dict):
            raise Refused(400, "expected a JSON object")
        return document


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: status, body and headers; ``missing`` bytes of the body are promised only."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    missing: int = 0

    @classmethod
    def of(cls, status: int, value: object, headers: Mapping[str, str] | None = None) -> "Answer":
        """An answer with a JSON body."""
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, {"Content-Type": "application/json", **(headers or {})})

    @classmethod
    def refusing(cls, refusal: Refused) -> "Answer":
        """An answer that says what is wrong, as API Platform does."""
        value: dict[str, object] = {
            "@type": "ConstraintViolationList" if refusal.violations else "hydra:Error",
            "hydra:title": "An error occurred",
            "hydra:description": refusal.message,
        }
        if refusal.violations:
            value["violations"] = [
                {"propertyPath": path, "message": message} for path, message in refusal.violations
            ]
        return cls.of(refusal.status, value, {"Content-Type": "application/ld+json"})


@dataclass(slots=True)
class Service:
    """All accounts, behind their keys. Not safe for threads: the server locks it."""

    settings: Settings = field(default_factory=Settings)
    access: Access = field(default_factory=Access)
    accounts: dict[str, Account] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: count(4_434_712))

    def account(self, access_key: str) -> Account:
        """The account of an access key, opened at its first use."""
        return self.accounts.setdefault(access_key, Account(ids=self._ids))

    def order_id_of(self, request: Request) -> str | None:
        """The ``order_id`` that a request is about, as far as it can be told."""
        if request.path.startswith("/orders/"):
            remote_id = _remote_id(request.path)
            return next(
                (
                    a.orders[remote_id].order_id
                    for a in self.accounts.values()
                    if remote_id in a.orders
                ),
                None,
            )
        if request.method == "GET":
            return dict(request.query).get("order_id")
        try:
            order_id = request.document().get("order_id")
        except Refused:
            return None
        return order_id if isinstance(order_id, str) else None

    def answer(self, request: Request, *, now: float) -> Answer:
        """Do what the request asks, if the rules let it."""
        try:
            return self._answer(request, now)
        except Refused as refusal:
            return Answer.refusing(refusal)

    def _answer(self, request: Request, now: float) -> Answer:
        if request.path == "/token":
            _only(request, "POST")
            token = self.access.log_in(request.document(), settings=self.settings, now=now)
            return Answer.of(200, {"token": token})
        key = self.access.key_for(request.headers.get("authorization", ""), now=now)
        account = self.account(key)
        if request.path == "/orders":
            return self._orders(account, request)
        if request.path.startswith("/orders/"):
            return self._order(account, request)
        if request.path == "/order_states":
            _only(request, "POST")
            order = account.add_state(request.document())
            return Answer(201, headers={"Location": f"{BASE_PATH}/orders/{order.id}"})
        raise Refused(404, "No route found")

    def _orders(self, account: Account, request: Request) -> Answer:
        _only(request, "GET", "POST")
        if request.method == "GET":
            return Answer.of(200, listed(account, request.query, self.settings))
        order, is_new = account.create(request.document(), duplicate=self.settings.duplicate_answer)
        return self._created(order, 201 if is_new else 200)

    def _created(self, order: Order, status: int) -> Answer:
        match self.settings.id_form:
            case "location":
                return Answer(status, headers={"Location": f"{BASE_PATH}/orders/{order.id}"})
            case "none":
                return Answer(status)
            case form:
                fields = {"order_id": order.order_id, "state": order.state}
                return Answer.of(status, identity(order, form) | fields)

    def _order(self, account: Account, request: Request) -> Answer:
        _only(request, "GET", "PUT", "DELETE")
        remote_id = _remote_id(request.path)
        match request.method:
            case "GET":
                return Answer.of(200, shown(account.get(remote_id), self.settings))
            case "PUT":
                order = account.update(remote_id, request.document())
                return Answer.of(200, shown(order, self.settings))
            case _:
                account.delete(remote_id)
                return Answer(204)


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is not JSON")


def _remote_id(path: str) -> int:
    text = path.removeprefix("/orders/")
    return int(text) if text.isascii() and text.isdigit() else 0


def _only(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise Refused(405, f"Method Not Allowed (Allow: {', '.join(methods)})")
