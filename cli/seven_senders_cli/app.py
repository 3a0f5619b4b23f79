"""The program ``seven-senders`` as a whole."""

import sys
from typing import Any, override

try:
    import typer
    from typer.core import TyperGroup

    from seven_senders_cli.commands import (
        backfill,
        connect,
        connections,
        doctor,
        failed,
        local,
        logs,
        orders,
        pausing,
        send_event,
        verify,
    )
    from seven_senders_cli.failing import Exit, Failed, explaining
    from seven_senders_cli.screen import printable
except KeyboardInterrupt:  # these take half a second to load
    sys.exit(130)


class _Program(TyperGroup):
    """All commands end alike when they can't be done: one line, an exit code, no traceback."""

    @override
    def invoke(self, ctx: Any) -> object:  # a class of typer's own that it does not export
        try:
            with explaining():
                return super().invoke(ctx)
        except Failed as error:
            typer.echo(f"seven-senders: {printable(str(error))}", err=True)
            raise typer.Exit(error.code) from error
        except KeyboardInterrupt:
            raise typer.Exit(Exit.INTERRUPTED) from None


app = typer.Typer(
    cls=_Program,
    help="Brings the orders of shops to Seven Senders.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(connect.app, name="connect")
app.command(epilog="Example: seven-senders doctor my-shop")(doctor.doctor)
app.command(epilog="Example: seven-senders local --connections shops.yaml --port 8080")(local.local)
app.command(epilog="Example: seven-senders logs 1001 --since 2h")(logs.logs)
app.command(epilog="Example: seven-senders pause my-shop")(pausing.pause)
app.command(epilog="Example: seven-senders resume my-shop")(pausing.resume)
app.command(epilog="Example: seven-senders send-event events/shopify/1001-1-created.json")(
    send_event.send_event
)
app.command(epilog="Example: seven-senders backfill my-shop --since 2026-01-01 --dry-run")(
    backfill.backfill
)
app.command(epilog="Example: seven-senders verify my-shop --since 2026-01-01")(verify.verify)
app.add_typer(connections.app, name="connections")
app.add_typer(failed.app, name="failed")
app.add_typer(orders.app, name="orders")
