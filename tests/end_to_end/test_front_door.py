"""What the stack answers at its door, with the true receiving function behind it."""

import json

import boto3

from tests.end_to_end.driving import Driver, order

LIMIT = 4_500_000


def padded(number: int, size: int) -> bytes:
    """A delivery with a body of exactly this size."""
    snapshot = order(number) | {"note": ""}
    return json.dumps(snapshot | {"note": "x" * (size - len(json.dumps(snapshot)))}).encode()


def test_a_wrong_signature_is_turned_away(stack: Driver) -> None:
    headers = {"Content-Type": "application/json", "X-Shopify-Hmac-Sha256": "AAAA"}
    assert stack.ask("POST", "/webhooks/shop", b"{}", headers)[0] == 401


def test_an_unknown_connection_is_not_found(stack: Driver) -> None:
    assert stack.deliver(order(2001), to="nobody") == 404
    assert stack.deliver(order(2001), to="NOT-A-NAME") == 404


def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_not(stack: Driver) -> None:
    assert stack.deliver(padded(2002, LIMIT)) == 200
    assert stack.deliver(padded(2002, LIMIT + 1)) == 413
    assert stack.deliver(padded(2002, 7_000_000)) == 413
    stack.wait_until_quiet()


def test_the_emulator_can_be_looked_at(stack: Driver) -> None:
    aws = stack.local("aws")
    sqs = boto3.client(
        "sqs",
        endpoint_url=aws["endpoint"],
        region_name=aws["region"],
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    queues = ("queue_url", "dead_letter_queue_url", "reconciliation_queue_url")
    assert set(sqs.list_queues()["QueueUrls"]) == {aws[queue] for queue in queues}
    assert aws["resources"]["LedgerTable"] == aws["table"]
