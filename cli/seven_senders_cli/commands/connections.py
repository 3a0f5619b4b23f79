"""``connections``: what is connected, and how; changing it, and removing it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.shop_apis import ShopApiDocument
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.registering import remove as remove_webhooks
from seven_senders_adapter.shop_apis.shop_api import ShopApiError
from seven_senders_cli.account_check import check_account
from seven_senders_cli.answers import Answers
from seven_senders_cli.asking import confirm
from seven_senders_cli.changing import changed, differences, shown
from seven_senders_cli.commands import doctor
from seven_senders_cli.connecting import new_secret
from seven_senders_cli.doctor import checks
from seven_senders_cli.failing import Failed
from seven_senders_cli.options import STACK, AsJson, StackName, Yes
from seven_senders_cli.past_orders import forget_positions
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.rotating import Rotation
from seven_senders_cli.screen import Row, Screen, as_text
from seven_senders_cli.stack import Stack, find_stack
from seven_senders_cli.warning import warn_of
from seven_senders_cli.webhook_setup import secret_steps

app = typer.Typer(help="Show, check and change what is connected.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The connection's name.")]


@app.command("list", epilog="Example: seven-senders connections list")
def list_(stack_name: StackName = STACK, as_json: AsJson = False) -> None:
    """List the connections of a stack."""
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    with_shop_api = stack.shop_apis.names()
    rows = []
    for name, found in checks.load(stack).items():
        if isinstance(found, InvalidConnection):
            screen.warn(str(found))
        rows.append(_listed(name, found, shop_api=name in with_shop_api))
    screen.show("Connections", rows, empty="No connections yet: see seven-senders connect --help")


def _listed(name: str, found: ConnectionDocument | InvalidConnection, *, shop_api: bool) -> Row:
    read = found if isinstance(found, ConnectionDocument) else None
    return {
        "connection": name,
        "platform": read and read.platform,
        "api_url": read and read.api_url,
        "order_id_prefix": read and read.order_id_prefix,
        "shop_api": shop_api,
        "paused": read and read.paused,
    }


@app.command(epilog="Example: seven-senders connections show my-shop")
def show(name: Name, stack_name: StackName = STACK, as_json: AsJson = False) -> None:
    """Show all settings of a connection as they are in force, without its secrets."""
    stack = find_stack(stack_name)
    document, shop_api = stack.connections.load(name), stack.shop_apis.load(name)
    row = {
        "connection": name,
        "webhook_url": stack.webhook_url(name),
        "shop_api": shop_api and shop_api.url,
        **shown(document),
    }
    Screen(as_json=as_json).show_each("Connection", [row])


@app.command(epilog="Example: seven-senders connections check my-shop")
def check(name: Name, stack_name: StackName = STACK, as_json: AsJson = False) -> None:
    """Check settings, access key, webhook URL and the shop's webhooks of a connection.

    Nothing is changed. Ends with 1 if a line is red. The doctor looks at the stack too.
    """
    stack = find_stack(stack_name)
    known = checks.load(stack)
    if name not in known:
        raise ConnectionMissing(name)
    doctor.run(checks.of_connections(stack, known, [name]), Screen(as_json=as_json))


@app.command(
    "set",
    epilog="Example: seven-senders connections set my-shop default_language=de"
    " 'state_tags={packed: warehouse_handover}'",
)
def set_(
    name: Name,
    settings: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE...",
            help="VALUE as YAML; KEY= takes the default. The bare access_key is asked for.",
        ),
    ],
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Change settings of a connection; in force within a minute.

    A new access key is asked for, or taken from SEVEN_SENDERS_ACCESS_KEY or standard input. It and
    a new api_url are checked before anything is stored.
    """
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    stored = stack.connections.settings(name)
    after = changed(name, stored, settings, Answers())
    changes = list(differences(name, stored, after))
    if not {"access_key", "api_url", "settings"}.isdisjoint(one.setting for one in changes):
        check_account(stack.clients.of(after.account), after.account)
    if changes:
        stack.connections.save(name, after)
        warn_of(stack, name, screen)
    lines = [f"{one.setting}: {_told(one.before)} is now {_told(one.after)}" for one in changes]
    screen.done(
        "\n".join([*lines, "In force within a minute."] if lines else ["Nothing has changed."]),
        connection=name,
        changes=[asdict(change) for change in changes],
    )


