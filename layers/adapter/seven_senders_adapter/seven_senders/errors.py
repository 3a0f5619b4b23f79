"""What can go wrong with a call, by what has to follow. Only answers' codes are kept, no bodies."""

from datetime import timedelta


class SevenSendersError(Exception):
    """A call that failed: which one, and the HTTP status (``None`` if no answer came)."""

    def __init__(self, operation: str, status: int | None, reason: str) -> None:
        super().__init__(f"{operation}: {reason}" + (f" (HTTP {status})" if status else ""))
        self.operation = operation
        self.status = status
        self.reason = reason


class TemporaryFailure(SevenSendersError):
    """Try again later.

    ``maybe_applied``: the call may have taken effect all the same (5xx, a lost or unreadable
    answer), so the API has to be read before it is repeated. ``answered``: an answer came; if
    not, the API may still be at work and is read no sooner than one read time-out after.
    """

    def __init__(
        self,
        operation: str,
        status: int | None,
        reason: str,
        *,
        maybe_applied: bool = False,
        answered: bool = True,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(operation, status, reason)
        self.maybe_applied = maybe_applied
        self.answered = answered
        self.retry_after = retry_after


class AccountFailure(SevenSendersError):
    """About the account, key or base URL, not the order: stop the connection until mended."""


class TokenRefused(AccountFailure):
    """401: the token is not good. About the account if it comes from a fresh login."""


class TokenUnavailable(SevenSendersError):
    """Another worker is logging in, or SSM can't be reached: come back shortly; not a try."""


class OrderNotFound(SevenSendersError):
    """404 on a state, a read or an update: the order is not there."""


class Refused(SevenSendersError):
    """400, 409, 413, 415 or 422: this call will never succeed as it is.

    ``fields`` are the names of the request's fields that the answer blames.
    """

    def __init__(
        self, operation: str, status: int, reason: str, fields: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(operation, status, reason)
        self.fields = fields


class LookUpInconclusive(SevenSendersError):
    """The list is not filtered, or not paged, as it was asked for: it proves nothing."""
