"""What the client makes of the orders that it reads."""

import time
from datetime import datetime, timedelta

import pytest

from seven_senders_adapter.domain.order_record import Fields
from tests.integration.seven_senders.calling import NOON, client_at, element
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi


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
            (element(state={"state": "paid"}, states_history={"state": "new"}), {"paid"}),
            (element(state=3, states_history=[{"state": 3}, {"state": ["paid"]}, []]), set()),
            (element(states_history=[{"state": "paid", "datetime": "soon"}]), {"new", "paid"}),
            (element(states_history=[{"state": "paid", "datetime": {}}]), {"new", "paid"}),
            (element(state="teleported"), {"teleported"}),
        ],
    )
    def test_an_order_shows_all_states_that_it_was_in(
        self, server: ScriptedApi, content: object, states: set[str]
    ) -> None:
        server.script(Reply(content=content))
        assert set(client_at(server.url).get_order("7").states) == states

    def test_a_state_has_its_time_as_far_as_it_is_shown(self, server: ScriptedApi) -> None:
        history: list[object] = [
            {"state": "new", "datetime": "2026-03-02T13:00:00+01:00"},
            {"state": "paid", "datetime": "soon"},
            "in_production",
        ]
        server.script(Reply(content=element(state="Shipped", states_history=history)))
        order = client_at(server.url).get_order("7")
        assert order.state == "shipped"
        assert order.states == {"new": NOON, "paid": None, "in_production": None, "shipped": None}

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
            ("1772452800", None),
            ({"date": "2026-03-02T12:00:00Z"}, None),
            ("9" * 100_000, None),
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
