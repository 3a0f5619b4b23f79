"""Drives a local stack as its users do: over HTTP, with signed deliveries."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from seven_senders_local import stack

PROGRAM = Path(sys.executable).with_name("seven-senders")
SECRET = "shop-secret"
ACCESS_KEY = "access-key"
RETRY_BASE = 0.2
PATIENCE_SECONDS = 40
CONNECTIONS = f"""
shop:
  platform: shopify
  webhook_secrets: [{SECRET}]
  access_key: {ACCESS_KEY}
  order_url: https://shop.example/
  default_language: de
"""


def connections_file(folder: Path) -> Path:
    path = folder / "connections.yaml"
    path.write_text(CONNECTIONS, encoding="utf-8")
    return path


def order(
    number: int, *, hours_ago: float = 1, paid: bool = False, shipped: bool = False
) -> dict[str, Any]:
    """An order of Shopify as it was so many hours ago."""
    created = datetime.now(UTC) - timedelta(hours=10)
    updated = datetime.now(UTC) - timedelta(hours=hours_ago)
    return {
        "id": number,
        "name": f"#{number}",
        "created_at": created.isoformat(timespec="seconds"),
        "updated_at": updated.isoformat(timespec="seconds"),
        "processed_at": created.isoformat(timespec="seconds"),
        "financial_status": "paid" if paid else "pending",
        "fulfillment_status": "fulfilled" if shipped else None,
        "line_items": [{"id": 1, "quantity": 1, "current_quantity": 1, "requires_shipping": True}],
        "refunds": [],
    }


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


class Driver:
    """A client of one local stack."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_SECONDS)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        self._connection.request(method, path, body, headers or {})
        response = self._connection.getresponse()
        return response.status, response.read()

    def deliver(
        self, body: bytes | dict[str, Any], *, topic: str = "orders/updated", to: str = "shop"
    ) -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        }
        return self.ask("POST", f"/webhooks/{to}", raw, headers)[0]

    def local(self, page: str, method: str = "GET") -> Any:
        status, content = self.ask(method, f"/_local/{page}")
        assert status == 200, content
        return json.loads(content)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ``seven-senders`` on this stack, as those do who started it."""
        aws = self.local("aws")
        reached_by = {
            "AWS_ENDPOINT_URL": aws["endpoint"],
            "AWS_DEFAULT_REGION": aws["region"],
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        return subprocess.run(
            [PROGRAM, *words],
            env=os.environ | reached_by,
            check=False,
            capture_output=True,
            text=True,
        )

    def is_quiet(self) -> bool:
        """Whether nothing more will be sent."""
        status = self.local("status")
        return not any(status[key] for key in ("queued", "in_flight", "delayed"))

    def wait_until_quiet(self) -> None:
        wait_for(self.is_quiet)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def running_stack(
    connections: Path, *, api_url: str, reconciliation_delay: float = 30
) -> Iterator[Driver]:
    choices = stack.Choices(
        connections=connections,
        api_url=api_url,
        retry_base=RETRY_BASE,
        reconciliation_delay=reconciliation_delay,
    )
    with stack.running(choices) as running:
        driver = Driver(running.url)
        try:
            yield driver
        finally:
            driver.close()
