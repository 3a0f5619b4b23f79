"""Whether an access key and an API's URL can be worked with, before they are stored."""

from contextlib import suppress
from http import HTTPStatus

from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.client import SevenSendersClient
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    Refused,
    SevenSendersError,
    TokenUnavailable,
)
from seven_senders_adapter.seven_senders.transport import Operation
from seven_senders_cli.failing import Exit, Failed

NO_ORDER = "seven-senders-check"
"""An order id that no shop gives."""

_KEY_REFUSED = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


def ask(client: SevenSendersClient) -> None:
    """Log in, unless the shared token is good, and look up an order that there is not.

    The token stays in the shared cache. Raises SevenSendersError.
    """
    with suppress(Refused):  # by the filter, so token and path are good
        client.list_orders({"order_id": NO_ORDER, "limit": 1})


def explained(error: SevenSendersError, account: Account) -> str:
    """What an error of ``ask`` means, and what to do."""
    if isinstance(error, AccountFailure):
        return _refused(error, account)
    if isinstance(error, TokenUnavailable):
        return f"there is no token now: {error}. Try again in a minute"
    return f"{account.api_url} can't be asked: {error}. If its URL is right, try again later"


def check_account(client: SevenSendersClient, account: Account) -> None:
    """See to it that the API takes an account. Raises Failed."""
    try:
        ask(client)
    except SevenSendersError as error:
        code = Exit.WRONG_INPUT if isinstance(error, AccountFailure) else Exit.FAILED
        raise Failed(explained(error, account), code=code) from error


def _refused(error: AccountFailure, account: Account) -> str:
    if error.operation == Operation.LOG_IN and error.status in _KEY_REFUSED:
        return (
            f"{account.api_url} refuses the access key (HTTP {error.status}): check it. The"
            " acceptance system has keys of its own"
        )
    if error.operation == Operation.LOG_IN:
        return f"{account.api_url} has no login: check api_url ({error})"
    if error.status in _KEY_REFUSED:
        return f"{account.api_url} does not let this account read orders: {error}"
    return (
        f"{account.api_url} has no orders where they are looked for: check api_url, and OrdersPath"
        f" of the stack ({error})"
    )
