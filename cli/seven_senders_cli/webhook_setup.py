"""The webhooks of a connection: registered by the shop's API, or by a person who is told how."""

from collections.abc import Sequence
from datetime import datetime

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.shop_apis import ShopApiDocument
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.registering import Registered, register
from seven_senders_adapter.shop_apis.shop_api import ShopApiError
from seven_senders_cli.doctor import webhook_url
from seven_senders_cli.doctor.finding import Level
from seven_senders_cli.failing import Failed
from seven_senders_cli.pauses import UNTIL_IN_FORCE, Pauses
from seven_senders_cli.screen import Screen, as_text

_SHOPIFY = """\
In the admin of the shop: Settings, Notifications, Webhooks. Create a webhook for each of
  Order creation, Order update, Order payment, Order cancellation, Order fulfillment,
  Order partial fulfilment (if it is in the list) and Order deletion
with the format JSON, the newest stable API version and the URL
  {url}
The page says what the webhooks will be signed with. Is it not the webhook secret that you gave,
then: seven-senders connections rotate-secret {name}"""

_WOOCOMMERCE = """\
Wait a minute, as WooCommerce greets the URL at once. Then in WooCommerce, Settings, Advanced,
Webhooks, add a webhook for each of
  Order created, Order updated, Order deleted and Order restored
with the status Active, the API version WP REST API Integration v3 and the delivery URL
  {url}
and the secret{secret}"""


def register_webhooks(
    name: str,
    url: str,
    document: ConnectionDocument,
    shop_api: ShopApiDocument,
    *,
    pauses: Pauses,
    screen: Screen,
) -> list[Registered]:
    """Register a connection's webhooks that was just stored. Raises Failed.

    WooCommerce greets a new webhook's URL at once and never sends again what is turned away, so
    for it all receivers have to know the connection first. Shopify tries again.
    """
    api = open_shop_api(shop_api)
    secret = document.webhook_secrets[0].get_secret_value()
    try:
        if api.keeps_secrets:
            pauses.wait(UNTIL_IN_FORCE, "Until all receivers know the connection", screen.aside)
            check_url(url, document)
        return list(register(api, url=url, secret=secret))
    except (ShopApiError, Failed) as error:
        raise Failed(
            f"{name} is stored, but not all of its webhooks are registered: {error}. Once that is"
            f" mended: seven-senders connect {document.platform} {name} --again"
        ) from error


def check_url(url: str, document: ConnectionDocument) -> None:
    """Raise Failed if the webhook URL does not take what a connection's shop signs."""
    (finding,) = webhook_url.look(
        "webhook URL",
        url,
        platform=document.platform,
        secret=document.webhook_secrets[0].get_secret_value(),
        now=utc_now(),
    )
    if finding.level != Level.GREEN:
        raise Failed(f"{finding.what}. {finding.mend}")


def steps(name: str, url: str, platform: str, made_secret: str | None) -> str:
    """What a person does in the shop. ``made_secret`` is shown here and nowhere else."""
    if platform == "shopify":
        return _SHOPIFY.format(name=name, url=url)
    secret = f", which is shown only now\n  {made_secret}" if made_secret else " that you gave"
    return _WOOCOMMERCE.format(url=url, secret=secret)


def summary(registered: Sequence[Registered]) -> str:
    """What became of the webhooks, a line each."""
    return "\n".join(
        f"  {one.topic}: {one.outcome}" + (f", it {one.detail}" if one.detail else "")
        for one in registered
    )


def secret_steps(platform: str, *, changed: bool, until: datetime, made_secret: str | None) -> str:
    """What a person does after a secret was rotated. ``made_secret`` is shown nowhere else."""
    old = f"The old secret is taken until {as_text(until)} UTC."
    if changed:
        return f"The shop signs with the new secret now. {old}"
    if platform == "shopify":
        return (
            "All receivers take the new secret: now change it in the shop. Of an app: revoke the"
            f" old client secret in its settings in the Dev Dashboard. {old}"
        )
    secret = f", which is shown only now\n  {made_secret}\n" if made_secret else ". "
    return (
        "All receivers take the new secret: now change it in the shop. In WooCommerce, Settings,"
        f" Advanced, Webhooks, put it into all four webhooks{secret}{old}"
    )
