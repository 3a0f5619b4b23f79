"""One round of a connection: its webhooks, its orders, and what its webhooks have missed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.shop_apis import ShopApiDocument
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.ledger.standstills import PAUSED, Standstills
from seven_senders_adapter.ledger.table import Conflict
from seven_senders_adapter.reconciling.lost_webhooks import LostWebhooks
from seven_senders_adapter.reconciling.room import Room
from seven_senders_adapter.reconciling.webhook_health import WebhookHealth
from seven_senders_adapter.reconciling.windows import Windows
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.shop_apis.patience import PatientOrders
from seven_senders_adapter.shop_apis.shop_api import OrderApi, ShopApi, ShopApiError
from seven_senders_adapter.telemetry import Telemetry

WAITS = (2.0, 10.0)
"""Seconds after which a shop that can't answer is asked again; then the next round does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a round is made of. ``room``: for orders of an account."""

    webhooks: WebhookHealth
    lost: LostWebhooks
    windows: Windows
    room: Callable[[Account], Room]


class Rounds:
    """Makes rounds, one connection after another; one a process.

    A shop that fails is told and left to the next round. Of the errors of AWS none is handled:
    the round is made again.
    """

    def __init__(
        self,
        *,
        connections: ConnectionStore,
        shop_apis: ShopApiStore,
        open_api: Callable[[ShopApiDocument], ShopApi],
        parts: Parts,
        standstills: Standstills,
        telemetry: Telemetry,
        now: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._connections = connections
        self._shop_apis = shop_apis
        self._open_api = open_api
        self._parts = parts
        self._standstills = standstills
        self._telemetry = telemetry
        self._now = now
        self._sleep = sleep

    def make(self, connection: str, *, has_time: Callable[[], bool]) -> None:
        """Make a round of a connection. Raises AwsUnavailable."""
        with self._telemetry.about(connection=connection):
            try:
                self._make(connection, has_time)
            except ConnectionMissing:  # removed since the round was asked for
                return
            except (InvalidConnection, UnreadableRow) as error:
                self._telemetry.connection_failed("reconciliation")
                self._telemetry.warn("the connection can't be reconciled", error=str(error))
            except Conflict:
                self._telemetry.note("another round of the connection is being made")

    def _make(self, connection: str, has_time: Callable[[], bool]) -> None:
        document = self._connections.load(connection)
        shop_api = self._shop_apis.load(connection)
        if shop_api is None:
            return
        api = self._open_api(shop_api)
        since = self._parts.windows.begin(connection).since
        with self._telling("webhooks"):
            self._parts.webhooks.look(connection, document, api)
        if document.paused:  # what is queued would only wait, as webhooks' events do already
            self._standstills.note(connection, PAUSED, self._now())
            return
        room = self._parts.room(document.account)
        if not room.stands_still():
            self._parts.lost.count(connection, document.platform, since=since, has_time=has_time)
            self._look_at_orders(connection, document, api, room, has_time)

    def _look_at_orders(
        self,
        connection: str,
        document: ConnectionDocument,
        api: OrderApi,
        room: Room,
        has_time: Callable[[], bool],
    ) -> None:
        windows = self._parts.windows
        with self._telling("orders"):
            try:
                windows.run(connection, document, self._patient(api), room, has_time=has_time)
            except ShopApiError as error:
                windows.fail(connection, error)
                raise

    def _patient(self, api: OrderApi) -> OrderApi:
        return PatientOrders(
            api,
            waits=WAITS,
            sleep=self._sleep,
            tell=lambda error, wait: self._telemetry.note(
                "the shop can't answer, it is asked again", error=str(error), seconds=wait
            ),
        )

    @contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        try:
            yield
        except ShopApiError as error:
            self._telemetry.shop_failed(what)
            self._telemetry.warn("the shop's API fails", asked_for=what, error=str(error))
