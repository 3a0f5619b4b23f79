"""One order's life on the acceptance system, call by call, beside what is assumed of the API."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_address
from typing import override
from urllib.parse import urlsplit
from uuid import uuid4

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.seven_senders.answers import RemoteOrder, Unreadable, read_json
from seven_senders_adapter.seven_senders.api import Api
from seven_senders_adapter.seven_senders.client import NewOrder, SevenSendersClient, TokenSource
from seven_senders_adapter.seven_senders.errors import (
    OrderNotFound,
    SevenSendersError,
    TemporaryFailure,
)
from seven_senders_adapter.seven_senders.transport import Answer, Operation
from seven_senders_cli.doctor.finding import Finding, amber, green, red

ACCEPTANCE_HOST = "api-uat.sevensenders.com"
"""The only host of Seven Senders on which orders may be made that nobody has placed."""

PREFIX = "seven-senders-doctor-"
DOCUMENT = "docs/api-assumptions.md"
STATE = "paid"
"""The state that the order is given: the first that the service does not set itself."""

CREATE = "a create answers 201, or 200 if the order was there"
SHOWN = (
    "`language`, `order_url` or `shop_order_url`, `order_tags`, `promised_delivery_date` and"
    " `boarding_complete` are shown as they were sent; what is missing or odd is sent again"
)
LOOK_UP = "`order_id` filters a list; if the answer is empty, the order is not there"
UPDATE = "an update with PUT is partial"
STATES = "states go to `/order_states`; two documents say `/order-states`"
HISTORY = "past states are in `states_history`, each with `state`"
DELETE = "`DELETE /orders/{id}` deletes an order"
"""What is assumed, in the words of the document."""


def is_allowed(api_url: str) -> bool:
    """Whether a made-up order may be made there: on the acceptance system or this machine."""
    host = urlsplit(api_url).hostname or ""
    if host in {ACCEPTANCE_HOST, "localhost"}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class ShownApi(Api):
    """An API that keeps what it answered, as far as it was a success."""

    answers: list[Answer] = field(default_factory=list)

    @override
    def call[T](
        self,
        operation: Operation,
        method: str,
        path: str,
        *,
        read: Callable[[Answer], T],
        payload: Mapping[str, object] | None = None,
        token: str | None = None,
    ) -> T:
        """Make one call and read its answer."""

        def keep(answer: Answer) -> T:
            self.answers.append(answer)
            return read(answer)

        return super().call(operation, method, path, read=keep, payload=payload, token=token)


class Trial:
    """One made-up order, from its creation to its deletion. ``sleep`` takes seconds."""

    def __init__(
        self,
        subject: str,
        *,
        api: Api,
        tokens: TokenSource,
        language: str | None,
        order_url: str | None,
        sleep: Callable[[float], None],
    ) -> None:
        self._subject = subject
        self._api = ShownApi(
            session=api.session,
            account=api.account,
            wire=api.wire,
            time_outs=api.time_outs,
            now=api.now,
        )
        self._client = SevenSendersClient(api=self._api, tokens=tokens)
        self._sleep = sleep
        now = api.now()
        self._order = NewOrder(
            order_id=f"{PREFIX}{uuid4().hex}",
            order_date=now,
            fields=Fields(
                language=language or "en",
                order_url=order_url,
                order_tags={PREFIX.strip("-"): "yes"},
                promised_delivery_date=(now + timedelta(days=2)).replace(microsecond=0),
            ),
        )
        self._remote_id: str | None = None
        self._may_be_there = False

    def run(self) -> list[Finding]:
        """Take all steps that can be taken; whatever happens, the order is deleted."""
        findings: list[Finding] = []
        try:
            findings.append(self._step("create", CREATE, self._create))
            if self._remote_id:
                findings += [
                    self._step("read", SHOWN, self._read),
                    self._step("look up", LOOK_UP, self._look_up),
                    self._step("update", UPDATE, self._update),
                    self._step(f"state {STATE}", STATES, self._add_state),
                    self._step("read again", HISTORY, self._read_again),
                ]
        finally:
            if self._may_be_there:
                findings.append(self._step("delete", DELETE, self._delete))
        return findings

    def _step(self, name: str, assumed: str, take: Callable[[], str]) -> Finding:
        """Take one step, which says what is not as it is assumed."""
        self._api.answers.clear()
        try:
            odd = take()
        except SevenSendersError as error:
            what = f"{name}: {error}. Assumed: {assumed}"
            mend = f"Compare {DOCUMENT}, change the setting that it names"
            if name == "delete":
                mend = f"Delete the order {self._order.order_id} in the Seven Senders Portal"
            return red(self._subject, what, mend)
        answer = next(map(_in_words, reversed(self._api.answers)), "no success")
        what = f"{name}: {answer}. Assumed: {assumed}"
        if odd:
            return amber(self._subject, what, f"{odd}: compare {DOCUMENT}")
        return green(self._subject, what)

    def _create(self) -> str:
        try:
            self._may_be_there = True
            self._remote_id = self._client.create_order(self._order)
        except SevenSendersError as error:
            self._may_be_there = isinstance(error, TemporaryFailure) and error.maybe_applied
            raise
        status = self._api.answers[-1].status
        if self._remote_id is None:
            self._remote_id = self._looked_up_id()
            return "The answer names no id"
        return "" if status in {HTTPStatus.CREATED, HTTPStatus.OK} else "Another status"

    def _read(self) -> str:
        return _lacking(self._client.get_order(self._id), self._order, boarding_complete=False)

    def _look_up(self) -> str:
        ours, number = self._listed()
        if not ours:
            return "The list does not show the order"
        return "" if number == 1 else "The list shows other orders too"

    def _update(self) -> str:
        self._client.update_order(self._id, {"boarding_complete": True})
        return ""

    def _add_state(self) -> str:
        self._client.add_state(self._order.order_id, STATE, self._api.now())
        return ""

    def _read_again(self) -> str:
        order = self._client.get_order(self._id)
        if STATE not in order.states:
            return f"The state {STATE} does not show"
        return _lacking(order, self._order, boarding_complete=True)

    def _delete(self) -> str:
        """Delete the order, also if it is not known whether it was made. Tried twice."""
        if self._remote_id is None:
            self._sleep(self._api.time_outs.read)  # until then a lost create may take effect
            self._remote_id = self._looked_up_id()
        if self._remote_id is None:
            return ""
        try:
            self._client.delete_order(self._id)
        except TemporaryFailure as failure:
            with suppress(OrderNotFound):
                self._client.delete_order(self._id)
            return f"Deleted at the second try, after {failure}"
        return ""

    @property
    def _id(self) -> str:
        return self._remote_id or ""

    def _listed(self) -> tuple[list[RemoteOrder], int]:
        """What a look-up shows of this order, and how many orders in all."""
        listed = self._client.list_orders({"order_id": self._order.order_id})
        ours = [order for order in listed if order and order.order_id == self._order.order_id]
        return ours, len(listed)

    def _looked_up_id(self) -> str | None:
        ours, _ = self._listed()
        return ours[0].id if ours else None


def _lacking(shown: RemoteOrder, sent: NewOrder, *, boarding_complete: bool) -> str:
    """Which fields an order does not show as they were sent."""
    pairs = {
        "order_id": (shown.order_id, sent.order_id),
        "order_date": (shown.is_dated(sent.order_date), True),
        "language": (shown.fields.language, sent.fields.language),
        "order_url": (shown.fields.order_url, sent.fields.order_url),
        "order_tags": (shown.fields.order_tags, sent.fields.order_tags),
        "promised_delivery_date": (
            shown.fields.promised_delivery_date,
            sent.fields.promised_delivery_date,
        ),
        "boarding_complete": (shown.fields.boarding_complete, boarding_complete),
    }
    other = [name for name, (has, had) in pairs.items() if has != had]
    return f"Not shown as sent: {', '.join(other)}" if other else ""


def _in_words(answer: Answer) -> str:
    """An answer's status and the names of what it holds; no values, they may be anybody's."""
    try:
        content = read_json(answer)
    except Unreadable:
        return f"{answer.status}, no JSON"
    if isinstance(content, dict):
        held = ", ".join(content)
    elif isinstance(content, list):
        held = f"a list of {len(content)}"
    else:
        held = "no content"
    location = ", Location" if "location" in answer.headers else ""
    return f"{answer.status}: {held}{location}"
