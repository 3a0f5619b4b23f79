"""One step at a time: intent into the ledger, call, outcome. What was left open is looked up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from seven_senders_adapter.clock import Clock, to_text
from seven_senders_adapter.domain.milestones import ENDS, State, rank
from seven_senders_adapter.domain.order_record import Fields, Intent, OrderRecord, Refusal
from seven_senders_adapter.domain.plan import (
    CREATE,
    OPTIONAL_FIELDS,
    AddState,
    Create,
    Step,
    Update,
    field_key,
    next_step,
    state_key,
)
from seven_senders_adapter.domain.snapshot import OrderItem
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.seven_senders.client import NewOrder, SevenSendersClient
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    LookUpInconclusive,
    OrderNotFound,
    Refused,
    TemporaryFailure,
    TokenUnavailable,
)
from seven_senders_adapter.seven_senders.transport import TIME_OUTS
from seven_senders_adapter.syncing.deadline import OutOfTime
from seven_senders_adapter.syncing.looking import adopted, compared, with_states
from seven_senders_adapter.syncing.work import Work
from seven_senders_adapter.telemetry import Telemetry

READ_TIME_OUT = timedelta(seconds=TIME_OUTS.read)
LONGEST_CALL = timedelta(seconds=TIME_OUTS.longest)

_MAY_BE_A_REPEAT = frozenset({400, 409, 422})
_STATES = frozenset(state_key(state) for state in State)


class NotSettled(Exception):
    """A call's outcome is open, and the API may be read only later: ``read_from``."""

    def __init__(self, read_from: datetime) -> None:
        super().__init__(f"the outcome of a call is open until {to_text(read_from)}")
        self.read_from = read_from


