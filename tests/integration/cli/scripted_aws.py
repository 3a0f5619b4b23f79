"""Clients of boto3 that answer what they are told to, checked against AWS's own models."""

from typing import Any

from botocore.session import get_session
from botocore.stub import Stubber

_SESSION = get_session()
_SESSION.set_credentials("none", "none")

REFUSED = "AccessDenied"
"""Stands for an answer that refuses the call."""

type Answer = tuple[str, dict[str, Any] | str]
"""An operation by boto3's name for it, and its answer or an error's code."""


def scripted(service: str, *answers: Answer) -> Any:
    """A client of a service that gives these answers, in this order."""
    client: Any = _SESSION.create_client(service, region_name="eu-central-1")
    stubber = Stubber(client)
    for operation, answer in answers:
        if isinstance(answer, str):
            stubber.add_client_error(operation, answer)
        else:
            stubber.add_response(operation, answer)
    stubber.activate()
    return client
