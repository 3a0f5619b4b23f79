import json
from pathlib import Path
from typing import Any

import pytest

from seven_senders_local.template import Template

TEXT = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Concurrency: {Type: Number, Default: 5}
Globals:
  Function:
    Handler: app.handler
    Timeout: 20
    Environment:
      Variables:
        LEVEL: INFO
        SHARED: global
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/work
      Role: !GetAtt Role.Arn
      MemorySize: 512
      Environment:
        Variables:
          QUEUE_URL: !Ref Events
          PATH_: !Sub /a/${AWS::StackName}
          API_URL: !Sub https://${Api}.${AWS::Region}/
          SHARED: own
      Events:
        Message:
          Type: SQS
          Properties:
            Queue: !GetAtt Events.Arn
            BatchSize: 7
            ScalingConfig:
              MaximumConcurrency: !Ref Concurrency
  Idle:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/idle, Timeout: 4}
  Role: {Type: AWS::IAM::Role}
  Events:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead: {Type: AWS::SQS::Queue}
Outputs:
  Url: {Value: !Ref Api}
  Function: {Value: !Sub "${Work.Arn}:live"}
  Queue: {Value: !GetAtt Events.Arn}
  Path: {Value: !Sub "/a/${AWS::StackName}/${Concurrency}"}
"""

ADDED = {"Url": "http://127.0.0.1:1/"}


@pytest.fixture
def template(tmp_path: Path) -> Template:
    path = tmp_path / "template.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return Template.load(path)


def emulated(template: Template) -> Any:
    return json.loads(template.for_emulator(ADDED))


def values(template: Template) -> list[object]:
    return [output["Value"] for output in emulated(template)["Outputs"].values()]


def test_the_emulator_gets_the_queues_and_the_parameters_and_nothing_else(
    template: Template,
) -> None:
    assert set(emulated(template)) == {"Parameters", "Resources", "Outputs"}
    assert set(emulated(template)["Resources"]) == {"Events", "Dead"}


def test_outputs_are_kept_that_speak_of_what_is_emulated_and_some_are_given(
    template: Template,
) -> None:
    outputs = emulated(template)["Outputs"]
    assert {name: output["Value"] for name, output in outputs.items() if "Setting" not in name} == {
        "Queue": {"Fn::GetAtt": ["Events", "Arn"]},
        "Path": {"Fn::Sub": "/a/${AWS::StackName}/${Concurrency}"},
        "Url": "http://127.0.0.1:1/",
    }


def test_a_short_form_becomes_the_long_one(template: Template) -> None:
    redrive = emulated(template)["Resources"]["Events"]["Properties"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["Dead", "Arn"]}
    assert {"Ref": "Events"} in values(template)
    assert {"Fn::Sub": "/a/${AWS::StackName}"} in values(template)


def test_a_setting_that_names_what_is_not_emulated_is_asked_for_nowhere(
    template: Template,
) -> None:
    assert {"Fn::Sub": "https://${Api}.${AWS::Region}/"} not in values(template)


def test_a_setting_of_another_form_is_an_error() -> None:
    function = {"CodeUri": {"Fn::Join": ["/", ["a", "b"]]}}
    resources = {"Work": {"Type": "AWS::Serverless::Function", "Properties": function}}
    with pytest.raises(ValueError, match=r"plain, Ref, GetAtt or Sub, not \{'Fn::Join'"):
        Template({"Resources": resources})


def test_each_function_has_its_settings_as_the_stack_resolved_them(template: Template) -> None:
    resolved = {
        json.dumps({"Ref": "Events"}): "http://queue",
        json.dumps({"Fn::Sub": "/a/${AWS::StackName}"}): "/a/stack",
        json.dumps({"Ref": "Concurrency"}): "5",
    }
    outputs = {
        name: resolved.get(json.dumps(output["Value"]), output["Value"])
        for name, output in emulated(template)["Outputs"].items()
    }
    functions = template.functions(outputs)
    work, idle = functions["Work"], functions["Idle"]
    assert work.environment == {
        "LEVEL": "INFO",
        "SHARED": "own",
        "QUEUE_URL": "http://queue",
        "PATH_": "/a/stack",
    }
    assert (work.code, work.handler, work.timeout, work.memory) == (
        "functions/work",
        "app.handler",
        20,
        "512",
    )
    assert (work.batch_size, work.maximum_concurrency) == (7, 5)
    assert (idle.timeout, idle.memory) == (4, "128")
    assert idle.environment == {"LEVEL": "INFO", "SHARED": "global"}
