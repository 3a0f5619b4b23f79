"""What opens the APIs of connections' shops, in SSM."""

from typing import TYPE_CHECKING

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.connections.rules import is_name
from seven_senders_adapter.connections.shop_apis import ShopApiDocument, read_shop_api

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class ShopApiStore:
    """What opens the APIs of connections' shops, as SecureStrings, for those who gave it.

    Every call raises AwsUnavailable. ``path`` is SSM's, without a closing slash.
    """

    def __init__(self, *, ssm: "SSMClient", path: str) -> None:
        self._ssm = ssm
        self._path = path

    def names(self) -> set[str]:
        """The connections that have one."""
        pages = self._ssm.get_paginator("get_parameters_by_path")
        with reaching("ssm GetParametersByPath"):
            names = [
                parameter["Name"].rpartition("/")[2]
                for page in pages.paginate(Path=self._path, WithDecryption=False)
                for parameter in page["Parameters"]
            ]
        return set(filter(is_name, names))

    def load(self, name: str) -> ShopApiDocument | None:
        """That of a connection; ``None`` if it has none. Raises InvalidConnection."""
        with reaching("ssm GetParameters"):
            answer = self._ssm.get_parameters(Names=[f"{self._path}/{name}"], WithDecryption=True)
        for parameter in answer["Parameters"]:
            return read_shop_api(name, parameter["Value"])
        return None

    def save(self, name: str, document: ShopApiDocument) -> None:
        """Write it over what was there."""
        with reaching("ssm PutParameter"):
            self._ssm.put_parameter(
                Name=f"{self._path}/{name}",
                Value=document.text(),
                Type="SecureString",
                Overwrite=True,
            )

    def remove(self, name: str) -> None:
        """Delete it, if it is there."""
        with reaching("ssm DeleteParameters"):
            self._ssm.delete_parameters(Names=[f"{self._path}/{name}"])
