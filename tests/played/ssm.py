"""SSM's parameters in this process's memory, which fail when told."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class ParameterNotFound(ClientError):
    """No parameter of this name."""

    def __init__(self, operation: str) -> None:
        super().__init__({"Error": {"Code": "ParameterNotFound"}}, operation)


class _Exceptions:
    ParameterNotFound = ParameterNotFound


class MemorySsm:
    """Parameters by name.

    ``calls`` are the operations and what they were about, ``puts`` all that PutParameter was given.
    ``failing``: how an operation fails for as long as it stands there. ``failures``: so many of
    the next calls are throttled.
    """

    exceptions = _Exceptions

    def __init__(self, parameters: Mapping[str, str] | None = None) -> None:
        self.parameters = dict(parameters or {})
        self.calls: list[tuple[str, str]] = []
        self.puts: list[dict[str, str]] = []
        self.failing: dict[str, Exception] = {}
        self.failures = 0

    @property
    def client(self) -> "SSMClient":
        """As the adapter sees it."""
        return cast("SSMClient", self)

    def get_parameter(self, **asked: Any) -> dict[str, Any]:
        """GetParameter."""
        assert asked["WithDecryption"]
        name = asked["Name"]
        self.begin("GetParameter", name)
        if name not in self.parameters:
            raise ParameterNotFound("GetParameter")
        return {"Parameter": {"Name": name, "Value": self.parameters[name]}}

    def get_parameters(self, **asked: Any) -> dict[str, Any]:
        """GetParameters."""
        assert asked["WithDecryption"]
        names = asked["Names"]
        self.begin("GetParameters", " ".join(names))
        found = [name for name in names if name in self.parameters]
        return {
            "Parameters": [{"Name": name, "Value": self.parameters[name]} for name in found],
            "InvalidParameters": [name for name in names if name not in self.parameters],
        }

    def get_paginator(self, operation: str) -> "MemorySsm":
        """The pages of GetParametersByPath."""
        assert operation == "get_parameters_by_path"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """One page: what stands right under the path."""
        self.begin("GetParametersByPath", asked["Path"])
        found = [
            {"Name": name, "Value": value if asked["WithDecryption"] else "encrypted"}
            for name, value in self.parameters.items()
            if name.rpartition("/")[0] == asked["Path"]
        ]
        yield {"Parameters": found}

    def put_parameter(self, **put: Any) -> dict[str, Any]:
        """PutParameter."""
        self.begin("PutParameter", put["Name"])
        self.puts.append(put)
        self.parameters[put["Name"]] = put["Value"]
        return {}

    def delete_parameter(self, **asked: Any) -> dict[str, Any]:
        """DeleteParameter."""
        self.begin("DeleteParameter", asked["Name"])
        del self.parameters[asked["Name"]]
        return {}

    def delete_parameters(self, **asked: Any) -> dict[str, Any]:
        """DeleteParameters, which leaves out what is not there."""
        self.begin("DeleteParameters", " ".join(asked["Names"]))
        for name in asked["Names"]:
            self.parameters.pop(name, None)
        return {}

    def begin(self, operation: str, name: str) -> None:
        """Note a call, which may fail."""
        self.calls.append((operation, name))
        if operation in self.failing:
            raise self.failing[operation]
        if self.failures:
            self.failures -= 1
            raise throttled(operation)


def throttled(operation: str) -> ClientError:
    """What SSM says of too many calls."""
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, operation)
