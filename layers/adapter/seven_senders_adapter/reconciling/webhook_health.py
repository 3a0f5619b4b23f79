"""The webhooks of a connection in its shop: looked at, and mended."""

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.shop_apis.registering import faults, lead_to, register
from seven_senders_adapter.shop_apis.shop_api import PAUSED, WebhookApi
from seven_senders_adapter.telemetry import Telemetry


class WebhookHealth:
    """Counts what is wrong and mends it. ``base_url`` is the webhook URL up to the name."""

    def __init__(self, *, base_url: str, telemetry: Telemetry, now: Clock) -> None:
        self._base_url = base_url
        self._telemetry = telemetry
        self._now = now

    def look(self, connection: str, document: ConnectionDocument, api: WebhookApi) -> None:
        """Tell of each fault, and mend it. Raises ShopApiError, also if that can't be done.

        What a person has paused in the shop is told, and left as it is.
        """
        url = self._base_url + connection
        here = lead_to(url, api.webhooks())
        found = faults(api.topics, here, url, self._now().date())
        for fault in found:
            self._telemetry.webhook_fault()
            self._telemetry.warn("a webhook is wrong", topic=fault.topic, what=fault.what)
        if not found:
            return
        paused = {webhook.topic for webhook in here if webhook.status == PAUSED}
        secret = document.webhook_secrets[0].get_secret_value()
        for one in register(api, url=url, secret=secret, leaving=paused):
            self._telemetry.note("saw to a webhook", topic=one.topic, outcome=one.outcome)
