"""What the client sends, in the form of the wire."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.domain.snapshot import OrderItem
from seven_senders_adapter.seven_senders.api import WireSettings
from seven_senders_adapter.seven_senders.errors import OrderNotFound, Refused
from tests.integration.seven_senders.calling import NOON, OK, client_at, find, new_order
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi


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
            ("1 HTTP/1.1\r\n\r\nGET /", "order_id=1%20HTTP%2F1.1%0D%0A%0D%0AGET%20%2F"),
            ("../token?x#y", "order_id=..%2Ftoken%3Fx%23y"),
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

    def test_tags_of_any_text_travel_in_the_body_alone(self, server: ScriptedApi) -> None:
        tags = {"a\r\nX-Evil: 1": "b\r\n\r\nGET / HTTP/1.1", '"}': "\x00\ud800"}
        client_at(server.url).create_order(new_order(fields=Fields(order_tags=tags)))
        (request,) = server.requests
        assert json.loads(request.body)["order_tags"] == tags
        assert "x-evil" not in request.headers

    @pytest.mark.parametrize(
        "remote_id", ["", "..", "../token", "7/8", "7?x=1", "7#x", "7%2F8", "a b", "é", "9" * 65]
    )
    @pytest.mark.parametrize("call", ["get_order", "delete_order", "update_order"])
    def test_an_id_that_may_not_stand_in_a_path_is_never_sent(
        self, server: ScriptedApi, call: str, remote_id: str
    ) -> None:
        with pytest.raises(OrderNotFound):
            getattr(client_at(server.url), call)(remote_id, *[{}] * (call == "update_order"))
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
