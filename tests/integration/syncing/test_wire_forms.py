"""Whatever form the API's answers have, and whatever becomes of them, each order ends right."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
import requests

from seven_senders_adapter.seven_senders.client import MAX_STRANGER_PAGES
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_local.sandbox import FaultRule, Order, Sandbox
from seven_senders_local.sandbox.rules import StateEntry
from tests.integration.syncing.world import START, World
from tests.recording import Recorder

if TYPE_CHECKING:
    from tests.played.dynamodb import MemoryDynamoDB

LOST = FaultRule(method="POST", path="^/orders$", cut=True, applies=True, times=1)


def set_up(world: World, **changes: object) -> None:
    world.sandbox.service.settings = world.sandbox.service.settings.changed(changes)


def creates(world: World) -> int:
    return world.writes.count("POST orders")


def look_ups(world: World) -> int:
    return sum((c.method, c.path) == ("GET", "/orders") for c in world.sandbox.calls)


def reasons(world: World) -> list[str]:
    return [failure.reason for failure in world.dead_letter_queue.buried]


class PatientSession(ApiSession):
    """Waits only so many seconds for an answer, but then until the sandbox is through with it.

    A worker looks no sooner than a read time-out after a lost answer; here that time is played.
    """

    def __init__(self, sandbox: Sandbox, read: float) -> None:
        super().__init__()
        self._sandbox = sandbox
        self._read = read
        self._sent = len(sandbox.calls)

    def send(self, request: requests.PreparedRequest, **others: Any) -> requests.Response:
        self._sent += 1
        try:
            return super().send(request, **{**others, "timeout": (5.0, self._read)})
        except requests.ReadTimeout:
            give_up_at = time.monotonic() + 10
            while len(self._sandbox.calls) < self._sent and time.monotonic() < give_up_at:
                time.sleep(0.005)
            raise


class TestForms:
    @pytest.mark.parametrize("id_form", ["id", "iri", "@id", "location", "none"])
    @pytest.mark.parametrize("list_form", ["array", "hydra"])
    @pytest.mark.parametrize("duplicate", ["400", "409", "422", "200", "second"])
    def test_a_lost_create_ends_in_one_order(
        self, fast_world: World, id_form: str, list_form: str, duplicate: str
    ) -> None:
        world = fast_world
        set_up(world, id_form=id_form, list_form=list_form, duplicate_answer=duplicate)
        # Unless it makes a second order, the look-up may come too early and the create twice.
        empty = "[]" if list_form == "array" else '{"hydra:member": []}'
        too_early = FaultRule(method="GET", path="^/orders$", status=200, body=empty, times=1)
        world.sandbox.play(LOST, *([too_early] if duplicate != "second" else []))
        world.arrive("paid", minute=1)
        world.arrive("paid in_preparation", minute=2, shipped=True, tags={"vip": "true"})
        world.drain()
        assert world.timeline() == ["new", "paid", "in_preparation"]
        assert world.fields()["boarding_complete"] is True
        assert world.fields()["order_tags"] == {"vip": "true"}
        assert len(world.sandbox.account("key").orders) == 1
        assert creates(world) == (1 if duplicate == "second" else 2)
        assert reasons(world) == []

    @pytest.mark.parametrize("list_form", ["array", "hydra"])
    def test_reads_may_use_the_old_names(self, fast_world: World, list_form: str) -> None:
        world = fast_world
        set_up(world, old_names=True, list_form=list_form, duplicate_answer="second")
        world.sandbox.play(LOST)
        world.arrive("paid", minute=1)
        world.drain()
        assert world.timeline() == ["new", "paid"]
        assert creates(world) == 1

    @pytest.mark.parametrize("answer", ["400", "409", "422"])
    def test_two_shops_with_one_number_leave_the_first_order_as_it_is(
        self, fast_world: World, answer: str
    ) -> None:
        world = fast_world
        set_up(world, duplicate_answer=answer)
        world.connect("other")
        world.arrive("paid", minute=1, tags={"vip": "true"})
        world.drain()
        before = (world.timeline(), world.fields().copy(), world.sandbox.calls)
        world.arrive("cancelled", order="77", connection="other", number="#1001", shipped=True)
        world.drain()
        assert (world.timeline(), world.fields(), world.sandbox.calls) == before
        assert reasons(world) == ["order_id_taken"]


def stranger(number: int) -> Order:
    """One of a hundred orders a day."""
    date = START + timedelta(minutes=14.4 * (number - 50_000))
    return Order(
        id=number,
        order_id=f"S{number}",
        order_date=date,
        fields={"order_date": date.isoformat()},
        states=[StateEntry("new", date.isoformat())],
    )


@pytest.fixture(scope="module")
def strangers() -> Mapping[int, Order]:
    return {number: stranger(number) for number in range(100_000)}


class TestIgnoredFilter:
    """The list ignores ``order_id``, in an account of 100,000 orders."""

    def test_the_date_finds_the_order(
        self, fast_world: World, strangers: Mapping[int, Order]
    ) -> None:
        world = fast_world
        set_up(world, ignored_filters=["order_id"], duplicate_answer="second")
        world.sandbox.account("key").orders.update(strangers)
        world.sandbox.play(LOST)
        world.arrive("paid", minute=1)
        world.drain()
        assert world.timeline() == ["new", "paid"]
        assert creates(world) == 1
        assert look_ups(world) <= 4

    def test_no_order_is_made_twice_because_it_was_not_found(
        self, fast_world: World, strangers: Mapping[int, Order]
    ) -> None:
        world = fast_world
        ignored = ["order_id", "order_date[after]", "order_date[before]"]
        set_up(world, ignored_filters=ignored, duplicate_answer="second", largest_page=5)
        account = world.sandbox.account("key")
        account.orders.update(strangers)
        world.sandbox.play(LOST)
        world.arrive("paid", minute=1)
        for hour in range(48):
            world.arrive("paid", minute=1, order=str(hour + 2))
            drain_for(world, timedelta(hours=1))
        assert reasons(world) == ["failed_for_a_day"]
        assert len(account.named("#1001")) == 1
        assert creates(world) == 1 + 48
        tries = sum(c.order_id == "#1001" and c.method == "GET" for c in world.sandbox.calls)
        assert tries % MAX_STRANGER_PAGES == 0
        assert MAX_STRANGER_PAGES < tries < 100 * MAX_STRANGER_PAGES

    def test_a_refused_create_is_not_given_up_because_nothing_was_found(
        self, fast_world: World, strangers: Mapping[int, Order]
    ) -> None:
        world = fast_world
        set_up(world, ignored_filters=["order_id", "order_date[after]", "order_date[before]"])
        account = world.sandbox.account("key")
        account.create({"order_id": "#1001", "order_date": START.isoformat()})
        account.orders = {**strangers, **account.orders}
        world.arrive("paid", minute=1)
        drain_for(world, timedelta(hours=1))
        set_up(world, ignored_filters=[])
        world.drain()
        assert world.timeline() == ["new", "paid"]
        assert reasons(world) == []


def drain_for(world: World, limit: timedelta) -> None:
    """Work what can be received, until some time has passed."""
    end = world.now + limit
    while world.waiting and world.now < end:
        world.work()
        if world.waiting:
            world.now = max(world.now, min(w.visible_at for w in world.waiting))
    world.now = max(world.now, end)


class TestRealConnections:
    def test_a_create_that_is_applied_after_the_read_time_out_is_made_once(
        self, fast_world: World
    ) -> None:
        world = fast_world
        set_up(world, duplicate_answer="second")
        world.sandbox.play(
            FaultRule(method="POST", path="^/orders$", delay_seconds=0.3, times=1),
        )
        worker = world.new_worker(session=PatientSession(world.sandbox, read=0.1))
        world.arrive("paid", minute=1)
        world.drain(worker=worker)
        assert world.timeline() == ["new", "paid"]
        assert creates(world) == 1
        assert look_ups(world) == 1  # the time-out did come

    def test_no_text_of_the_shop_becomes_a_header_or_a_path(self, fast_world: World) -> None:
        world = fast_world
        number = "#1001\r\nX-Evil: 1\r\n\r\nDELETE /v2/orders/1?a=%00&b=../../token é😀"
        tags = {"a\r\nX-Evil: 1": "b\r\n\r\n", '"},{': "\\"}
        world.sandbox.play(LOST)
        world.arrive("paid", minute=1, number=number, tags=tags)
        world.drain(worker=world.new_worker(session=ApiSession()))
        assert world.timeline(number) == ["new", "paid"]
        assert world.fields(number)["order_tags"] == tags
        assert {c.order_id for c in world.sandbox.calls} == {None, number}
        assert {c.path for c in world.sandbox.calls} == {"/token", "/orders", "/order_states"}

    def test_each_order_ends_right_although_three_of_ten_calls_fail_in_every_way(
        self, fast_world: World
    ) -> None:
        world = fast_world
        set_up(world, duplicate_answer="second")
        chance = 1 - 0.7 ** (1 / len(FAULTS))
        world.sandbox.play(*(FaultRule(**{**f, "probability": chance}) for f in FAULTS), seed=3)
        worker = world.new_worker(session=PatientSession(world.sandbox, read=0.05))
        orders = range(1, 31)
        for order in map(str, orders):
            world.arrive("paid", minute=1, order=order, tags={"first": "true"})
            world.arrive("paid in_preparation", minute=2, order=order, shipped=True)
            world.arrive("paid in_preparation returned", minute=3, order=order, shipped=True)
        world.drain(worker=worker)
        calls = world.sandbox.calls
        assert 0.2 < sum(c.faulty for c in calls) / len(calls) < 0.4
        for order_id in (f"#{1000 + order}" for order in orders):
            assert world.timeline(order_id) == ["new", "paid", "in_preparation", "returned"]
            assert world.fields(order_id)["boarding_complete"] is True
            assert world.fields(order_id)["order_tags"] == {}
        assert len(world.sandbox.account("key").orders) == len(orders)
        assert reasons(world) == []


SOON = (START + timedelta(days=1, minutes=5)).strftime("%a, %d %b %Y %H:%M:%S GMT")
FAULTS: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 500, "applies": True},
    {"status": 502, "body": "<html>Bad Gateway</html>", "applies": True},
    {"status": 503, "headers": {"Retry-After": "120"}},
    {"status": 429, "headers": {"Retry-After": SOON}},
    {"cut": True},
    {"cut": True, "applies": True},
    {"truncate": True},
    {"break_off": True},
    {"answer_delay_seconds": 0.1},
    {"delay_seconds": 0.1, "status": 504, "applies": True},
]


class TestRetryAfter:
    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize(
        ("text", "least", "most"),
        [
            ("120", 120, 120),
            ("Tue, 03 Mar 2026 09:05:00 GMT", 300, 300),
            ("1000000000", 21_600, 21_600),
            ("Tue, 03 Mar 2099 09:05:00 GMT", 21_600, 21_600),
            ("-5", 1, 30),
            ("Mon, 02 Mar 2020 09:05:00 GMT", 1, 30),
            ("rubbish", 1, 30),
        ],
    )
    def test_is_waited_for_up_to_six_hours(
        self, fast_world: World, status: int, text: str, least: int, most: int
    ) -> None:
        world = fast_world
        headers = {"Retry-After": text}
        world.sandbox.play(FaultRule(path="^/orders$", status=status, headers=headers, times=1))
        world.arrive("paid", minute=1)
        failed_at = world.now
        world.work()
        (entry,) = world.waiting
        assert least <= (entry.visible_at - failed_at).total_seconds() <= most
        world.drain()
        assert world.timeline() == ["new", "paid"]


MARK = "anna-muster"
MARKED = (
    f'{{"detail": "{MARK}", "violations": [{{"propertyPath": "{MARK}", "message": "{MARK}"}}]}}'
)


class TestNothingOfAnAnswerIsWrittenDown:
    """Not in logs, ledger, parameters or dead letters, but for ids and fields in their form."""

    @pytest.mark.parametrize("path", ["/token", "/orders", "/order_states"])
    @pytest.mark.parametrize(
        "status", [200, 201, 302, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502]
    )
    def test_if_a_call_fails(
        self, fast_world: World, capsys: pytest.CaptureFixture[str], path: str, status: int
    ) -> None:
        headers = dict.fromkeys(["Location", "Retry-After", "X-Note", "Set-Cookie"], MARK)
        rule = FaultRule(path=f"^{path}$", status=status, headers=headers, body=MARKED, times=3)
        assert MARK not in all_that_is_written(fast_world, capsys, rule)

    def test_if_an_order_shows_odd_states(
        self, fast_world: World, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown = f"""{{"id": "{MARK}/1", "order_id": "#1001", "state": "{MARK * 50_000}",
            "order_date": "2026-03-02T09:00:00Z", "states_history": [{{"state": "{MARK}"}}],
            "language": "{MARK * 1000}", "order_tags": ["{MARK}"], "note": "{MARK}"}}"""
        fast_world.sandbox.account("key").create(
            {"order_id": "#1001", "order_date": "2026-03-02T09:00:00Z"}
        )
        rule = FaultRule(method="GET", status=200, path="^/orders$", body=f"[{shown}]")
        assert MARK not in all_that_is_written(fast_world, capsys, rule)


def all_that_is_written(world: World, capsys: pytest.CaptureFixture[str], rule: FaultRule) -> str:
    recorder = Recorder(capsys)
    world.telemetry = recorder.telemetry
    worker = world.new_worker()
    world.sandbox.play(rule)
    world.arrive("paid", minute=1)
    world.arrive("paid in_preparation", minute=2)
    rows = cast("MemoryDynamoDB", world.dynamodb).items
    written: list[object] = []
    while world.waiting and len(written) < 100:
        world.now = max(world.now, min(entry.visible_at for entry in world.waiting))
        world.work(worker=worker)
        written.append(str(rows))
    assert not world.waiting
    assert "called the API" in recorder.text
    return f"{written} {world.dead_letter_queue.buried} {recorder.text}"
