"""The public end: what a shop meets that posts to a connection's webhook URL."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus

import requests

from seven_senders_cli.doctor.finding import Finding, amber, green, red
from seven_senders_local.events import Event, sign

TIME_OUTS = (5, 30)
"""Seconds to connect and for an answer, which WooCommerce waits for as long."""

TOPIC = "seven-senders/doctor"
"""A topic that no shop has, so that the receiver leaves the webhook once it knows it is signed."""

HEADERS: Mapping[str, Mapping[str, str]] = {
    "shopify": {"X-Shopify-Topic": TOPIC, "X-Shopify-Hmac-Sha256": "{signature}"},
    "woocommerce": {"X-WC-Webhook-Topic": TOPIC, "X-WC-Webhook-Signature": "{signature}"},
}

MENDS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Its secret is not in force: wait a minute after a change, else"
    " connect it again",
    HTTPStatus.NOT_FOUND: "It is not known: wait a minute after connecting, else connect it again",
    HTTPStatus.SERVICE_UNAVAILABLE: "Its receiving document is broken, or SSM fails: see the log",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The function can't run, or no execution was left for it",
}


def look(subject: str, url: str, *, platform: str, secret: str, now: datetime) -> Iterator[Finding]:
    """Whether the URL takes a webhook that is signed with a connection's secret.

    It counts as ``Skipped``. One that is not signed would show less, and counts towards the alarm
    on wrong signatures.
    """
    event = Event(name=f"{platform}/doctor", about="", headers=HEADERS[platform], body={})
    delivery = sign(event, secret=secret, now=now)
    headers = {"Content-Type": "application/json", **delivery.headers}
    try:
        answer = requests.post(
            url, data=delivery.body, headers=headers, timeout=TIME_OUTS, allow_redirects=False
        )
    except requests.RequestException as error:
        what = f"{url} can't be reached: {type(error).__name__}"
        yield red(subject, what, "See whether the stack is deployed, and your own network")
        return
    if answer.status_code == HTTPStatus.OK:
        yield green(subject, f"{url} takes what is signed with its secret")
    elif answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        yield amber(subject, f"{url} throttles", "If that is no flood, raise ThrottlingRate")
    else:
        mend = MENDS.get(answer.status_code, "See the log of receive_webhook")
        yield red(subject, f"{url} answers {answer.status_code} instead of 200", mend)
