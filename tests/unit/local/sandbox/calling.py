"""Calls of the sandbox, and a change of its settings."""

import requests

from seven_senders_local.sandbox import Sandbox

AT = "2026-03-27T14:00:00+00:00"


class Caller:
    """Calls the sandbox with one key, over one connection."""

    def __init__(self, sandbox: Sandbox, access_key: str = "key-a") -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.access_key = access_key
        self.log_in()

    def log_in(self) -> str:
        answer = self.call("POST", "/token", {"access_key": self.access_key})
        token: str = answer.json()["token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        return token

    def call(self, method: str, path: str, body: object = None, **query: str) -> requests.Response:
        return self.session.request(
            method, self.sandbox.api_url + path, json=body, params=query, timeout=5
        )

    def create(self, order_id: str = "#1001", **fields: object) -> requests.Response:
        return self.call("POST", "/orders", {"order_id": order_id, "order_date": AT, **fields})


def set_up(sandbox: Sandbox, **changes: object) -> None:
    sandbox.service.settings = sandbox.service.settings.changed(changes)
