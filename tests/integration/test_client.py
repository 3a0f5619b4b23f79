"""What the client sends, and what it makes of every answer, over a real connection."""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import override

import pytest

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.domain.snapshot import OrderItem
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.seven_senders.api import Api, WireSettings
from seven_senders_adapter.seven_senders.client import NewOrder, SevenSendersClient
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    LookUpInconclusive,
    OrderNotFound,
    Refused,
    SevenSendersError,
    TemporaryFailure,
    TokenUnavailable,
)
from seven_senders_adapter.seven_senders.transport import ApiSession, TimeOuts
from tests.integration.scripted_api import Reply, ScriptedApi, Seen

type Call = Callable[[SevenSendersClient], object]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
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


@pytest.fixture
def server() -> Iterator[ScriptedApi]:
    with ScriptedApi(OK) as server:
        yield server


def client_at(
    url: str,
    *,
    tokens: FixedTokens | None = None,
    wire: WireSettings | None = None,
    observed: list[tuple[str, str]] | None = None,
    time_outs: TimeOuts = TimeOuts(connect=1.0, read=5.0),  # noqa: B008 (it is frozen)
) -> SevenSendersClient:
    def observe(operation: str, outcome: str, seconds: float) -> None:
        if observed is not None:
            observed.append((operation, outcome))

    api = Api(
        session=ApiSession(),
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
    fields: Fields = Fields(),  # noqa: B008 (it is frozen)
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


class TestWhatIsSent:
    def test_a_create_holds_every_field_in_the_form_of_the_wire(self, server: ScriptedApi) -> None:
        berlin = timezone(timedelta(hours=1))
        fields = Fields(
            language="de",
            order_url="https://shop.example",
            order_tags={"größe": "L"},
            promised_delivery_date=datetime(2026, 3, 4, 23, 59, 59, 500_000, tzinfo=berlin),
            boarding_complete=True,
        )
        ordered_at = datetime(2017, 8, 15, 17, 53, 7, 999_999, tzinfo=berlin)
        client_at(server.url).create_order(new_order("#1001 ü", ordered_at, fields))
        (request,) = server.requests
        assert (request.method, request.path) == ("POST", "/v2/orders")
        assert request.headers["authorization"] == "Bearer token-1"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["accept"] == "application/json"
        assert request.json() == {
            "order_id": "#1001 ü",
            "order_date": "2017-08-15T16:53:07+00:00",
            "order_url": "https://shop.example",
            "language": "de",
            "boarding_complete": True,
            "order_tags": {"größe": "L"},
            "promised_delivery_date": "2026-03-04T22:59:59+00:00",
        }

    def test_a_create_leaves_out_what_is_not_known_and_empty_tags(
        self, server: ScriptedApi
    ) -> None:
        client_at(server.url).create_order(new_order())
        assert server.requests[0].json() == {
            "order_id": "#1001",
            "order_date": "2026-03-02T12:00:00+00:00",
            "boarding_complete": False,
        }

    def test_items_go_into_the_create(self, server: ScriptedApi) -> None:
        item = OrderItem(sku=None, name="Chair", quantity="2", price="9.90")
        client_at(server.url).create_order(new_order(items=(item,)))
        sent = server.requests[0].json()
        assert isinstance(sent, dict)
        assert sent["order_items"] == [{"name": "Chair", "quantity": "2", "price": "9.90"}]

    def test_an_update_takes_all_tags_off_with_an_empty_object(self, server: ScriptedApi) -> None:
        changes: dict[str, object] = {
            "order_tags": {},
            "language": None,
            "promised_delivery_date": NOON,
        }
        client_at(server.url).update_order("7", changes)
        (request,) = server.requests
        assert (request.method, request.path) == ("PUT", "/v2/orders/7")
        assert request.json() == {
            "order_tags": {},
            "promised_delivery_date": "2026-03-02T12:00:00+00:00",
        }

    def test_a_state_names_the_shops_order_under_the_set_name(self, server: ScriptedApi) -> None:
        wire = WireSettings(states_path="/order-states", state_order_id_field="shop_order_id")
        client_at(server.url, wire=wire).add_state("#1001", "paid", NOON, location="Berlin")
        (request,) = server.requests
        assert (request.method, request.path) == ("POST", "/v2/order-states")
        assert request.json() == {
            "shop_order_id": "#1001",
            "state": "paid",
            "datetime": "2026-03-02T12:00:00+00:00",
            "location": "Berlin",
        }

    def test_a_state_without_a_location_names_none(self, server: ScriptedApi) -> None:
        client_at(server.url).add_state("#1001", "paid", NOON)
        sent = server.requests[0].json()
        assert isinstance(sent, dict)
        assert "location" not in sent

    def test_a_delete_has_no_body(self, server: ScriptedApi) -> None:
        server.script(Reply(status=204))
        client_at(server.url).delete_order("7")
        (request,) = server.requests
        assert (request.method, request.path, request.body) == ("DELETE", "/v2/orders/7", b"")

    @pytest.mark.parametrize(
        ("order_id", "query"),
        [
            ("#1001", "order_id=%231001"),
            ("A 1", "order_id=A%201"),
            ("ü", "order_id=%C3%BC"),
            ("1&state=paid", "order_id=1%26state%3Dpaid"),
            ("1\r\nX-Evil: 1", "order_id=1%0D%0AX-Evil%3A%201"),
            ("50%", "order_id=50%25"),
            ("\ud800", "order_id=%3F"),
        ],
    )
    def test_an_order_id_is_percent_encoded_in_a_query(
        self, server: ScriptedApi, order_id: str, query: str
    ) -> None:
        server.script(Reply(content=[]))
        assert find(server, order_id, NOON) is None
        (request,) = server.requests
        assert request.path == f"/v2/orders?{query}"
        assert "x-evil" not in request.headers

    @pytest.mark.parametrize("call", ["create", "state"])
    @pytest.mark.parametrize("order_id", ["1\r\nX-Evil: 1", "\ud800", "\x00", "ü" * 5000])
    def test_an_order_id_of_any_text_travels_in_the_body_alone(
        self, server: ScriptedApi, call: str, order_id: str
    ) -> None:
        client = client_at(server.url)
        if call == "create":
            client.create_order(new_order(order_id))
        else:
            client.add_state(order_id, "paid", NOON)
        (request,) = server.requests
        assert json.loads(request.body)["order_id"] == order_id
        assert "x-evil" not in request.headers

    @pytest.mark.parametrize("remote_id", ["", "../token", "7/8", "7?x=1", "a b", "é", "9" * 65])
    @pytest.mark.parametrize("call", ["get_order", "delete_order"])
    def test_an_id_that_may_not_stand_in_a_path_is_never_sent(
        self, server: ScriptedApi, call: str, remote_id: str
    ) -> None:
        with pytest.raises(OrderNotFound):
            getattr(client_at(server.url), call)(remote_id)
        assert server.requests == []

    def test_one_connection_serves_many_calls(self, server: ScriptedApi) -> None:
        client = client_at(server.url)
        server.script(OK, Reply(status=422), Reply(content=[]), Reply(status=204))
        client.create_order(new_order())
        with pytest.raises(Refused):
            client.add_state("#1001", "paid", NOON)
        client.list_orders({})
        client.delete_order("7")
        assert len({request.port for request in server.requests}) == 1


class TestCreatedId:
    @pytest.mark.parametrize(
        ("reply", "remote_id"),
        [
            (Reply(status=201, content={"id": 123}), "123"),
            (Reply(status=201, content={"id": "123"}), "123"),
            (Reply(status=201, content={"id": "9b2e-4f"}), "9b2e-4f"),
            (Reply(status=201, content={"id": "/v2/orders/123"}), "123"),
            (Reply(status=201, content={"iri": "/v2/orders/123"}), "123"),
            (Reply(status=201, content={"@id": "/v2/orders/123"}), "123"),
            (Reply(status=201, headers={"Location": "/v2/orders/123"}), "123"),
            (Reply(status=201, headers={"Location": "https://x.test/v2/orders/123/"}), "123"),
            (Reply(status=201, content=[], headers={"Location": "/orders/123?a=b"}), "123"),
            (Reply(status=200, content={"id": 123}), "123"),
            (Reply(status=201, content={"id": None, "iri": "/v2/orders/5"}), "5"),
            (Reply(status=201), None),
            (Reply(status=204), None),
            (Reply(status=201, content={}), None),
            (Reply(status=201, content="created"), None),
            (Reply(status=201, content={"id": True}), None),
            (Reply(status=201, content={"id": 1.5}), None),
            (Reply(status=201, content={"id": {"id": 1}}), None),
            (Reply(status=201, content={"id": ["1"]}), None),
            (Reply(status=201, content={"id": "../token"}), None),
            (Reply(status=201, content={"id": "1\r\nX: 1"}), None),
            (Reply(status=201, content={"id": "1\n"}), None),
            (Reply(status=201, content={"id": "9" * 65}), None),
            (Reply(status=201, content={"@id": "/v2/orders"}), None),
            (Reply(status=201, headers={"Location": "/v2/orders"}), None),
            (Reply(status=201, headers={"Location": "http://[::1"}), None),
        ],
    )
    def test_is_read_in_every_form_or_not_at_all(
        self, server: ScriptedApi, reply: Reply, remote_id: str | None
    ) -> None:
        server.script(reply)
        assert client_at(server.url).create_order(new_order()) == remote_id


class TestReading:
    @pytest.mark.parametrize(
        ("content", "states"),
        [
            (element(), {"new"}),
            (element(state="In_preparation "), {"in_preparation"}),
            (
                element(state="paid", states_history=[{"state": "new"}, {"state": "paid"}]),
                {"new", "paid"},
            ),
            (element(state="paid", states_history=["new", None, 3, {}]), {"new", "paid"}),
            (element(state=None, states_history="rubbish"), set()),
            (element(state="teleported"), {"teleported"}),
        ],
    )
    def test_an_order_shows_all_states_that_it_was_in(
        self, server: ScriptedApi, content: object, states: set[str]
    ) -> None:
        server.script(Reply(content=content))
        assert client_at(server.url).get_order("7").states == states

    @pytest.mark.parametrize(
        ("text", "order_date"),
        [
            ("2026-03-02T12:00:00+00:00", NOON),
            ("2026-03-02T12:00:00Z", NOON),
            ("2026-03-02T13:00:00+01:00", NOON),
            ("2026-03-02T12:00:00+0000", NOON),
            ("2026-03-02 12:00:00", NOON),
            ("02.03.2026", None),
            ("0001-01-01T00:00:00+10:00", None),
            (1772452800, None),
            (None, None),
        ],
    )
    def test_an_order_has_its_date_in_utc_or_none(
        self, server: ScriptedApi, text: object, order_date: datetime | None
    ) -> None:
        server.script(Reply(content=element(order_date=text)))
        assert client_at(server.url).get_order("7").order_date == order_date

    def test_a_date_without_an_offset_is_not_in_this_machines_time_zone(
        self, server: ScriptedApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.script(Reply(content=element(order_date="2026-03-02T12:00:00")))
        with monkeypatch.context() as patched:
            patched.setenv("TZ", "Asia/Tokyo")
            time.tzset()
            order = client_at(server.url).get_order("7")
        time.tzset()
        assert order.order_date == NOON

    def test_the_old_names_are_understood(self, server: ScriptedApi) -> None:
        server.script(
            Reply(content={"shop_order_id": "#1", "shop_order_date": "2026-03-02T12:00:00Z"})
        )
        order = client_at(server.url).get_order("7")
        assert (order.order_id, order.order_date, order.id) == ("#1", NOON, None)

    @pytest.mark.parametrize(
        ("shown", "fields"),
        [
            pytest.param({}, Fields(), id="nothing shown"),
            pytest.param(
                {
                    "language": "de",
                    "order_url": "https://shop.example",
                    "order_tags": {"größe": "L"},
                    "promised_delivery_date": "2026-03-02T13:00:00+01:00",
                    "boarding_complete": True,
                },
                Fields(
                    language="de",
                    order_url="https://shop.example",
                    order_tags={"größe": "L"},
                    promised_delivery_date=NOON,
                    boarding_complete=True,
                ),
                id="all shown",
            ),
            pytest.param(
                {"shop_order_url": "https://a.example"},
                Fields(order_url="https://a.example"),
                id="the old name of the URL",
            ),
            pytest.param({"language": ["de"], "order_url": 3}, Fields(), id="no texts"),
            pytest.param({"language": "", "order_url": "a" * 2049}, Fields(), id="odd lengths"),
            pytest.param({"language": "\ud800"}, Fields(), id="half a character"),
            pytest.param({"order_tags": []}, Fields(), id="tags as a list"),
            pytest.param({"order_tags": {"a": "b", "c": 1}}, Fields(), id="a tag that is no text"),
            pytest.param({"order_tags": {"": "b"}}, Fields(), id="a tag without a name"),
            pytest.param({"order_tags": {"\ud800": "b"}}, Fields(), id="a tag of half a character"),
            pytest.param(
                {"order_tags": {str(n): "a" * 2000 for n in range(25)}}, Fields(), id="giant tags"
            ),
            pytest.param({"promised_delivery_date": "soon"}, Fields(), id="no time"),
            pytest.param({"boarding_complete": "true"}, Fields(), id="true as a text"),
            pytest.param({"boarding_complete": 1}, Fields(), id="true as a number"),
        ],
    )
    def test_an_order_has_the_fields_that_it_shows_and_that_can_be_kept(
        self, server: ScriptedApi, shown: dict[str, object], fields: Fields
    ) -> None:
        server.script(Reply(content=element(**shown)))
        assert client_at(server.url).get_order("7").fields == fields

    def test_a_date_is_the_same_to_the_second(self, server: ScriptedApi) -> None:
        server.script(Reply(content=element()))
        order = client_at(server.url).get_order("7")
        assert order.is_dated(NOON + timedelta(microseconds=999_999))
        assert not order.is_dated(NOON + timedelta(seconds=1))

    @pytest.mark.parametrize(
        ("call", "reply"),
        [
            ("get", Reply(content=[])),
            ("get", Reply(content={"id": 7})),
            ("get", Reply(content={"order_id": {}})),
            ("get", Reply()),
            ("list", Reply(content={})),
            ("list", Reply(content={"hydra:member": None})),
            ("list", Reply(content="all")),
            ("list", Reply()),
            ("create", Reply(body=b'{"id": 1')),
            ("create", Reply(body=b"<html>maintenance</html>")),
            ("create", Reply(body=b"\xff\xfe\xff")),
            ("create", Reply(body=b"[" * 200_000)),
            ("create", Reply(body=b"9" * 5_000)),
            ("create", Reply(body=b'"' + b"x" * 1_048_576 + b'"')),
            ("state", Reply(body=b"<html>maintenance</html>")),
            ("update", Reply(body=b"<html>maintenance</html>")),
            ("delete", Reply(body=b"<html>maintenance</html>")),
        ],
    )
    def test_a_success_that_can_not_be_read_is_tried_again_and_may_have_worked(
        self, server: ScriptedApi, call: str, reply: Reply
    ) -> None:
        server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            CALLS[call](client_at(server.url))
        assert caught.value.status == 200
        assert caught.value.maybe_applied == (call in CHANGES)
        assert caught.value.answered

    def test_an_answer_that_unpacks_to_a_giant_is_given_up(self, server: ScriptedApi) -> None:
        bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
        server.script(Reply(headers={"Content-Encoding": "gzip"}, body=bomb))
        with pytest.raises(TemporaryFailure, match="longer than"):
            client_at(server.url).list_orders({})

    def test_a_wrongly_packed_answer_is_a_lost_one(self, server: ScriptedApi) -> None:
        server.script(Reply(headers={"Content-Encoding": "gzip"}, body=b"not packed"))
        with pytest.raises(TemporaryFailure):
            client_at(server.url).list_orders({})


class TestFindOrder:
    def test_asks_with_the_order_id_alone_first(self, server: ScriptedApi) -> None:
        server.script(Reply(content=[element()]))
        found = find(server, "#1001", NOON)
        assert found is not None
        assert (found.id, found.order_id) == ("7", "#1001")
        assert [request.path for request in server.requests] == ["/v2/orders?order_id=%231001"]

    @pytest.mark.parametrize(
        "content",
        [
            {"hydra:member": [element()]},
            {"member": [element()]},
            [element("#10010"), element()],
            [None, 3, "x", [], {}, element(None), element({}), element(["#1001"]), element()],
            [{"id": 7, "shop_order_id": "#1001"}],
        ],
    )
    def test_finds_it_in_every_form_of_a_list(self, server: ScriptedApi, content: object) -> None:
        server.script(Reply(content=content))
        found = find(server, "#1001", NOON)
        assert found is not None
        assert found.id == "7"

    def test_a_number_equals_its_digits(self, server: ScriptedApi) -> None:
        server.script(Reply(content=[element(1001)]))
        assert find(server, "1001", NOON) is not None

    def test_of_several_the_one_of_this_date_is_ours(self, server: ScriptedApi) -> None:
        other = element(id=6, order_date="2025-01-01T00:00:00Z")
        server.script(Reply(content=[other, element(), other]))
        found = find(server, "#1001", NOON)
        assert found is not None
        assert found.id == "7"

    def test_one_of_another_date_is_returned_for_the_caller_to_judge(
        self, server: ScriptedApi
    ) -> None:
        server.script(Reply(content=[element(order_date="2025-01-01T00:00:00Z")]))
        found = find(server, "#1001", NOON)
        assert found is not None
        assert not found.is_dated(NOON)

    @pytest.mark.parametrize("content", [[], {"hydra:member": [], "hydra:totalItems": 0}])
    def test_an_empty_answer_proves_that_it_is_not_there(
        self, server: ScriptedApi, content: object
    ) -> None:
        server.script(Reply(content=content))
        assert find(server, "#1001", NOON) is None
        assert len(server.requests) == 1

    def test_strangers_make_it_page_through_two_days(self, server: ScriptedApi) -> None:
        strangers = [element("#1"), element("#2"), element("#10010")]
        server.script(
            Reply(content=strangers), Reply(content=strangers), Reply(content=[element()])
        )
        found = find(server, "#1001", NOON)
        assert found is not None
        dates = (
            "order_date%5Bafter%5D=2026-03-01T12%3A00%3A00%2B00%3A00"
            "&order_date%5Bbefore%5D=2026-03-03T12%3A00%3A00%2B00%3A00"
        )
        assert [request.path for request in server.requests] == [
            "/v2/orders?order_id=%231001",
            f"/v2/orders?order_id=%231001&{dates}&limit=100&offset=0",
            f"/v2/orders?order_id=%231001&{dates}&limit=100&offset=3",
        ]

    def test_ten_pages_of_strangers_prove_nothing(self, server: ScriptedApi) -> None:
        server.script(Reply(content=[element("#1")] * 100))
        with pytest.raises(LookUpInconclusive):
            find(server, "#1001", NOON)
        assert len(server.requests) == 10

    @pytest.mark.parametrize("pages", [1, 2, 10])
    def test_the_caller_may_stop_it_before_each_page(self, server: ScriptedApi, pages: int) -> None:
        server.script(Reply(content=[element("#1")] * 100))
        asked: list[datetime] = []

        def before_page() -> None:
            assert len(server.requests) == len(asked)
            asked.append(NOON)
            if len(asked) == pages:
                raise TimeoutError

        with pytest.raises(TimeoutError):
            client_at(server.url).find_order("#1001", NOON, before_page=before_page)
        assert len(server.requests) == pages - 1

    @pytest.mark.parametrize("stranger", [element("#1"), None, {}])
    def test_an_unfiltered_list_that_ends_proves_nothing(
        self, server: ScriptedApi, stranger: object
    ) -> None:
        server.script(Reply(content=[stranger]), Reply(content=[]))
        with pytest.raises(LookUpInconclusive):
            find(server, "#1001", NOON)
        assert len(server.requests) == 2

    def test_a_refused_filter_proves_nothing(self, server: ScriptedApi) -> None:
        server.script(Reply(status=400))
        with pytest.raises(LookUpInconclusive):
            find(server, "#1001", NOON)

    def test_a_missing_list_is_a_wrong_base_url_and_no_proof(self, server: ScriptedApi) -> None:
        server.script(Reply(status=404))
        with pytest.raises(AccountFailure):
            find(server, "#1001", NOON)


EVERY = tuple(CALLS)
ONE_ORDER = ("get", "update", "delete", "state")

FAILURES: list[tuple[tuple[str, ...], int, type[SevenSendersError]]] = [
    *((EVERY, status, AccountFailure) for status in (301, 302, 303, 307, 308, 402, 403)),
    *((("create", "list"), status, AccountFailure) for status in (404, 405, 410)),
    (ONE_ORDER, 404, OrderNotFound),
    (ONE_ORDER, 410, OrderNotFound),
    (ONE_ORDER, 405, TemporaryFailure),
    *((EVERY, status, Refused) for status in (400, 409, 413, 415, 422)),
    *((EVERY, status, TemporaryFailure) for status in (408, 425, 429, 406, 418, 423, 451)),
    *((EVERY, status, TemporaryFailure) for status in (500, 501, 502, 503, 504, 520, 599, 700)),
]


class TestFailures:
    @pytest.mark.parametrize(
        ("call", "status", "kind"),
        [(call, status, kind) for calls, status, kind in FAILURES for call in calls],
    )
    def test_each_status_means_what_the_table_says(
        self, server: ScriptedApi, call: str, status: int, kind: type[SevenSendersError]
    ) -> None:
        server.script(Reply(status=status, body=b"<html>odd</html>"))
        with pytest.raises(SevenSendersError) as caught:
            CALLS[call](client_at(server.url))
        error = caught.value
        assert type(error) is kind
        assert error.status == status
        if isinstance(error, TemporaryFailure):
            assert error.maybe_applied == (status >= 500 and call in CHANGES)
            assert error.answered

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(cut=True),
            Reply(hangs=True),
            Reply(body=b'{"id": 1', promises=500),
            Reply(headers={"Transfer-Encoding": "chunked"}, body=b"5\r\n12"),
            Reply(headers={"Transfer-Encoding": "chunked"}, body=b"zz\r\n"),
            Reply(body=b" " * 1000, drips=0.02),
        ],
        ids=["cut", "hangs", "truncated", "truncated chunk", "odd chunk", "drips"],
    )
    def test_a_lost_answer_is_tried_again_and_may_have_worked(
        self, server: ScriptedApi, call: str, reply: Reply
    ) -> None:
        server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            CALLS[call](client_at(server.url, time_outs=TimeOuts(connect=0.2, read=0.2)))
        assert caught.value.maybe_applied == (call in CHANGES)
        assert not caught.value.answered

    def test_the_wait_for_late_headers_counts_for_a_slow_body(self) -> None:
        with LateApi(Reply(body=b"[ ]", drips=0.25), late=0.9) as server:
            client = client_at(server.url, time_outs=TimeOuts(connect=0.1, read=1.0))
            with pytest.raises(TemporaryFailure, match="too long"):
                client.list_orders({})

    def test_a_call_takes_connecting_and_twice_reading_at_the_longest(self) -> None:
        assert TimeOuts(connect=3.0, read=10.0).longest == 23.0

    @pytest.mark.parametrize("host", ["127.0.0.1:{closed}", "name.invalid"])
    def test_without_a_connection_nothing_was_applied(self, host: str) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = "http://" + host.format(closed=unused.getsockname()[1])
            with pytest.raises(TemporaryFailure) as caught:
                client_at(url).create_order(new_order())
        assert not caught.value.maybe_applied
        assert not caught.value.answered

    @pytest.mark.parametrize("url", ["", "api.example", "ftp://x", "http://", "http://[::1"])
    def test_a_base_url_that_is_none_is_about_the_account(self, url: str) -> None:
        with pytest.raises(AccountFailure):
            client_at(url).create_order(new_order())

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("120", 120),
            ("Mon, 02 Mar 2026 12:01:00 GMT", 60),
            ("99999999999999999999", 6 * 3600),
            ("Mon, 02 Mar 2037 12:01:00 GMT", 6 * 3600),
        ],
    )
    def test_retry_after_is_honoured_up_to_six_hours(
        self, server: ScriptedApi, status: int, text: str, seconds: int
    ) -> None:
        server.script(Reply(status=status, headers={"Retry-After": text}))
        with pytest.raises(TemporaryFailure) as caught:
            client_at(server.url).create_order(new_order())
        assert caught.value.retry_after == timedelta(seconds=seconds)

    def test_a_refusal_names_the_fields_that_were_sent_and_are_blamed(
        self, server: ScriptedApi
    ) -> None:
        server.script(
            Reply(
                status=422,
                headers={"Content-Type": "application/problem+json"},
                content={
                    "violations": [
                        {"propertyPath": "language", "message": "not one of the order_tags"},
                        {"propertyPath": "carrier", "message": "unknown"},
                    ]
                },
            )
        )
        with pytest.raises(Refused) as caught:
            client_at(server.url).create_order(new_order(fields=Fields(language="xx")))
        assert caught.value.fields == {"language"}

    def test_a_failure_tells_neither_token_nor_key_nor_body(self, server: ScriptedApi) -> None:
        server.script(Reply(status=422, content={"detail": "Anna Muster is not allowed"}))
        with pytest.raises(Refused) as caught:
            client_at(server.url).create_order(new_order())
        shown = f"{caught.value!r} {caught.value}"
        assert not any(secret in shown for secret in ("token-1", "the-key", "Anna"))


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("location", ["{other}/orders", "http://[::1", ""])
    def test_none_is_followed_so_the_token_stays_here(
        self, server: ScriptedApi, status: int, location: str
    ) -> None:
        with ScriptedApi(OK) as other:
            target = location.format(other=other.url)
            server.script(Reply(status=status, headers={"Location": target}))
            with pytest.raises(AccountFailure):
                client_at(server.url).create_order(new_order())
            assert other.requests == []
        assert len(server.requests) == 1

    def test_the_body_of_a_redirect_is_bounded_too(self, server: ScriptedApi) -> None:
        giant = Reply(status=302, headers={"Location": server.url}, body=b"x" * 2_000_000)
        server.script(giant)
        with pytest.raises(TemporaryFailure, match="longer than"):
            client_at(server.url).list_orders({})


