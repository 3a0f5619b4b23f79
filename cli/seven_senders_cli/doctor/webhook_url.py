"""The public end: what a shop meets that posts to a connection's webhook URL."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

import requests

from seven_senders_cli.doctor.finding import Finding, amber, green, red

PING = b"webhook_id=1"
"""What WooCommerce posts when a webhook is made. It is not signed, so no other shop's is taken."""

TIME_OUTS = (5, 30)

_EXPECTED = {"woocommerce": HTTPStatus.OK}

_MEANINGS: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "wait a minute if it was just connected, else connect it again",
    HTTPStatus.SERVICE_UNAVAILABLE: "its receiving document, or SSM: see the log",
    HTTPStatus.INTERNAL_SERVER_ERROR: "the function can't run, or no execution was left: see"
    " functions and concurrency, and the log",
}


def look(subject: str, url: str, *, platform: str) -> Iterator[Finding]:
    """Whether the URL is answered as WooCommerce's ping deserves, or as a forged webhook does.

    So a function answers that knows the connection. What is turned away counts once as
    ``Rejected``, far below what raises an alarm.
    """
    expected = _EXPECTED.get(platform, HTTPStatus.UNAUTHORIZED)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = requests.post(
            url, data=PING, headers=headers, timeout=TIME_OUTS, allow_redirects=False
        )
    except requests.RequestException as error:
        what = f"{url} can't be reached: {type(error).__name__}"
        yield red(subject, what, "See whether the stack is deployed, and your own network")
        return
    if answer.status_code == expected:
        yield green(subject, f"{url} answers, and knows the connection")
    elif answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        yield amber(subject, f"{url} throttles", "Raise ThrottlingRate, if that is no flood")
    else:
        what = f"{url} answers {answer.status_code} where {expected} is due"
        meaning = _MEANINGS.get(answer.status_code, "see the log of receive_webhook")
        yield red(subject, what, meaning.capitalize())
