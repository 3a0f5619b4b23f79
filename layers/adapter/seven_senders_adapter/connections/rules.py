"""What holds for every connection, wherever its documents are read."""

import re

MAX_DOCUMENT_BYTES = 4096
"""What a standard parameter of SSM holds (source: AWS documentation)."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class InvalidConnection(Exception):
    """Settings that can't be used: which keys are wrong and what was expected, never a value."""


def is_name(text: str) -> bool:
    """Whether a connection may be called so."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str) -> None:
    """Raise InvalidConnection if no connection may be called so."""
    if not is_name(name):
        raise InvalidConnection(
            f"connection {name!r}: a name has 1 to 63 of a-z, 0-9 and -, and does not begin with -"
        )
