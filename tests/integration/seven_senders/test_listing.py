"""How all orders of a span of order dates are listed, and when a list proves nothing."""

from datetime import datetime, timedelta

import pytest

from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    LookUpInconclusive,
    TemporaryFailure,
)
from tests.integration.seven_senders.calling import NOON, client_at, element
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi

EVENING = NOON + timedelta(hours=8)


def listed(server: ScriptedApi, begin: datetime = NOON, end: datetime = EVENING) -> list[str]:
    pages = client_at(server.url).orders_dated(begin, end)
    return [order.order_id for page in pages for order in page]


def dated(order_id: str, at: datetime) -> dict[str, object]:
    return element(order_id, id=order_id.removeprefix("#"), order_date=at.isoformat())


class TestOrdersDated:
    def test_goes_on_to_the_empty_page_whatever_the_pages_hold(self, server: ScriptedApi) -> None:
        pages = [["#1", "#2"], ["#3"], ["#4", "#5"], []]
        server.script(*(Reply(content=[dated(one, NOON) for one in page]) for page in pages))
        assert listed(server) == ["#1", "#2", "#3", "#4", "#5"]
        offsets = [request.path.partition("&offset=")[2] for request in server.requests]
        assert offsets == ["0", "2", "3", "5"]

    def test_asks_for_a_second_more_and_takes_the_very_ends(self, server: ScriptedApi) -> None:
        found = {
            "#1": NOON - timedelta(seconds=1),
            "#2": NOON,
            "#3": EVENING,
            "#4": EVENING + timedelta(seconds=1),
        }
        server.script(
            Reply(content=[dated(name, at) for name, at in found.items()]), Reply(content=[])
        )
        assert listed(server) == ["#2", "#3"]
        assert server.requests[0].path == (
            "/v2/orders?order_date%5Bafter%5D=2026-03-02T11%3A59%3A59%2B00%3A00"
            "&order_date%5Bbefore%5D=2026-03-02T20%3A00%3A01%2B00%3A00&limit=100&offset=0"
        )

    def test_a_list_by_whole_days_will_do(self, server: ScriptedApi) -> None:
        morning = NOON - timedelta(hours=11)
        server.script(
            Reply(content=[dated("#1", morning), dated("#2", EVENING)]), Reply(content=[])
        )
        assert listed(server) == ["#2"]

    def test_what_can_not_be_read_is_left_out(self, server: ScriptedApi) -> None:
        server.script(Reply(content=[None, 3, dated("#1", NOON)]), Reply(content=[]))
        assert listed(server) == ["#1"]
        assert server.requests[-1].path.endswith("offset=3")

    @pytest.mark.parametrize(
        ("replies", "says"),
        [
            pytest.param(
                [Reply(content=[dated("#1", NOON - timedelta(days=2))])],
                "not filtered by order_date",
                id="orders of other days",
            ),
            pytest.param(
                [Reply(content=[element("#1", order_date=None)])],
                "not filtered by order_date",
                id="orders of no date",
            ),
            pytest.param(
                [Reply(content=[dated("#1", NOON), dated("#2", NOON)])],
                "the same orders again and again",
                id="the same page again and again",
            ),
            pytest.param(
                [Reply(content=[None])],
                "the same orders again and again",
                id="nothing that can be read, again and again",
            ),
            pytest.param([Reply(status=400)], "refuses to filter", id="a refused filter"),
        ],
    )
    def test_a_list_proves_nothing_with(
        self, server: ScriptedApi, replies: list[Reply], says: str
    ) -> None:
        server.script(*replies)
        with pytest.raises(LookUpInconclusive, match=says):
            listed(server)
        assert len(server.requests) <= 2

    @pytest.mark.parametrize(
        ("status", "error"), [(503, TemporaryFailure), (402, AccountFailure), (404, AccountFailure)]
    )
    def test_what_is_about_no_list_comes_through(
        self, server: ScriptedApi, status: int, error: type[Exception]
    ) -> None:
        server.script(Reply(content=[dated("#1", NOON)]), Reply(status=status))
        with pytest.raises(error):
            listed(server)
