"""The least that a function with some clients does: ``CLIENTS`` names their services."""

import os

import boto3

SERVICES = os.environ["CLIENTS"].split()
clients = [boto3.client(service) for service in SERVICES]  # type: ignore[call-overload]  # by name


def handler(event: object, context: object) -> str:
    return "ok"