class StepRunner:
    """Brings one order forward, step by step.

    ``record`` is always what is known; it stands in the ledger after ``save``. Of the errors
    of the API and the ledger only those that mean something for a step are handled here.
    """

    def __init__(
        self,
        *,
        record: OrderRecord,
        stored: OrderRecord | None,
        items: tuple[OrderItem, ...],
        work: Work,
        client: SevenSendersClient,
        ledger: Ledger,
        telemetry: Telemetry,
        now: Clock,
    ) -> None:
        self.record = record
        self.has_sent = False
        self._items = items
        self._stored = stored
        self._work = work
        self._client = client
        self._ledger = ledger
        self._telemetry = telemetry
        self._now = now

    def settle(self) -> None:
        """Find out whether a call took effect whose outcome is not known, if there is one."""
        if self.record.intent is not None:
            try:
                self._settle(self.record.intent)
            finally:
                self.save()

    def compare(self) -> None:
        """Take what Seven Senders shows now for accepted; an order that is gone is created anew.

        One that was never created is looked up when its turn comes.
        """
        if self.record.accepted is None:
            return
        remote = self._read()
        if remote is None:
            self._forget_order()
        else:
            self.record = compared(self.record, remote, self._now())

    def run(self) -> None:
        """Make every call that is missing. Raises what stopped it; what is known is saved."""
        try:
            while (step := next_step(self.record)) is not None:
                self._take(step)
        finally:
            self.save()

    def save(self) -> None:
        """Store what is known, if the ledger does not have it yet. Raises Conflict."""
        if self.record != self._stored:
            self.record = self._stored = self._ledger.orders.save(self.record)

    def note(self, what: str, detail: str) -> None:
        """Add a line to the order's history."""
        self.record = self.record.noting(self._now(), what, detail)

    def _take(self, step: Step) -> None:
        self._work.deadline.check()
        if isinstance(step, Create) and not self._claim():
            return
        self._intend(step)
        try:
            self._perform(step)
        except TemporaryFailure as failure:
            self._leave_open(failure)
            raise
        except (AccountFailure, TokenUnavailable, LookUpInconclusive, OutOfTime):
            self._forget_intent()
            raise
        except OrderNotFound:
            self._forget_order()

    def _perform(self, step: Step) -> None:
        match step:
            case Create():
                self._create(step)
            case AddState():
                self._add_state(step)
            case Update():
                self._update(step)

    # --- intents ---

    def _intend(self, step: Step) -> None:
        now = self._now()
        intent = Intent(
            step=step.key,
            at=now,
            read_from=now + LONGEST_CALL + READ_TIME_OUT,
            fields=step.fields if isinstance(step, Create) else None,
        )
        self.record = replace(self.record, intent=intent)
        self.save()

    def _leave_open(self, failure: TemporaryFailure) -> None:
        intent = self.record.intent
        if not failure.maybe_applied or intent is None:
            self._forget_intent()
            return
        read_from = self._now() if failure.answered else self._now() + READ_TIME_OUT
        self.record = replace(self.record, intent=replace(intent, read_from=read_from))

    def _forget_intent(self) -> None:
        self.record = replace(self.record, intent=None)

    def _settle(self, intent: Intent) -> None:
        if self._now() < intent.read_from:
            raise NotSettled(intent.read_from)
        if intent.step == CREATE:
            remote = self._look_up()
            if remote is not None:
                self._adopt(remote, "was created, though the answer was lost", intent.fields)
        elif intent.step in _STATES and (remote := self._read()) is not None:
            self._learn_states(remote)
        self._forget_intent()

    def _learn_states(self, remote: RemoteOrder) -> None:
        self.record = with_states(self.record, remote, self._now())

    # --- create ---

    def _claim(self) -> bool:
        order_id = self.record.order_id or self._work.settings.order_id_prefix + self.record.number
        holder = self._ledger.claims.claim(
            account=self._work.settings.account.fingerprint,
            order_id=order_id,
            connection=self.record.connection,
            order=self.record.order,
        )
        if holder is None:
            self.record = replace(self.record, order_id=order_id)
            return True
        detail = (
            f"order id {order_id} belongs to order {holder.order} of connection "
            f"{holder.connection} on the same account; set order_id_prefix for one of them"
        )
        self._refuse(CREATE, Reason.ORDER_ID_TAKEN, detail, None)
        return False

    def _create(self, step: Create) -> None:
        if self._must_look_first() and (remote := self._look_up()) is not None:
            self._adopt(remote, "was there already")
            return
        order = NewOrder(
            order_id=self._order_id,
            order_date=self.record.order_date,
            fields=step.fields,
            items=self._items,
        )
        try:
            remote_id = self._call(lambda: self._client.create_order(order))
        except Refused as refusal:
            self._create_refused(step, refusal)
            return
        self.record = replace(self.record, accepted=step.fields, remote_id=remote_id, intent=None)
        self.note("sent", f"created as {order.order_id}")
        self.has_sent = True
        self._telemetry.order_created()

    def _must_look_first(self) -> bool:
        work = self._work
        recreating = self.record.recreated_for == work.message.message_id
        return work.settings.look_up_before_create or recreating or work.event.is_resync

    def _create_refused(self, step: Create, refusal: Refused) -> None:
        if refusal.status in _MAY_BE_A_REPEAT and (remote := self._look_up()) is not None:
            self._adopt(remote, f"was there already (HTTP {refusal.status})")
            return
        blamed = refusal.fields & OPTIONAL_FIELDS & _given(step.fields)
        if blamed:
            self._refuse_fields({name: getattr(step.fields, name) for name in blamed}, refusal)
        else:
            self._refuse(CREATE, Reason.ORDER_REFUSED, refusal.reason, refusal.status)

    def _adopt(self, remote: RemoteOrder, how: str, sent: Fields | None = None) -> None:
        """Take over an order that stands at Seven Senders, if it is this one.

        Its date tells. An answer without a date is believed only after a create with the fields
        ``sent`` whose answer was lost.
        """
        believed = sent is not None and remote.order_date is None
        if not (believed or remote.is_dated(self.record.order_date)):
            shown = to_text(remote.order_date) if remote.order_date else "none"
            detail = (
                f"order id {self._order_id} exists at Seven Senders with another order date "
                f"({shown}); set order_id_prefix or remove that order"
            )
            self._refuse(CREATE, Reason.ORDER_ID_TAKEN, detail, None)
            return
        self.record = adopted(self.record, remote, self._now(), how, sent)

    # --- states ---

    def _add_state(self, step: AddState) -> None:
        try:
            self._call(lambda: self._client.add_state(self._order_id, step.state, step.at))
        except Refused as refusal:
            self._state_refused(step, refusal)
            return
        accepted = {**self.record.accepted_states, step.state: step.at}
        self.record = replace(self.record, accepted_states=accepted, intent=None)
        self.note("sent", f"state {step.state} at {to_text(step.at)}")
        self.has_sent = True
        self._telemetry.state_sent()

    def _state_refused(self, step: AddState, refusal: Refused) -> None:
        remote = self._read()
        if remote is None:
            raise OrderNotFound("add_state", refusal.status, "the order is not there")
        self._forget_intent()
        self._learn_states(remote)
        if rank(step.state) <= rank(self.record.reached or ""):
            return
        harmless = any(state in ENDS for state in remote.states)
        detail = "Seven Senders has the order at an end" if harmless else refusal.reason
        self._refuse(step.key, Reason.STATE_REFUSED, detail, refusal.status, harmless=harmless)

    # --- fields ---

    def _update(self, step: Update) -> None:
        remote_id = self.record.remote_id or self._find_id()
        try:
            self._call(lambda: self._client.update_order(remote_id, step.changes))
        except Refused as refusal:
            sent = step.changes.keys()
            blamed = (refusal.fields & sent) or (OPTIONAL_FIELDS & sent) or sent
            self._refuse_fields({name: step.changes[name] for name in blamed}, refusal)
            return
        accepted = replace(self.record.accepted or Fields(), **step.changes)
        self.record = replace(self.record, remote_id=remote_id, accepted=accepted, intent=None)
        self.note("sent", step.key)
        self.has_sent = True
        self._telemetry.order_updated()

    def _find_id(self) -> str:
        remote = self._look_up()
        if remote is None or remote.id is None:
            raise OrderNotFound("find_order", None, "the order has no id to update it by")
        return remote.id

    # --- what went wrong ---

    def _refuse_fields(self, fields: dict[str, object], refusal: Refused) -> None:
        for name, value in fields.items():
            detail = f"{name}: {refusal.reason}"
            self._refuse(field_key(name, value), Reason.FIELD_REFUSED, detail, refusal.status)

    def _refuse(
        self, key: str, reason: Reason, detail: str, status: int | None, *, harmless: bool = False
    ) -> None:
        refused = Refusal(
            reason=reason, detail=detail, status=status, at=self._now(), reported=harmless
        )
        order_id = None if key == CREATE else self.record.order_id
        self.record = replace(
            self.record,
            order_id=order_id,
            refused={**self.record.refused, key: refused},
            intent=None,
        )
        self.note("refused", f"{key}: {reason}, {detail}")

    def _forget_order(self) -> None:
        """The API does not know the order: look it up and create it anew, once a message."""
        self._forget_intent()
        if self.record.recreated_for == self._work.message.message_id:
            raise OrderNotFound("sync", 404, "the order is not there, though just created")
        self.record = replace(
            self.record,
            accepted=None,
            accepted_states={},
            reached=None,
            remote_id=None,
            refused={k: r for k, r in self.record.refused.items() if k not in _STATES},
            recreated_for=self._work.message.message_id,
        )
        self.note("noted", "Seven Senders does not know the order any more")

    # --- calls ---

    @property
    def _order_id(self) -> str:
        order_id = self.record.order_id
        if order_id is None:
            raise RuntimeError("a step after the claim has no order id")
        return order_id

    def _look_up(self) -> RemoteOrder | None:
        return self._call(
            lambda: self._client.find_order(
                self._order_id, self.record.order_date, before_page=self._work.deadline.check
            )
        )

    def _read(self) -> RemoteOrder | None:
        remote_id = self.record.remote_id
        if remote_id is None:
            return self._look_up()
        try:
            remote = self._call(lambda: self._client.get_order(remote_id))
            return remote if remote.order_id == self._order_id else self._look_up()
        except OrderNotFound:
            return None
        except Refused:
            return self._look_up()

    def _call[T](self, request: Callable[[], T]) -> T:
        self._work.deadline.check()
        try:
            answer = request()
        except (Refused, OrderNotFound, LookUpInconclusive):
            self._work.guard.answered()
            raise
        self._work.guard.answered()
        return answer


def _given(fields: Fields) -> frozenset[str]:
    empty = Fields()
    return frozenset(n for n in OPTIONAL_FIELDS if getattr(fields, n) != getattr(empty, n))
