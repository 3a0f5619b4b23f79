"""Which id an answer to a create names."""

import time

import pytest

from tests.integration.seven_senders.calling import client_at, new_order
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi


class TestCreatedId:
    @pytest.mark.parametrize(
        ("reply", "remote_id"),
        [
            (Reply(status=201, content={"id": 123}), "123"),
            (Reply(status=201, content={"id": -5}), "-5"),
            (Reply(status=201, content={"id": 10**63}), "1" + "0" * 63),
            (Reply(status=201, content={"id": 10**64}), None),
            (Reply(status=201, body=b'{"id": NaN}'), None),
            (Reply(status=201, body=b'{"id": 1, "id": 2}'), "2"),
            (Reply(status=201, content={"id": "1/2"}), None),
            (Reply(status=201, content={"id": "1?2"}), None),
            (Reply(status=201, content={"id": "1#2"}), None),
            (Reply(status=201, content={"id": "1%2F2"}), None),
            (Reply(status=201, content={"id": "%2e%2e"}), None),
            (Reply(status=201, content={"id": ".."}), None),
            (Reply(status=201, content={"id": "\uff11"}), None),
            (Reply(status=201, content={"@id": "/v2/orders/../token"}), None),
            (Reply(status=201, content={"@id": "/v2/orders/%2e%2e"}), None),
            (Reply(status=201, content={"@id": "/v2/orders/5/"}), "5"),
            (Reply(status=201, content={"@id": 5}), None),
            (Reply(status=201, headers={"Location": "orders/123"}), "123"),
            (Reply(status=201, headers={"Location": "123"}), None),
            (Reply(status=201, content={"id": "123"}), "123"),
            (Reply(status=201, content={"id": "9b2e-4f"}), "9b2e-4f"),
            (Reply(status=201, content={"id": "/v2/orders/123"}), "123"),
            (Reply(status=201, content={"iri": "/v2/orders/123"}), "123"),
            (Reply(status=201, content={"@id": "/v2/orders/123"}), "123"),
            (Reply(status=201, headers={"Location": "/v2/orders/123"}), "123"),
            (Reply(status=201, headers={"Location": "https://x.test/v2/orders/123/"}), "123"),
            (Reply(status=201, content={}, headers={"Location": "/orders/123?a=b"}), "123"),
            (Reply(status=201, content={"id": 5, "order_id": new_order().order_id}), "5"),
            (Reply(status=200, content={"id": 123}), "123"),
            (Reply(status=201, content={"id": None, "iri": "/v2/orders/5"}), "5"),
            (Reply(status=201), None),
            (Reply(status=204), None),
            (Reply(status=201, content={}), None),
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

    def test_is_read_fast_from_a_giant_iri(self, server: ScriptedApi) -> None:
        server.script(Reply(status=201, content={"id": "/orders/a?" * 20_000 + "\n"}))
        client = client_at(server.url)
        began = time.thread_time()
        client.create_order(new_order())
        assert time.thread_time() - began < 2
