"""What a break is: one change of the adapter that a test must notice."""

from dataclasses import dataclass
from pathlib import Path

PACKAGE = "layers/adapter/seven_senders_adapter"


class DoesNotApply(Exception):
    """The text that a break replaces does not stand once in its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One change of one file.

    ``name`` says what the adapter then does wrong. ``old`` occurs once in ``file``, which is a path
    below the project's root, and ``new`` takes its place. ``tests`` are files, or tests of files in
    pytest's form, of which one has to fail.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def source(self, root: Path) -> str:
        """The broken file's text. Raises DoesNotApply."""
        whole = (root / self.file).read_text("utf-8")
        if (found := whole.count(self.old)) != 1:
            raise DoesNotApply(f"{self.name}: its old text stands {found} times in {self.file}")
        return whole.replace(self.old, self.new)
