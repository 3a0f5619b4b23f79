"""``connect``: a shop is connected to Seven Senders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from seven_senders_adapter.connections.rules import check_name
from seven_senders_adapter.connections.shop_apis import SHOPIFY_API_VERSION
from seven_senders_adapter.connections.store import IncompleteConnection
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_cli.account_check import check_account
from seven_senders_cli.answers import Answers
from seven_senders_cli.assignments import read_assignments
from seven_senders_cli.connecting import Connected, Interview
from seven_senders_cli.failing import Exit, Failed
from seven_senders_cli.options import STACK, AsJson, StackName
from seven_senders_cli.past_orders import forget_positions
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack, find_stack
from seven_senders_cli.warning import warn_of
from seven_senders_cli.webhook_setup import register_webhooks, steps, summary

app = typer.Typer(help="Connect a shop to Seven Senders.", no_args_is_help=True)

_HOW = (
    "\n\nWhat stands in a variable is not asked for. Without a terminal, standard input answers"
    " what is left, a line each in this order; an empty or a missing line means the default.\n\n"
    "SEVEN_SENDERS_ACCESS_KEY, SEVEN_SENDERS_ORDER_URL, SEVEN_SENDERS_DEFAULT_LANGUAGE,"
    " SEVEN_SENDERS_CHANGE_OVER (yes or no), if yes SEVEN_SENDERS_ORDERS_SINCE,"
    " SEVEN_SENDERS_SHOP (empty: webhooks are made by hand), "
)
_SHOPIFY = _HOW + (
    "if there is one SEVEN_SENDERS_CLIENT_ID, SEVEN_SENDERS_CLIENT_SECRET and, if the client ID"
    " is empty, SEVEN_SENDERS_ADMIN_API_TOKEN; else SEVEN_SENDERS_WEBHOOK_SECRET."
)
_WOOCOMMERCE = _HOW + (
    "if there is one SEVEN_SENDERS_CONSUMER_KEY and SEVEN_SENDERS_CONSUMER_SECRET; at last"
    " SEVEN_SENDERS_WEBHOOK_SECRET (empty: one is made)."
)

Name = Annotated[str, typer.Argument(help="Becomes part of the webhook URL: a-z, 0-9 and -.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any other setting; can be given again."),
]
Again = Annotated[
    bool,
    typer.Option(
        "--again", help="Ask anew about a connection that there is; empty answers keep what was."
    ),
]
PlainHttp = Annotated[
    bool,
    typer.Option(
        "--plain-http",
        help="The shop has no https://: sign requests to its API, by OAuth 1.0a. What they and"
        " their answers say, the webhooks' secret among it, can be read on the way.",
    ),
]
ApiVersion = Annotated[
    str | None,
    typer.Option(
        "--api-version",
        help=f"Of Shopify's Admin API: {SHOPIFY_API_VERSION}, or what was stored.",
    ),
]


@app.command(
    epilog="Example: seven-senders connect shopify my-shop"
    " --set api_url=https://api-uat.sevensenders.com/v2",
    help="Connect a Shopify shop: check the access key, store the settings, and register the"
    " webhooks or say how." + _SHOPIFY,
)
def shopify(
    context: typer.Context,
    name: Name,
    *,
    settings: Set = None,
    again: Again = False,
    api_version: ApiVersion = None,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Connect a Shopify shop."""
    pauses, screen = context.ensure_object(Pauses), Screen(as_json=as_json)
    _connect(
        name,
        "shopify",
        lambda interview: interview.shopify(api_version),
        stack=find_stack(stack_name),
        assignments=settings or [],
        again=again,
        pauses=pauses,
        screen=screen,
    )


@app.command(
    epilog="Example: seven-senders connect woocommerce my-shop"
    " --set api_url=https://api-uat.sevensenders.com/v2",
    help="Connect a WooCommerce shop: check the access key, store the settings, and register the"
    " webhooks or say how." + _WOOCOMMERCE,
)
def woocommerce(
    context: typer.Context,
    name: Name,
    *,
    settings: Set = None,
    again: Again = False,
    plain_http: PlainHttp = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Connect a WooCommerce shop."""
    pauses, screen = context.ensure_object(Pauses), Screen(as_json=as_json)
    _connect(
        name,
        "woocommerce",
        lambda interview: interview.woocommerce(plain_http=plain_http),
        stack=find_stack(stack_name),
        assignments=settings or [],
        again=again,
        pauses=pauses,
        screen=screen,
    )


def _connect(
    name: str,
    platform: str,
    ask: Callable[[Interview], Connected],
    *,
    stack: Stack,
    assignments: Sequence[str],
    again: bool,
    pauses: Pauses,
    screen: Screen,
) -> None:
    check_name(name)
    before = _before(stack, name, platform, again=again)
    url = stack.webhook_url(name)
    screen.aside.print(f"Webhook URL: {url}", soft_wrap=True)
    at_first = {"api_url": stack.api_url} if stack.is_local else {}
    interview = Interview(
        name=name,
        answers=Answers(),
        changes=read_assignments(assignments),
        before=at_first if before is None else before,
        shop_api_before=stack.shop_apis.load(name),
    )
    connected = ask(interview)
    _check(stack, connected)
    _store(stack, name, connected)
    warn_of(stack, name, screen)
    _finish(name, url, connected, pauses=pauses, screen=screen)


def _before(stack: Stack, name: str, platform: str, *, again: bool) -> Mapping[str, Any] | None:
    """What is stored, right or wrong; ``None`` if that is nothing or only a part.

    Raises Failed if it may stay, or InvalidConnection.
    """
    try:
        before = stack.connections.settings(name)
    except (ConnectionMissing, IncompleteConnection):
        return None
    if before.get("platform") != platform:
        raise Failed(
            f"{name} is a {before.get('platform')} shop: remove it first, or choose another name",
            code=Exit.WRONG_INPUT,
        )
    if not again:
        raise Failed(
            f"{name} is connected already: change it by seven-senders connections set {name}, or"
            " give --again to be asked anew and have its webhooks registered again",
            code=Exit.WRONG_INPUT,
        )
    return before


def _check(stack: Stack, connected: Connected) -> None:
    account = connected.document.account
    check_account(stack.clients.of(account), account)
    if connected.shop_api:
        open_shop_api(connected.shop_api).webhooks()


def _store(stack: Stack, name: str, connected: Connected) -> None:
    if connected.shop_api:
        before = stack.shop_apis.load(name)
        if before and before.url != connected.shop_api.url:
            forget_positions(stack, name)
        stack.shop_apis.save(name, connected.shop_api)
    stack.connections.save(name, connected.document)


def _finish(name: str, url: str, connected: Connected, *, pauses: Pauses, screen: Screen) -> None:
    document, made_secret = connected.document, connected.made_secret
    result = {"connection": name, "platform": document.platform, "webhook_url": url}
    if connected.shop_api is None:
        what_to_do = steps(name, url, document.platform, made_secret)
        screen.done(
            f"{name} is connected; in force within a minute.\n{what_to_do}",
            **result,
            webhooks=[],
            webhook_secret=made_secret,
        )
        return
    registered = register_webhooks(
        name, url, document, connected.shop_api, pauses=pauses, screen=screen
    )
    screen.done(
        f"{name} is connected; in force within a minute. Its webhooks:\n{summary(registered)}",
        **result,
        webhooks=[asdict(one) for one in registered],
    )
