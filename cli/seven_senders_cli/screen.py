"""What commands print: tables for people, tab-separated lines for pipes, JSON for scripts."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from seven_senders_adapter.clock import to_text

type Row = Mapping[str, object]


class ShowDone(Protocol):
    """Shows how many are done, and a note beside it."""

    def __call__(self, done: int, note: str = "") -> None:
        """Show it."""


def _unstyled(_: Row) -> str:
    return ""


class Screen:
    """Results go to standard output, all else to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
        self.aside = Console(file=sys.stderr, markup=False, highlight=False, emoji=False)
        """For what is no result: notes, warnings, progress."""

    def show(
        self,
        title: str,
        rows: Sequence[Row],
        *,
        empty: str,
        style: Callable[[Row], str] = _unstyled,
    ) -> None:
        """Show rows that have the same keys; the keys are the headings. ``empty`` if none.

        ``style`` is rich's.
        """
        if self.as_json:
            self.dump(rows)
        elif not rows:
            self.aside.print(empty)
        elif self._out.is_terminal:
            self._out.print(_table(title, rows, style))
        else:
            _print_lines(rows)

    def follow(
        self, title: str, rows: Iterable[Row], *, style: Callable[[Row], str]
    ) -> Sequence[Row]:
        """Show rows as they come, each in a style of rich's. Gives all of them back."""
        shown: list[Row] = []
        if self.as_json:
            self.dump(shown := list(rows))
        elif self._out.is_terminal:
            with Live("…", console=self._out, auto_refresh=False) as live:
                for row in rows:
                    shown.append(row)
                    live.update(Group(_table(title, shown, style), "…"), refresh=True)
                live.update(_table(title, shown, style) if shown else "")
        else:
            for row in rows:
                _print_lines([row], with_head=not shown)
                shown.append(row)
        return shown

    def show_each(self, title: str, rows: Sequence[Row]) -> None:
        """Show all of some rows, one below another."""
        if self.as_json:
            self.dump(rows)
        elif self._out.is_terminal:
            for row in rows:
                self._out.print(_upright(title, row))
        else:
            for row in rows:
                sys.stdout.writelines(f"{key}\t{as_text(value)}\n" for key, value in row.items())

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[ShowDone]:
        """Show a bar, if anybody looks, while the block runs. It is told how many are done."""
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        note = TextColumn("{task.fields[note]}", markup=False)
        off = not self.aside.is_terminal
        with Progress(*columns, note, console=self.aside, transient=True, disable=off) as bar:
            task = bar.add_task(what, total=total, note="")
            yield lambda done, note="": bar.update(task, completed=done, note=note)

    @contextmanager
    def findings(self, what: str, total: int, widths: Sequence[int]) -> Iterator["Findings"]:
        """Show rows as they are found, if anybody looks above a bar of how much was looked at.

        ``widths``: each column's share of a terminal.
        """
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = self.aside if self.as_json or not self._out.is_terminal else self._out
        with Progress(
            *columns,
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=False,  # else what goes into a pipe would end on the terminal
            redirect_stderr=False,
        ) as bar:
            task = bar.add_task(what, total=total)
            yield Findings(
                screen=self,
                out=self._out,
                widths=widths,
                looked_at=lambda done: bar.update(task, completed=done),
            )

    def dump(self, value: object) -> None:
        """Print a value as JSON."""
        sys.stdout.write(_json(value, indent=2) + "\n")

    def done(self, sentence: str, **result: object) -> None:
        """Say what was done; to a script, ``result``."""
        if self.as_json:
            self.dump(result)
        else:
            self._out.print(printable(sentence), soft_wrap=True)

    def warn(self, sentence: str) -> None:
        """Say what somebody should look at."""
        self.aside.print(printable(sentence), style="yellow", soft_wrap=True)


class Findings:
    """Shows rows one by one, and keeps none. ``looked_at`` is told how much was looked at."""

    def __init__(
        self,
        *,
        screen: Screen,
        out: Console,
        widths: Sequence[int],
        looked_at: Callable[[int], None],
    ) -> None:
        self.looked_at = looked_at
        self._screen = screen
        self._out = out
        self._widths = widths
        self._begun = False

    def show(self, row: Row) -> None:
        """Show a row; all have the same keys."""
        if self._screen.as_json:
            sys.stdout.write(f"{',' if self._begun else _JSON_HEAD}\n{_json(row)}")
        elif self._out.is_terminal:
            self._out.print(_strip(row, self._widths, with_head=not self._begun))
        else:
            _print_lines([row], with_head=not self._begun)
        self._begun = True

    def end(self, sentence: str, **result: object) -> None:
        """Say what was found in all; to a script, ``result`` beside the list ``found``."""
        if self._screen.as_json:
            head = "" if self._begun else _JSON_HEAD
            sys.stdout.write(f"{head}],\n{_json(result)[1:]}\n")
        else:
            self._screen.done(sentence)


_JSON_HEAD = '{"found": ['


def _strip(row: Row, widths: Sequence[int], *, with_head: bool) -> Table:
    """A row as a table of its own, with columns as wide as those of the others."""
    table = Table(box=SIMPLE_HEAD, show_header=with_head, show_edge=False, expand=True)
    for heading, width in zip(row, widths, strict=True):
        table.add_column(heading.replace("_", " "), ratio=width, overflow="fold")
    table.add_row(*map(as_text, row.values()))
    return table


def _table(title: str, rows: Sequence[Row], style: Callable[[Row], str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    told = [heading for heading in rows[0] if any(as_text(row[heading]) for row in rows)]
    for heading in told:
        table.add_column(heading.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(as_text(row[heading]) for heading in told), style=style(row))
    return table


def _upright(title: str, row: Row) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for key, value in row.items():
        table.add_row(key, as_text(value))
    return table


def _print_lines(rows: Sequence[Row], *, with_head: bool = True) -> None:
    if with_head:
        sys.stdout.write("\t".join(rows[0]) + "\n")
    for row in rows:
        sys.stdout.write("\t".join(as_text(value) for value in row.values()) + "\n")
    sys.stdout.flush()


def as_text(value: object) -> str:
    """A value on one line, for people."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case list() | tuple():
            return ", ".join(map(as_text, value))
        case _:
            return printable(" ".join(str(value).split()))


def printable(text: str) -> str:
    """A text of a shop or an API, without what would steer the terminal."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, indent=indent)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_text(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
