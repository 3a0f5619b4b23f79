"""How AWS is reached: time-outs that fit a Lambda, and one error for a service that fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
)
"""Two attempts of at most 3 s each: the receiver's time-out counts on it."""


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
