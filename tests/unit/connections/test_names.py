"""The names of the connections, of which nothing is decrypted."""

import boto3
import pytest
from botocore.stub import Stubber

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.connections.names import connection_names

ASKED = {"Path": "/s/receiving", "WithDecryption": False}


def test_the_names_of_all_pages_are_read_in_order_and_nothing_is_decrypted() -> None:
    ssm = boto3.client("ssm", region_name="eu-central-1")
    with Stubber(ssm) as stubber:
        first = [{"Name": "/s/receiving/b-shop"}, {"Name": "/s/receiving/Not_A_Name"}]
        stubber.add_response(
            "get_parameters_by_path", {"Parameters": first, "NextToken": "2"}, ASKED
        )
        stubber.add_response(
            "get_parameters_by_path",
            {"Parameters": [{"Name": "/s/receiving/a-shop"}]},
            {**ASKED, "NextToken": "2"},
        )
        assert connection_names(ssm, "/s/receiving") == ["a-shop", "b-shop"]


def test_an_ssm_that_fails_is_told_by_its_call() -> None:
    ssm = boto3.client("ssm", region_name="eu-central-1")
    with Stubber(ssm) as stubber:
        stubber.add_client_error("get_parameters_by_path", "ThrottlingException")
        with pytest.raises(AwsUnavailable, match=r"^ssm GetParametersByPath: ThrottlingException$"):
            connection_names(ssm, "/s/receiving")
