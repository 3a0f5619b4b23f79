"""``send-event``: a delivery as a shop sends it."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.seven_senders.account import PRODUCTION_URL
from seven_senders_cli.asking import confirm
from seven_senders_cli.options import STACK, AsJson, StackName, Yes
from seven_senders_cli.screen import Screen
from seven_senders_cli.sending import choose_connection, delivery, order_of, post, read_event
from seven_senders_cli.stack import find_stack


def send_event(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="An event as those in events/, or an order as the shop has it."
        ),
    ],
    *,
    connection: Annotated[
        str | None,
        typer.Option(help="By default the only one, or demo-shopify or demo-woocommerce."),
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="By default the event's, or that of a changed order.")
    ] = None,
    yes: Yes = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Sign a delivery with a connection's secret and post it to its webhook URL."""
    read = read_event(file)
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    name = connection or choose_connection(stack.connections.names(), read)
    document = stack.connections.load(name)
    sent = delivery(read, document, topic=topic, now=utc_now())
    if document.api_url == PRODUCTION_URL:
        confirm(f"This reaches {PRODUCTION_URL}: make a real order there?", yes=yes)
    url = stack.webhook_url(name)
    post(url, sent)
    order = order_of(sent)
    follow = ""
    if order:
        number = quote(order.removeprefix("#"))
        follow = f": seven-senders orders show {number} --connection {name}"
    screen.done(f"{url} took it{follow}", connection=name, url=url, status=200, order=order)
