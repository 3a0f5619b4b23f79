"""Shows what became of deliveries and orders: tables for people, plain where it is no terminal."""

import re
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from seven_senders_local.outcome import NOTHING, Fate, OrderName, Timeline, differing

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\+00:00|Z)")
"""A time in UTC, of which people need only the digits."""

AGREES = {True: "[green]yes[/]", False: "[red]NO[/]"}


def show_deliveries(console: Console, fates: Sequence[Fate]) -> None:
    """One row a delivery, in the order of arrival."""
    table = Table(title="What became of each delivery", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("delivery", "answer", "became", "expected", "agrees"):
        table.add_column(heading, overflow="fold")
    for fate in fates:
        name, why = fate.arrival.event.name, fate.arrival.why
        table.add_row(
            f"{name}\n[dim]  {why}[/]" if why else name,
            "lost" if fate.status is None else str(fate.status),
            _TIME.sub(r"\1 \2", fate.seen),
            fate.expected,
            AGREES[fate.agrees],
        )
    console.print(table)


def show_orders(
    console: Console,
    expected: Mapping[OrderName, Timeline],
    seen: Mapping[OrderName, Timeline],
    *,
    title: str = "The orders at Seven Senders",
) -> None:
    """The timeline of each order that Seven Senders has, beside the expected one."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for heading in ("order", "", "Seven Senders has", "expected", "agrees"):
        table.add_column(heading, overflow="fold")
    for name in sorted(expected.keys() | seen.keys()):
        has, wanted = seen.get(name, NOTHING), expected.get(name, NOTHING)
        left, right = _rows(has), _rows(wanted)
        labels = list(dict.fromkeys([*right, *left]))
        titles = dict(enumerate(reversed(name)))
        for number, label in enumerate(labels):
            table.add_row(
                titles.get(number, ""),
                label,
                left.get(label, ""),
                right.get(label, ""),
                AGREES[has.same_as(wanted)] if number == 0 else "",
                end_section=number == len(labels) - 1,
            )
    console.print(table)


def show_verdict(
    console: Console,
    fates: Sequence[Fate],
    expected: Mapping[OrderName, Timeline],
    seen: Mapping[OrderName, Timeline],
    surprises: Sequence[str],
) -> bool:
    """Say what does not agree; whether all does."""
    astray = [f"delivery {fate.arrival.event.name}" for fate in fates if not fate.agrees]
    wrong = [f"order {' '.join(name)}" for name in differing(expected, seen)]
    lost = sum(fate.arrival.lost for fate in fates)
    differences = [*astray, *wrong, *surprises]
    for difference in differences:
        console.print(f"Not as expected: {difference}", style="red", markup=False)
    if not differences:
        console.print(
            f"All {len(fates)} deliveries and {len(seen)} orders are as expected.", style="green"
        )
        console.print(
            f"The {lost} that were lost came by reconciliation, and nothing else did.",
            style="green",
        )
    return not differences


def _rows(timeline: Timeline) -> dict[str, str]:
    fields = {name: _short(value) for name, value in sorted(timeline.fields.items())}
    return {state: _short(at) for state, at in timeline.states} | fields


def _short(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return ", ".join(f"{key}={text}" for key, text in value.items()) or "none"
        case _:
            return _TIME.sub(r"\1 \2", str(value))
