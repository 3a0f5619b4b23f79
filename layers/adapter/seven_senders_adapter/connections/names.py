"""Which connections there are, without what they hold."""

from typing import TYPE_CHECKING

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.connections.rules import is_name

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def connection_names(ssm: "SSMClient", path: str) -> list[str]:
    """The names of the documents under a path of SSM, which stay encrypted.

    Raises AwsUnavailable.
    """
    pages = ssm.get_paginator("get_parameters_by_path")
    with reaching("ssm GetParametersByPath"):
        names = [
            parameter["Name"].rpartition("/")[2]
            for page in pages.paginate(Path=path, WithDecryption=False)
            for parameter in page["Parameters"]
        ]
    return sorted(filter(is_name, names))
