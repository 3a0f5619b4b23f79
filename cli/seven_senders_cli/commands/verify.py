"""``verify``: shop, ledger and Seven Senders compared, order by order."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.clock import to_text
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.seven_senders.errors import SevenSendersError
from seven_senders_adapter.shop_apis.shop_api import By, ShopApiError, Span
from seven_senders_cli.asking import confirm
from seven_senders_cli.failing import Exit, Failed
from seven_senders_cli.making_room import room_for
from seven_senders_cli.options import STACK, AsJson, Since, StackName, Until, Yes
from seven_senders_cli.past_orders import check_dates, check_shown, open_orders
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.screen import Row, Screen
from seven_senders_cli.stack import find_stack
from seven_senders_cli.verifying.differences import Difference, Kind
from seven_senders_cli.verifying.mending import Mender
from seven_senders_cli.verifying.there import There
from seven_senders_cli.verifying.walk import ON_ITS_WAY, Tally, Walk

WIDTHS = (2, 4, 5, 8, 5)


def verify(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="See connections list.")],
    *,
    since: Since,
    until: Until = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Queue what mends the differences; asks before.")
    ] = False,
    yes: Yes = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Compare a shop's orders with the ledger and with Seven Senders, and say what differs and why.

    Nothing is changed without --fix. It ends with 1 if an order differs that is not queued.
    """
    pauses, screen = context.ensure_object(Pauses), Screen(as_json=as_json)
    check_dates(since, until, pauses.now())
    span = _span(since, until, pauses.now())
    stack = find_stack(stack_name)
    document = stack.connections.load(connection)
    api = open_orders(stack, connection, document, pauses, screen)
    check_shown(api, document.platform, since, pauses.now())
    if fix:
        confirm(f"Queue what mends the differences of {connection}?", yes=yes)
    there = There(stack.clients.of(document.account), document)
    walk = Walk(
        connection=connection,
        document=document,
        api=api,
        there=there,
        ledger=Ledger.at(stack.table),
        span=span,
        now=pauses.now,
    )
    mender = None
    if fix:
        mender = Mender(
            queue=stack.queue,
            room=room_for(stack, document, pauses),
            pauses=pauses,
            tell=lambda why: screen.warn(f"waits: {why}. If it lasts, see seven-senders doctor"),
        )
    with _telling_where_it_stopped(screen, walk.tally):
        _run(screen, walk, mender, total=api.count(span))
    if there.why_no_list:
        screen.warn(
            f"the list of Seven Senders can't be relied on ({there.why_no_list}): the orders were"
            " asked for one by one, and those that the shop does not know can't be told"
        )
    if sum(walk.tally.differing.values()) > (mender.queued if mender else 0):
        raise typer.Exit(Exit.FAILED)


def _span(since: datetime, until: datetime | None, now: datetime) -> Span:
    """Without the orders that are so young that they may be on their way."""
    youngest = now.replace(microsecond=0) - ON_ITS_WAY
    if since > youngest:
        raise Failed(
            f"orders of the last {ON_ITS_WAY.seconds // 60} minutes may be on their way: begin with"
            " an earlier --since",
            code=Exit.WRONG_INPUT,
        )
    return Span(by=By.CREATION, begin=since, end=min(until or youngest, youngest))


def _run(screen: Screen, walk: Walk, mender: Mender | None, *, total: int) -> None:
    is_done = False
    with screen.findings("Orders", total, WIDTHS) as findings:
        try:
            for difference in walk.differences(findings.looked_at):
                if mender:
                    mender.mend(difference)
                findings.show(_row(difference, as_json=screen.as_json, fix=mender is not None))
            is_done = True
        finally:
            queued = mender.queued if mender else 0
            findings.end(
                _in_a_sentence(walk.tally, queued),
                **asdict(walk.tally),
                queued=queued,
                complete=is_done,
            )


@contextmanager
def _telling_where_it_stopped(screen: Screen, tally: Tally) -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, AwsUnavailable, SevenSendersError, ShopApiError) as error:
        at = to_text(tally.until)
        screen.warn(
            f"stopped after {tally.looked_at} orders. With --since {at} it goes on, without those"
            " created earlier that the shop lists later, such as imported ones"
        )
        if isinstance(error, SevenSendersError):
            raise Failed(f"Seven Senders can't be asked: {error}") from error
        raise


def _row(difference: Difference, *, as_json: bool, fix: bool) -> Row:
    is_queued = fix and difference.event is not None
    shown = {
        "number": difference.number,
        "order": difference.order,
        "what": difference.what,
        "cause": difference.cause,
    }
    if not as_json:
        return shown | {"to_mend": f"queued: {difference.mend}" if is_queued else difference.mend}
    return {
        "connection": difference.connection,
        **shown,
        "kind": difference.kind,
        "to_mend": difference.mend,
        "queued": is_queued,
    }


def _in_a_sentence(tally: Tally, queued: int) -> str:
    parts = [
        f"{tally.looked_at} orders were looked at, {_counted('differ', tally.differing)}",
        _counted("are left out", tally.left_out),
    ]
    if tally.on_their_way:
        parts.append(f"{tally.on_their_way} are too young to compare")
    if tally.deleted:
        parts.append(f"{tally.deleted} that the shop has deleted stand at Seven Senders")
    if tally.others:
        parts.append(f"{tally.others} at Seven Senders are not this connection's")
    if tally.not_told:
        parts.append(f"{tally.not_told} can't be found out at Seven Senders")
    if queued:
        parts.append(f"{queued} are queued to be mended")
    return f"{', '.join(parts)}."


def _counted(what: str, counts: Mapping[Kind, int] | Mapping[str, int]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in counts.items())
    return f"{sum(counts.values())} {what}" + (f" ({reasons})" if reasons else "")
