"""A process that ends after any of its effects, or is overtaken there by another one.

Between two effects a process may be killed at one point only: all that it knows dies with it, so
before the next effect is the same as after the last one.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

READS = ("get_", "batch_get_", "query", "scan", "list_", "can_")
"""How the names of boto3's methods begin that change nothing."""


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Burns with each effect of one process; ``after`` so many of them, ``then`` is called.

    By default the process is killed: no effect follows, and no read, so that no ``finally`` does
    what a dead process could not do. A ``then`` that returns lets the process go on.
    """

    def __init__(self, after: float, then: Callable[[], None] | None = None) -> None:
        self.burnt = 0
        self.is_dead = False
        self._after = after
        self._then = then or self._kill

    def around[T](self, effect: Callable[[], T]) -> T:
        """Have an effect, unless the process ends before it, or right after it."""
        self.check()
        if self.burnt == self._after == 0:
            self._then()
        result = effect()
        self.burnt += 1
        if self.burnt == self._after:
            self._then()
        return result

    def check(self) -> None:
        """Raise Killed if the process is dead."""
        if self.is_dead:
            raise Killed

    def _kill(self) -> None:
        self.is_dead = True
        raise Killed


class Mortal:
    """Anything with methods, as one process has it: each call of a method burns the fuse.

    Calls whose names begin as ``READS`` change nothing, so they burn nothing.
    """

    def __init__(self, inner: object, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found) or isinstance(found, type):
            return found

        @wraps(found)
        def call(*args: Any, **kwargs: Any) -> Any:
            if name.startswith(READS):
                self._fuse.check()
                return found(*args, **kwargs)
            return self._fuse.around(lambda: found(*args, **kwargs))

        return call


def mortal[T](inner: T, fuse: Fuse) -> T:
    """Something of a process that may end at any effect: see ``Mortal``."""
    return cast("T", Mortal(inner, fuse))
