"""How AWS is reached: time-outs that fit a Lambda, and one error for a service that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Literal, overload

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
)
"""Two attempts of at most 3 s each: the receiver's time-out counts on it."""

SINGLE_ATTEMPT = CONFIG.merge(
    Config(
        connect_timeout=0.5, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1}
    )
)
"""For a caller that tries again by itself: 1.5 s at most."""


@overload
def client(service: Literal["dynamodb"]) -> "DynamoDBClient": ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
@overload
def client(service: Literal["ssm"], config: Config = CONFIG) -> "SSMClient": ...
def client(service: str, config: Config = CONFIG) -> object:
    """A client as boto3 makes it, without what boto3 loads for its resources and for S3."""
    return _session().create_client(service, config=config)


@cache
def _session() -> Session:
    return Session()


class AwsUnavailable(Exception):
    """A service of AWS did not do what it was asked, for now: which call, and its error code."""


@contextmanager
def reaching(call: str) -> Iterator[None]:
    """Turn a failure of the boto3 call inside into AwsUnavailable.

    A call that is wrong in itself is a bug and raises what boto3 raises.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        if code == "ValidationException":
            raise
        raise AwsUnavailable(f"{call}: {code}") from error
    except ParamValidationError:
        raise
    except BotoCoreError as error:
        raise AwsUnavailable(f"{call}: {type(error).__name__}") from error
