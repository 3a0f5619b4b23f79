"""How an order is looked up, and what proves that it is not there."""

from datetime import datetime

import pytest

from seven_senders_adapter.seven_senders.errors import AccountFailure, LookUpInconclusive
from tests.integration.seven_senders.calling import NOON, client_at, element, find
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi


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
