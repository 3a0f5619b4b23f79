"""When a token expires."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

import pytest

from seven_senders_adapter.tokens import expiry
from tests.integration.seven_senders.tokens.fleet import HOUR, NOON, jwt


class TestExpiry:
    @pytest.mark.parametrize(
        ("token", "expires_at"),
        [
            (jwt(NOON + timedelta(minutes=15)), NOON + timedelta(minutes=15)),
            (jwt(NOON - HOUR), NOON + HOUR),
            ("opaque", NOON + HOUR),
            ("a.b.c", NOON + HOUR),
            ("..", NOON + HOUR),
            ("a.bnVsbA.c", NOON + HOUR),
            ("a.eyJleHAiOiAieCJ9.c", NOON + HOUR),
            ("a.eyJleHAiOiAxZTk5fQ.c", NOON + HOUR),
            ("a.eyJleHAiOiBOYU59.c", NOON + HOUR),
            ("a." + urlsafe_b64encode(b"[" * 100_000).decode() + ".c", NOON + HOUR),
            ("ü.ü.ü", NOON + HOUR),
        ],
        ids=[
            "as the JWT says",
            "an hour if the JWT says the past",
            "an hour if opaque",
            "an hour if no base64",
            "an hour if empty",
            "an hour if the claims are null",
            "an hour if exp is a text",
            "an hour if exp is beyond all time",
            "an hour if exp is no number",
            "an hour if nested too deep",
            "an hour if not ASCII",
        ],
    )
    def test_is(self, token: str, expires_at: datetime) -> None:
        assert expiry(token, now=NOON) == expires_at
