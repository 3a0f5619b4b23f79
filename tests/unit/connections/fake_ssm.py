"""An SSM that holds texts, records what it is asked, and fails when told."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class ParameterNotFound(ClientError):
    pass


class Exceptions:
    ParameterNotFound = ParameterNotFound


class FakeSsm:
    exceptions = Exceptions

    def __init__(self, **parameters: str) -> None:
        self.parameters = parameters
        self.calls: list[tuple[str, str]] = []
        self.failures = 0

    @property
    def asked(self) -> int:
        """How many calls it got."""
        return len(self.calls)

    @property
    def client(self) -> "SSMClient":
        return cast("SSMClient", self)

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803 boto3's names
        self._ask("GetParameter", Name)
        name = Name.removeprefix("/path/")
        if not WithDecryption or name not in self.parameters:
            raise ParameterNotFound({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")
        return {"Parameter": {"Name": Name, "Value": self.parameters[name]}}

    def get_paginator(self, operation: str) -> "FakeSsm":
        assert operation == "get_parameters_by_path"
        return self

    def paginate(self, *, Path: str, WithDecryption: bool) -> Iterator[dict[str, Any]]:  # noqa: N803 boto3's names
        assert WithDecryption
        self._ask("GetParametersByPath", Path)
        for name, text in self.parameters.items():
            yield {"Parameters": [{"Name": f"{Path}/{name}", "Value": text}]}

    def _ask(self, operation: str, name: str) -> None:
        self.calls.append((operation, name))
        if self.failures:
            self.failures -= 1
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)


class Time:
    """A monotonic clock that only pauses move on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
