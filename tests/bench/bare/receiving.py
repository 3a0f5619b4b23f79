"""The least that receives webhooks: it verifies a delivery and queues it as it is."""

import base64
import hashlib
import hmac
import os
from typing import Any
from uuid import uuid4

import boto3

SECRET = os.environ["SECRET"].encode()
QUEUE_URL = os.environ["QUEUE_URL"]
ssm = boto3.client("ssm")
sqs = boto3.client("sqs")


def handler(event: dict[str, Any], context: object) -> dict[str, object]:
    digest = hmac.new(SECRET, event["body"].encode(), hashlib.sha256).digest()
    signature = event["headers"]["x-shopify-hmac-sha256"].encode()
    if not hmac.compare_digest(base64.b64encode(digest), signature):
        return {"statusCode": 401}
    sqs.send_message(
        QueueUrl=QUEUE_URL,
        MessageBody=event["body"],
        MessageGroupId=event["pathParameters"]["connection"],
        MessageDeduplicationId=uuid4().hex,
    )
    return {"statusCode": 200, "body": "ok"}