def _told(value: object) -> str:
    return "none" if value in (None, "", {}, []) else as_text(value)


@app.command(epilog="Example: seven-senders connections remove my-shop")
def remove(
    name: Name,
    *,
    leave_webhooks: Annotated[
        bool, typer.Option("--leave-webhooks", help="Do not ask the shop to delete them.")
    ] = False,
    yes: Yes = False,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Remove a connection: its webhooks, if the shop's API is open to us, and its settings."""
    stack, screen = find_stack(stack_name), Screen(as_json=as_json)
    if name not in stack.connections.names() and name not in stack.shop_apis.names():
        raise ConnectionMissing(name)
    confirm(f"Remove {name}? Its shop's orders no longer reach Seven Senders.", yes=yes)
    shop_api = None if leave_webhooks else stack.shop_apis.load(name)
    url, removed = stack.webhook_url(name), []
    if shop_api:
        removed = _remove_webhooks(stack, name, shop_api)
    stack.connections.remove(name)
    stack.shop_apis.remove(name)
    forget_positions(stack, name)
    webhooks = (
        f"Its {len(removed)} webhooks are deleted."
        if shop_api
        else f"Delete its webhooks in the shop, those that lead to {url}"
    )
    screen.done(
        f"{name} is removed. {webhooks}\nIts orders stay in the ledger, so that none is created"
        " twice. Events of it that still wait are dropped after 14 days, unless it is connected"
        " again under this name.",
        connection=name,
        webhooks_deleted=removed,
    )


def _remove_webhooks(stack: Stack, name: str, shop_api: ShopApiDocument) -> list[str]:
    """Their topics. A shop that is closed, or has thrown us out, must not keep its connection.

    What opens the API is taken away first, as reconciliation would make them again.
    """
    stack.shop_apis.remove(name)
    try:
        api, url = open_shop_api(shop_api), stack.webhook_url(name)
        return [done.topic for done in remove_webhooks(api, url=url)]
    except ShopApiError as error:
        stack.shop_apis.save(name, shop_api)
        raise Failed(f"{error}; or leave the webhooks to the shop with --leave-webhooks") from error


@app.command("rotate-secret", epilog="Example: seven-senders connections rotate-secret my-shop")
def rotate_secret(
    context: typer.Context,
    name: Name,
    *,
    keep_hours: Annotated[
        int, typer.Option(min=1, max=24 * 30, help="How long the old secret is taken beside it.")
    ] = 48,
    stack_name: StackName = STACK,
    as_json: AsJson = False,
) -> None:
    """Give a connection a new webhook secret, without a delivery being turned away.

    It is asked for, or taken from SEVEN_SENDERS_WEBHOOK_SECRET or standard input; for WooCommerce
    an empty answer has one made. Interrupted at any point, do it again.
    """
    pauses, screen = context.ensure_object(Pauses), Screen(as_json=as_json)
    stack = find_stack(stack_name)
    platform = stack.connections.load(name).platform
    made = new_secret() if platform == "woocommerce" else None
    secret = Answers().secret(
        "webhook_secret",
        "New webhook secret (Enter: have one made)" if made else "New webhook secret",
        default=made,
    )
    rotation = Rotation(
        stack=stack,
        name=name,
        shop_api=stack.shop_apis.load(name),
        secret=secret,
        keep=timedelta(hours=keep_hours),
    )
    until = rotation.run(pauses=pauses, screen=screen)
    to_show = made if secret == made and not rotation.changes_the_shop else None
    result: Mapping[str, object] = {
        "connection": name,
        "old_until": until,
        "shop_changed": rotation.changes_the_shop,
        "webhook_secret": to_show,
    }
    steps = secret_steps(
        platform, changed=rotation.changes_the_shop, until=until, made_secret=to_show
    )
    screen.done(steps, **result)