class TestSession:
    def test_keeps_no_cookie_of_one_account_for_another(self, server: ScriptedApi) -> None:
        server.script(Reply(content=[], headers={"Set-Cookie": "session=1; Path=/"}))
        client = client_at(server.url)
        client.list_orders({})
        client.list_orders({})
        assert "cookie" not in server.requests[1].headers

    def test_is_not_confused_by_a_netrc(
        self, server: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login a password b\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        server.script(Reply(content=[]))
        client_at(server.url).list_orders({})
        assert server.requests[0].headers["authorization"] == "Bearer token-1"


class TestRefusedToken:
    @pytest.mark.parametrize("call", CALLS)
    def test_is_replaced_and_the_call_repeated_once(self, server: ScriptedApi, call: str) -> None:
        content = [element()] if call == "list" else element()
        server.script(UNAUTHORIZED, Reply(content=content))
        tokens = FixedTokens()
        CALLS[call](client_at(server.url, tokens=tokens))
        assert tokens.refusals == ["token-1"]
        sent = [request.headers["authorization"] for request in server.requests]
        assert sent == ["Bearer token-1", "Bearer token-2"]

    def test_twice_is_about_the_account_if_the_second_is_from_our_own_login(
        self, server: ScriptedApi
    ) -> None:
        server.script(UNAUTHORIZED)
        with pytest.raises(AccountFailure) as caught:
            client_at(server.url).create_order(new_order())
        assert caught.value.status == 401
        assert len(server.requests) == 2

    def test_twice_says_nothing_if_the_second_is_another_workers(self, server: ScriptedApi) -> None:
        server.script(UNAUTHORIZED)
        with pytest.raises(TokenUnavailable):
            client_at(server.url, tokens=FixedTokens(own=False)).create_order(new_order())
        assert len(server.requests) == 2

    def test_another_failure_of_the_repetition_is_what_it_is(self, server: ScriptedApi) -> None:
        server.script(UNAUTHORIZED, Reply(status=403))
        with pytest.raises(AccountFailure) as caught:
            client_at(server.url, tokens=FixedTokens(own=False)).create_order(new_order())
        assert caught.value.status == 403


class TestLogIn:
    def test_sends_the_key_and_reads_the_token(self, server: ScriptedApi) -> None:
        server.script(Reply(content={"token": "abc.def", "user": "x"}))
        api = Api(session=ApiSession(), account=Account(server.url, "the-key"))
        assert api.log_in() == "abc.def"
        (request,) = server.requests
        assert (request.method, request.path) == ("POST", "/v2/token")
        assert request.json() == {"access_key": "the-key"}
        assert "authorization" not in request.headers

    @pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 408, 418, 422, 425, 429])
    def test_refused_in_any_way_is_about_the_account(
        self, server: ScriptedApi, status: int
    ) -> None:
        server.script(Reply(status=status))
        with pytest.raises(AccountFailure) as caught:
            Api(session=ApiSession(), account=Account(server.url, "the-key")).log_in()
        assert "the-key" not in f"{caught.value!r}"

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(status=500),
            Reply(cut=True),
            Reply(content={}),
            Reply(content=[]),
            Reply(content={"token": None}),
            Reply(content={"token": ""}),
            Reply(content={"token": "a b"}),
            Reply(content={"token": "a\r\nX-Evil: 1"}),
            Reply(content={"token": "ü"}),
            Reply(),
        ],
    )
    def test_that_brings_no_token_is_tried_again_and_leaves_no_order_in_doubt(
        self, server: ScriptedApi, reply: Reply
    ) -> None:
        server.script(reply)
        with pytest.raises(TemporaryFailure) as caught:
            Api(session=ApiSession(), account=Account(server.url, "the-key")).log_in()
        assert not caught.value.maybe_applied


def test_each_call_is_observed_with_its_outcome(server: ScriptedApi) -> None:
    observed: list[tuple[str, str]] = []
    client = client_at(server.url, observed=observed)
    server.script(UNAUTHORIZED, OK, Reply(status=422), Reply(status=500))
    client.create_order(new_order())
    with pytest.raises(Refused):
        client.add_state("#1001", "paid", NOON)
    with pytest.raises(TemporaryFailure):
        client.update_order("7", {})
    assert observed == [
        ("create_order", "token_refused"),
        ("create_order", "ok"),
        ("add_state", "refused"),
        ("update_order", "temporary_failure"),
    ]
