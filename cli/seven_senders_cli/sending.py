"""One delivery of a shop, made from a file and posted to a connection's webhook URL."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import requests

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_cli.doctor.webhook_url import HEADERS, MENDS, TIME_OUTS
from seven_senders_cli.failing import Exit, Failed
from seven_senders_local.events import Event, SignedDelivery, sign

KEYS = frozenset({"about", "headers", "body"})
"""What a file of ``events/`` has."""

TOPIC_HEADERS = {"shopify": "X-Shopify-Topic", "woocommerce": "X-WC-Webhook-Topic"}
TOPICS = {"shopify": "orders/updated", "woocommerce": "order.updated"}
"""What a bare order is sent as."""


def read_event(path: Path) -> object:
    """An ``Event`` from a file like those of ``events/``, else its JSON value. Raises Failed."""
    try:
        read: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}", code=Exit.WRONG_INPUT) from error
    except (ValueError, RecursionError) as error:
        raise Failed(f"{path}: no JSON: {error}", code=Exit.WRONG_INPUT) from error
    if not isinstance(read, dict) or read.keys() != KEYS:
        return read
    if not isinstance(read["headers"], dict):
        raise Failed(f"{path}: headers: expected an object", code=Exit.WRONG_INPUT)
    platform = next(
        (name for name, header in TOPIC_HEADERS.items() if header in read["headers"]),
        path.parent.name,
    )
    return Event(name=f"{platform}/{path.stem}", **read)


def choose_connection(names: Iterable[str], event: object) -> str:
    """The only connection, or that of the demonstration for an event's platform. Raises Failed."""
    known = list(names)
    if isinstance(event, Event) and event.connection in known:
        return event.connection
    if len(known) == 1:
        return known[0]
    raise Failed(
        f"say which with --connection: {', '.join(known)}"
        if known
        else "there is no connection yet: see seven-senders connect --help",
        code=Exit.WRONG_INPUT,
    )


def delivery(
    read: object, document: ConnectionDocument, *, topic: str | None, now: datetime
) -> SignedDelivery:
    """What the shop of a connection would send ``now``, signed with its secret. Raises Failed."""
    platform = document.platform
    if isinstance(read, Event):
        headers, body = read.headers, read.body
        if read.platform != platform:
            raise Failed(
                f"it is an event of {read.platform}, the connection is one of {platform}",
                code=Exit.WRONG_INPUT,
            )
    else:
        headers = {"Content-Type": "application/json", **HEADERS[platform]}
        headers[TOPIC_HEADERS[platform]] = TOPICS[platform]
        body = read
    own = _headers_of_shop(document) | ({TOPIC_HEADERS[platform]: topic} if topic else {})
    event = Event(name=f"{platform}/sent", about="", headers={**headers, **own}, body=body)
    try:
        return sign(event, secret=document.webhook_secrets[0].get_secret_value(), now=now)
    except ValueError as error:
        raise Failed(str(error), code=Exit.WRONG_INPUT) from error


def _headers_of_shop(document: ConnectionDocument) -> dict[str, str]:
    if not document.shop_domain:
        return {}
    if document.platform == "shopify":
        return {"X-Shopify-Shop-Domain": document.shop_domain}
    return {"X-WC-Webhook-Source": f"https://{document.shop_domain}/"}


def post(url: str, sent: SignedDelivery) -> None:
    """Post a delivery. Raises Failed for any answer other than 200."""
    try:
        answer = requests.post(
            url,
            data=sent.body,
            headers=dict(sent.headers),
            timeout=TIME_OUTS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise Failed(f"{url} can't be reached: {type(error).__name__}") from error
    if answer.status_code != HTTPStatus.OK:
        mend = MENDS.get(answer.status_code, "See the log of receive_webhook")
        raise Failed(f"{url} answers {answer.status_code} instead of 200. {mend}")


def order_of(sent: SignedDelivery) -> str | None:
    """The order's number, or its id, as far as the body tells."""
    try:
        body = json.loads(sent.body)
    except ValueError:
        return None
    if not isinstance(body, Mapping):
        return None
    return next((str(body[key]) for key in ("name", "number", "id") if body.get(key)), None)
