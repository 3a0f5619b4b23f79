"""What ``connect`` asks, and what comes of the answers: the documents of a connection."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seven_senders_adapter.clock import to_text, utc_now
from seven_senders_adapter.connections.documents import ConnectionDocument, read_connection
from seven_senders_adapter.connections.shop_apis import ShopApiDocument
from seven_senders_cli.answers import Answers, Check
from seven_senders_cli.assignments import assign
from seven_senders_cli.shop_questions import ask_for_shopify_api, ask_for_woocommerce_api


@dataclass(frozen=True, kw_only=True)
class Connected:
    """The documents that the answers make. ``made_secret``: one that was made up for them."""

    document: ConnectionDocument
    shop_api: ShopApiDocument | None
    made_secret: str | None = None


@dataclass(frozen=True, kw_only=True)
class Interview:
    """Asks for a connection. ``changes``: settings that were given, which are not asked for.

    ``before`` and ``shop_api_before``: what was stored; it stands for answers that are empty.
    """

    name: str
    answers: Answers
    changes: Mapping[str, Any]
    before: Mapping[str, Any]
    shop_api_before: ShopApiDocument | None

    def shopify(self, api_version: str | None) -> Connected:
        """Ask for a Shopify connection. Raises InvalidConnection or Failed."""
        settings = self._settings("shopify")
        shop_api = ask_for_shopify_api(self.name, self.answers, api_version, self.shop_api_before)
        if shop_api is None:
            secret = self.answers.secret(
                "webhook_secret",
                "Webhook secret (Settings, Notifications, Webhooks: your webhooks will be signed"
                " with)",
                default=self._secret_before,
            )
        else:
            secret = shop_api.client_secret.get_secret_value()
            if "shop_domain" not in self.changes:
                settings["shop_domain"] = shop_api.domain
        return Connected(document=self._document(settings, secret), shop_api=shop_api)

    def woocommerce(self, *, plain_http: bool) -> Connected:
        """Ask for a WooCommerce connection. Raises InvalidConnection or Failed."""
        settings = self._settings("woocommerce")
        shop_api = ask_for_woocommerce_api(
            self.name, self.answers, self.shop_api_before, plain_http=plain_http
        )
        made = new_secret()
        secret = self.answers.secret(
            "webhook_secret",
            "Webhook secret (Enter: keep the one that is stored)"
            if self._secret_before
            else "Webhook secret (Enter: have one made)",
            default=self._secret_before or made,
        )
        return Connected(
            document=self._document(settings, secret),
            shop_api=shop_api,
            made_secret=made if secret == made else None,
        )

    @property
    def _secret_before(self) -> str | None:
        return next(iter(self.before.get("webhook_secrets", [])), None)

    def _document(self, settings: dict[str, Any], secret: str) -> ConnectionDocument:
        others = [one for one in self.before.get("webhook_secrets", []) if one != secret]
        return read_connection(self.name, settings | {"webhook_secrets": [secret, *others]})

    def _settings(self, platform: str) -> dict[str, Any]:
        settings = assign(self.before, {**self.changes, "platform": platform})
        settings["access_key"] = self.answers.secret(
            "access_key", "Access key of Seven Senders", default=settings.get("access_key")
        )
        self._ask(settings, "order_url", "Order URL, as the portal has it for notifications")
        self._ask(settings, "default_language", "Language of orders that name none, such as de")
        if not {"orders_since", "look_up_before_create"} & settings.keys():
            self._ask_about_a_change_over(settings)
        return assign(settings, {})

    def _ask(self, settings: dict[str, Any], key: str, question: str) -> None:
        if key not in self.changes:
            before = str(settings.get(key) or "")
            none = "" if before else " (Enter: none)"
            settings[key] = (
                self.answers.text(key, question + none, default=before, check=self._valid(key))
                or None
            )

    def _ask_about_a_change_over(self, settings: dict[str, Any]) -> None:
        if not self.answers.agrees(
            "change_over", "Did another integration send this shop's orders until now?"
        ):
            return
        settings["orders_since"] = self.answers.text(
            "orders_since",
            "Send new orders since",
            default=to_text(utc_now().replace(microsecond=0)),
            check=self._valid("orders_since"),
        )
        settings["look_up_before_create"] = True

    def _valid(self, key: str) -> Check:
        least = {"platform": "shopify", "webhook_secrets": ["-"], "access_key": "-"}
        return lambda answer: read_connection(self.name, least | ({key: answer} if answer else {}))


def new_secret() -> str:
    """A webhook secret that nobody guesses, of letters, digits, - and _.

    WooCommerce stores secrets with some other characters as HTML entities.
    """
    return secrets.token_urlsafe(32)
