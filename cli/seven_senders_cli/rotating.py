"""A new webhook secret takes an old one's place, and no delivery is turned away meanwhile.

First both are taken, without an end. Only once all receivers know the new one may the shop change,
and only then the old one gets its end. Stopped anywhere, it can be done again.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.shop_apis import ShopApiDocument, ShopifyApiDocument
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.registering import register
from seven_senders_adapter.shop_apis.shop_api import ShopApiError
from seven_senders_cli.failing import Failed
from seven_senders_cli.pauses import UNTIL_IN_FORCE, Pauses
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack
from seven_senders_cli.webhook_setup import check_url


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """What a new secret is rotated into. ``keep``: how long the old ones are taken beside it."""

    stack: Stack
    name: str
    shop_api: ShopApiDocument | None
    secret: str = field(repr=False)
    keep: timedelta

    def run(self, *, pauses: Pauses, screen: Screen) -> datetime:
        """Do it; when the old secrets end. Raises Failed, and then both are taken as before."""
        self._check_app()
        both = with_both(self.name, self.stack.connections.load(self.name), self.secret)
        self.stack.connections.save(self.name, both)
        pauses.wait(UNTIL_IN_FORCE, "Until all receivers know the new secret", screen.aside)
        try:
            check_url(self._url, both)
            self._change_the_shop()
        except (Failed, ShopApiError) as error:
            raise Failed(
                f"the old secret of {self.name} stays in force beside the new one: {error}. Once"
                " that is mended, rotate again"
            ) from error
        until = pauses.now() + self.keep
        now_stored = self.stack.connections.load(self.name)  # with what was set meanwhile
        self.stack.connections.save(self.name, with_end(self.name, now_stored, until))
        return until

    @property
    def changes_the_shop(self) -> bool:
        """Whether the shop's API lets us give its webhooks the new secret."""
        return self.shop_api is not None and open_shop_api(self.shop_api).keeps_secrets

    @property
    def _url(self) -> str:
        return self.stack.webhook_url(self.name)

    def _check_app(self) -> None:
        """Of a Shopify app the new secret also opens its API. Raises ShopApiError."""
        if isinstance(self.shop_api, ShopifyApiDocument):
            app = self.shop_api.model_copy(update={"client_secret": SecretStr(self.secret)})
            open_shop_api(app).webhooks()
            self.stack.shop_apis.save(self.name, app)

    def _change_the_shop(self) -> None:
        if self.shop_api is not None and self.changes_the_shop:
            api = open_shop_api(self.shop_api)
            list(register(api, url=self._url, secret=self.secret))


def with_both(name: str, document: ConnectionDocument, secret: str) -> ConnectionDocument:
    """The document with a new secret before those that there are. Raises InvalidConnection."""
    settings = document.settings()
    others = [one for one in settings["webhook_secrets"] if one != secret]
    return read_connection(name, settings | {"webhook_secrets": [secret, *others]})


def with_end(name: str, document: ConnectionDocument, until: datetime) -> ConnectionDocument:
    """The document with its first secret alone, and all others until a time.

    Raises InvalidConnection.
    """
    settings = document.settings()
    new, *replaced = settings["webhook_secrets"]
    replaced += [entry["secret"] for entry in settings.get("retiring_secrets", [])]
    retiring = [{"secret": one, "until": to_text(until)} for one in replaced if one != new]
    return read_connection(
        name, settings | {"webhook_secrets": [new], "retiring_secrets": retiring}
    )
