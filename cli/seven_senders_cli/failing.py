"""What a command says and how it ends if it can't be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.shop_apis.shop_api import ShopApiError


class Exit(IntEnum):
    """The exit codes, beside 0 for what was done."""

    FAILED = 1
    WRONG_INPUT = 2
    NOT_FOUND = 3
    INTERRUPTED = 130  # what shells give for Ctrl-C


class Failed(Exception):
    """A command can't be done: what is wrong, where, and what to do."""

    def __init__(self, message: str, *, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def explaining() -> Iterator[None]:
    """Turn the expected errors of all commands into Failed."""
    try:
        yield
    except InvalidConnection as error:
        raise Failed(str(error), code=Exit.WRONG_INPUT) from error
    except ConnectionMissing as error:
        raise Failed(
            f"there is no connection {error}: see seven-senders connections list",
            code=Exit.NOT_FOUND,
        ) from error
    except (ShopApiError, UnreadableRow) as error:
        raise Failed(str(error)) from error
    except NoRegionError as error:
        raise Failed("no region: set AWS_DEFAULT_REGION, or region in your profile") from error
    except NoCredentialsError as error:
        raise Failed("no credentials: set AWS_PROFILE, or log in with the AWS CLI") from error
    except ProfileNotFound as error:
        raise Failed(f"{error}: see AWS_PROFILE") from error
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise Failed(f"AWS refuses {error.operation_name}: {code}{_advice(code)}") from error
    except AwsUnavailable as error:
        raise Failed(f"AWS fails: {error}{_advice(str(error))}") from error
    except BotoCoreError as error:
        raise Failed(f"AWS can't be reached: {error}") from error


def _advice(code: str) -> str:
    if "AccessDenied" in code or "UnauthorizedOperation" in code:
        return ": your role may not do this, see docs/operating.md for the policy it needs"
    if "ExpiredToken" in code:
        return ": your credentials have expired, log in again"
    if "Throttling" in code:
        return ": too many calls at a time, try again"
    return ""
