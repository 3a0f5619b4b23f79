"""The sandbox without its sockets, for tests that make thousands of calls."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, override
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_local.sandbox import Sandbox
from seven_senders_local.sandbox.service import Answer


@dataclass(frozen=True, kw_only=True)
class AccountFault:
    """How an API answers all calls of one account whose path matches."""

    access_key: str
    status: int
    path: str = ""

    def strikes(self, sandbox: Sandbox, call: requests.PreparedRequest) -> bool:
        """Whether a call is one of them."""
        token = call.headers.get("Authorization", "").removeprefix("Bearer ")
        grant = sandbox.service.access.grants.get(token)
        key = grant.access_key if grant else json.loads(call.body or "{}").get("access_key")
        return key == self.access_key and re.search(self.path, str(call.url)) is not None


class _Direct(HTTPAdapter):
    def __init__(self, sandbox: Sandbox, faults: Sequence[AccountFault]) -> None:
        super().__init__()
        self._sandbox = sandbox
        self._faults = faults

    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answer = self._answer(request)
        if answer is None:
            raise requests.ConnectionError(ProtocolError("cut"))
        raw = HTTPResponse(
            body=BytesIO(answer.body),
            headers=dict(answer.headers),
            status=answer.status,
            preload_content=False,
        )
        return self.build_response(request, raw)

    def _answer(self, call: requests.PreparedRequest) -> Answer | None:
        for fault in self._faults:
            if fault.strikes(self._sandbox, call):
                return Answer(fault.status)
        url = urlsplit(str(call.url))
        target = f"{url.path}?{url.query}" if url.query else url.path
        headers = {name.lower(): value for name, value in call.headers.items()}
        body = call.body or b""
        assert isinstance(body, bytes)
        return self._sandbox.answer(str(call.method), target, headers, body)


class _Nobody(HTTPAdapter):
    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        pool: Any = None
        refused = NewConnectionError(pool, "nobody there")
        raise requests.ConnectionError(MaxRetryError(pool, str(request.url), refused))


def direct_session(*sandboxes: Sandbox, faults: Sequence[AccountFault] = ()) -> ApiSession:
    """A session to these sandboxes; at every other host nobody answers.

    ``faults`` are those in force at the time of each call.
    """
    session = ApiSession()
    session.adapters.clear()
    session.mount("http", _Nobody())
    for sandbox in sandboxes:
        session.mount(sandbox.url, _Direct(sandbox, faults))
    return session
