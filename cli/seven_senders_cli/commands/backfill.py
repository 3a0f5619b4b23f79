"""``backfill``: a shop's past orders are brought in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from math import ceil
from typing import Annotated

import typer

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.ledger.backfills import Backfill, Backfills, Tally
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Conflict
from seven_senders_adapter.shop_apis.shop_api import ShopApiError
from seven_senders_cli.asking import confirm
from seven_senders_cli.backfilling import Estimate, Job
from seven_senders_cli.failing import Failed
from seven_senders_cli.making_room import room_for
from seven_senders_cli.options import STACK, AsJson, Since, StackName, Until, Yes
from seven_senders_cli.past_orders import check_dates, check_shown, open_orders
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.screen import Screen, ShowDone, as_text
from seven_senders_cli.stack import Stack, find_stack

LINE_EVERY = 100
"""Orders from one line of progress to the next, where no bar can be shown."""


def backfill(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="See connections list.")],
    *,
    since: Since,
    until: Until = None,
    rate: Annotated[
        float, typer.Option(min=0.1, max=20, help="Orders that are queued in a second at most.")
    ] = 2.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at all orders and count; bring none in.")
    ] = False,
    yes: Yes = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Bring in a shop's past orders that Seven Senders lacks, however old they are.

    Live orders go first. Interrupted at any point, the same command goes on where it was.

    Ask Seven Senders first whether it notifies the customers of old orders.
    """
    pauses, screen = context.ensure_object(Pauses), Screen(as_json=as_json)
    check_dates(since, until, pauses.now())
    job = _job(find_stack(stack_name), connection, rate, pauses, screen)
    check_shown(job.api, job.document.platform, since, pauses.now())
    if job.document.created_too_early(since):
        screen.warn(
            f"orders created before {as_text(job.document.orders_since)} UTC are left out, as"
            f" orders_since of {connection} says. To take it back: seven-senders connections set"
            f" {connection} orders_since="
        )
    if dry_run:
        _look(job, job.new(since, until), screen)
    else:
        _bring_in(job, job.opened(since, until), screen, yes=yes)


def _job(stack: Stack, connection: str, rate: float, pauses: Pauses, screen: Screen) -> Job:
    document = stack.connections.load(connection)
    return Job(
        connection=connection,
        document=document,
        api=open_orders(stack, connection, document, pauses, screen),
        orders=Orders(table=stack.table),
        backfills=Backfills(table=stack.table),
        queue=stack.queue,
        room=room_for(stack, document, pauses),
        rate=rate,
        pauses=pauses,
    )


def _look(job: Job, backfill: Backfill, screen: Screen) -> None:
    with _watching(screen, job.count(backfill), "to bring in") as watcher:
        tally, estimate = job.look(backfill, watcher)
    screen.done(
        f"{_found(tally, 'would be queued')} They take {_costs(estimate, job)}.",
        **_result(job, backfill, tally),
        calls=estimate.calls,
        seconds=estimate.time.total_seconds(),
    )


def _bring_in(job: Job, backfill: Backfill, screen: Screen, *, yes: bool) -> None:
    if job.document.paused:
        raise Failed(
            f"{job.connection} is paused, its events would only wait: first seven-senders resume"
            f" {job.connection}"
        )
    total = job.count(backfill)
    screen.aside.print(_plan(job, backfill, total), soft_wrap=True)
    confirm(f"Bring the orders of {job.connection} in?", yes=yes)
    with _watching(screen, total, "queued") as watcher:
        backfill = _brought_in(job, backfill, watcher)
    screen.done(
        _found(backfill.tally, "were queued"),
        **_result(job, backfill, backfill.tally),
        queued=backfill.tally.needed,
    )


def _brought_in(job: Job, backfill: Backfill, watcher: "_Watching") -> Backfill:
    watcher.looked_at(backfill.tally)
    try:
        return job.run(backfill, watcher)
    except (KeyboardInterrupt, AwsUnavailable, ShopApiError):
        watcher.stopped()
        raise
    except Conflict as error:
        raise Failed(
            f"another back-fill of {job.connection} is at work, or an answer of AWS was lost: once"
            " there is no other, the same command goes on"
        ) from error


def _plan(job: Job, backfill: Backfill, total: int) -> str:
    done = backfill.tally.looked_at
    goes_on = f"Goes on after {done} of them. " if done else ""
    return (
        f"About {total} orders were created from {as_text(backfill.begin)} to"
        f" {as_text(backfill.end)} UTC. {goes_on}If all are new:"
        f" {_costs(job.guess(max(0, total - done)), job)}. Both are estimates."
    )


def _costs(estimate: Estimate, job: Job) -> str:
    minutes = ceil(estimate.time.total_seconds() / 60)
    return (
        f"about {estimate.calls} calls at Seven Senders, and at least {minutes} min at"
        f" {job.rate:g} orders a second"
    )


def _found(tally: Tally, became: str) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in tally.left_out.items())
    left_out = f"{sum(tally.left_out.values())} left out" + (f" ({reasons})" if reasons else "")
    return (
        f"{tally.looked_at} orders were looked at. {tally.new} new and {tally.changed} changed ones"
        f" {became}, {tally.up_to_date} are up to date, {left_out}, {tally.unreadable} unreadable."
    )


def _result(job: Job, backfill: Backfill, tally: Tally) -> Mapping[str, object]:
    return {
        "connection": job.connection,
        "since": backfill.begin,
        "until": backfill.end,
        "looked_at": tally.looked_at,
        **asdict(tally),
    }


@contextmanager
def _watching(screen: Screen, total: int, needed: str) -> Iterator["_Watching"]:
    with screen.progress("Orders", total) as show:
        yield _Watching(screen, show, total, needed)


class _Watching:
    """Tells a person what happens: by a bar, or else by lines."""

    def __init__(self, screen: Screen, show: ShowDone, total: int, needed: str) -> None:
        self._done = 0
        self._screen = screen
        self._show = show
        self._total = total
        self._needed = needed

    def looked_at(self, tally: Tally) -> None:
        self._done = tally.looked_at
        note = f"{tally.needed} {self._needed}"
        self._show(self._done, note)
        if not self._screen.aside.is_terminal and self._done % LINE_EVERY == 0:
            self._screen.aside.print(f"{self._done} of {self._total} orders, {note}")

    def stopped(self) -> None:
        self._screen.warn(
            f"stopped after {self._done} orders, none is lost: the same command goes on with the"
            " page that it was at"
        )

    def unreadable(self, order: str | None, missing: Sequence[str]) -> None:
        self._screen.warn(f"order {order or 'without an id'} lacks {', '.join(missing)}: left out")

    def waits(self, why: str) -> None:
        self._screen.aside.print(
            f"Waits: {why}. If it lasts, see seven-senders doctor.", soft_wrap=True
        )
