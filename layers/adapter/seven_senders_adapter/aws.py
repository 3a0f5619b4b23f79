"""How AWS is reached: time-outs that fit a Lambda, and one error for a service that fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
)
"""Two attempts of at most 3 s each: Shopify waits for 5 s in all."""


class AwsUnavailable(Exception):
    """A service of AWS did not do what it was asked, for now: which call, and its error code."""


@contextmanager
def reaching(call: str) -> Iterator[None]:
    """Turn every failure of a boto3 call inside into AwsUnavailable."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise AwsUnavailable(f"{call}: {code}") from error
    except BotoCoreError as error:
        raise AwsUnavailable(f"{call}: {type(error).__name__}") from error
