"""Clients of boto3 that answer what they are told to, checked against AWS's own models."""

from typing import Any

from botocore.session import get_session
from botocore.stub import Stubber

_SESSION = get_session()
_SESSION.set_credentials("none", "none")

REFUSED = "AccessDenied"
"""Stands for an answer that refuses the call."""

type Answer = tuple[str, dict[str, Any] | str] | tuple[str, dict[str, Any] | str, dict[str, Any]]
"""An operation by boto3's name, its answer or an error's code, what it has to be asked with."""


def scripted(service: str, *answers: Answer) -> Any:
    """A client of a service that gives these answers, in this order."""
    client: Any = _SESSION.create_client(service, region_name="eu-central-1")
    stubber = Stubber(client)
    for operation, answer, *asked_with in answers:
        if isinstance(answer, str):
            stubber.add_client_error(operation, answer)
        else:
            stubber.add_response(operation, answer, *asked_with)
    stubber.activate()
    return client


class _Session:
    def __init__(self, clients: dict[str, Any]) -> None:
        self._clients = clients

    def client(self, service: str, **_: object) -> Any:
        return self._clients[service]


def session_of(clients: dict[str, Any]) -> Any:
    """A session that gives these clients, by their services."""
    return _Session(clients)
