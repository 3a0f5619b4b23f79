"""What each status and each refusal means."""

from datetime import timedelta

import pytest

from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    OrderNotFound,
    Refused,
    SevenSendersError,
    TemporaryFailure,
)
from tests.integration.seven_senders.calling import (
    CALLS,
    CHANGES,
    NOON,
    OK,
    UNAUTHORIZED,
    client_at,
    new_order,
)
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi

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
