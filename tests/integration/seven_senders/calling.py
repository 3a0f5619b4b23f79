"""A client of a scripted API, and the calls that the tests make with it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import override

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.domain.snapshot import OrderItem
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.seven_senders.api import Api, WireSettings
from seven_senders_adapter.seven_senders.client import NewOrder, SevenSendersClient
from seven_senders_adapter.seven_senders.transport import ApiSession, TimeOuts
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi, Seen

type Call = Callable[[SevenSendersClient], object]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NO_FIELDS = Fields()
PATIENT = TimeOuts(connect=1.0, read=5.0)
OK = Reply(status=201, content={"id": 7})
UNAUTHORIZED = Reply(status=401)

CALLS: dict[str, Call] = {
    "create": lambda client: client.create_order(new_order()),
    "get": lambda client: client.get_order("7"),
    "list": lambda client: client.list_orders({}),
    "update": lambda client: client.update_order("7", {"boarding_complete": True}),
    "delete": lambda client: client.delete_order("7"),
    "state": lambda client: client.add_state("#1001", "paid", NOON),
}
CHANGES = {"create", "update", "delete", "state"}


class FixedTokens:
    """Gives token-1 first and token-2 after a refusal."""

    def __init__(self, *, own: bool = True) -> None:
        self.refusals: list[str] = []
        self._own = own

    def current(self) -> str:
        return "token-1"

    def refused(self, token: str) -> str:
        self.refusals.append(token)
        return "token-2"

    def is_own(self, token: str) -> bool:
        return self._own


class LateApi(ScriptedApi):
    """Sends the headers of each answer so many seconds late."""

    def __init__(self, *replies: Reply, late: float) -> None:
        super().__init__(*replies)
        self._late = late

    @override
    def answer(self, seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        time.sleep(self._late)
        super().answer(seen, handler)


def client_at(
    url: str,
    *,
    tokens: FixedTokens | None = None,
    wire: WireSettings | None = None,
    observed: list[tuple[str, str]] | None = None,
    time_outs: TimeOuts = PATIENT,
    clock: Callable[[], float] = time.time,
) -> SevenSendersClient:
    def observe(operation: str, outcome: str, seconds: float) -> None:
        if observed is not None:
            observed.append((operation, outcome))

    api = Api(
        session=ApiSession(clock),
        account=Account(url, "the-key"),
        wire=wire or WireSettings(),
        time_outs=time_outs,
        now=lambda: NOON,
        observe=observe,
    )
    return SevenSendersClient(api=api, tokens=tokens or FixedTokens())


def new_order(
    order_id: str = "#1001",
    order_date: datetime = NOON,
    fields: Fields = NO_FIELDS,
    items: tuple[OrderItem, ...] = (),
) -> NewOrder:
    return NewOrder(order_id=order_id, order_date=order_date, fields=fields, items=items)


def element(order_id: object = "#1001", **others: object) -> dict[str, object]:
    return {
        "id": 7,
        "order_id": order_id,
        "order_date": "2026-03-02T12:00:00+00:00",
        "state": "new",
        **others,
    }


def find(server: ScriptedApi, order_id: str, order_date: datetime) -> RemoteOrder | None:
    return client_at(server.url).find_order(order_id, order_date, before_page=lambda: None)
